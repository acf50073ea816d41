//! Makes sure the three folders this crate embeds exist, so that the workspace compiles before `npm run build` has filled
//! `web/dist` (`shian serve` then says what to run), and rebuilds the crate when one of them changes.
use std::{fs, path::Path};

fn main() {
    for folder in ["dist", "templates", "messages"] {
        let folder = Path::new("../../web").join(folder);
        if let Err(error) = fs::create_dir_all(&folder) {
            println!("cargo:warning=cannot create {}: {error}", folder.display());
        }
        println!("cargo:rerun-if-changed={}", folder.display());
    }
}
