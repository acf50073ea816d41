//! Prints a compiled plan as JSON: `cargo run -p shian-plan --example compile FILE`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: compile FILE");
        return ExitCode::from(2);
    };
    let compiled = std::fs::read(&path)
        .map_err(|e| e.to_string())
        .and_then(|bytes| shian_plan::compile(&bytes, &path).map_err(|e| e.to_string()));
    match compiled.and_then(|c| serde_json::to_string_pretty(&c.plan).map_err(|e| e.to_string())) {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{path}: {message}");
            ExitCode::FAILURE
        }
    }
}
