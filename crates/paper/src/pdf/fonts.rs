//! The four faces of an official paper, found on the machine: the office's own 仿宋, 小标宋, 黑体, 楷体 first, else Noto.
use std::path::{Path, PathBuf};
use std::sync::Arc;

use krilla::text::{Font, GlyphId};
use skrifa::instance::{LocationRef, Size};
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};

use crate::PaperError;

/// A face by its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// 仿宋: the body.
    Body,
    /// 黑体: first headings.
    Hei,
    /// 楷体: second headings, names.
    Kai,
    /// 小标宋: title and red head.
    Title,
}

struct Wanted {
    name: &'static str,
    /// Files an office puts into its `fonts` folder.
    own: &'static [&'static str],
    /// Files of the system's packages.
    system: &'static [&'static str],
}

const FACES: [Wanted; 4] = [
    Wanted {
        name: "仿宋",
        own: &["fangsong.ttf", "simfang.ttf", "FangSong_GB2312.ttf"],
        system: &["NotoSerifCJK-Regular.ttc", "NotoSerifCJKsc-Regular.otf", "SourceHanSerifSC-Regular.otf"],
    },
    Wanted {
        name: "黑体",
        own: &["heiti.ttf", "simhei.ttf"],
        system: &["NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold.otf", "SourceHanSansSC-Bold.otf"],
    },
    Wanted {
        name: "楷体",
        own: &["kaiti.ttf", "simkai.ttf", "KaiTi_GB2312.ttf"],
        system: &["NotoSerifCJK-Regular.ttc", "NotoSerifCJKsc-Regular.otf", "SourceHanSerifSC-Regular.otf"],
    },
    Wanted {
        name: "小标宋",
        own: &["xiaobiaosong.ttf", "FZXBSJW.TTF", "FZXiaoBiaoSong-B05S.ttf"],
        system: &["NotoSerifCJK-Bold.ttc", "NotoSerifCJKsc-Bold.otf", "SourceHanSerifSC-Bold.otf"],
    },
];

const FOLDERS: [&str; 6] = [
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-serif-cjk-fonts",
    "/usr/share/fonts/google-noto-sans-cjk-fonts",
    "/usr/share/fonts/truetype/noto",
    "/usr/local/share/fonts",
];

/// The fonts of this machine. Reading them takes a moment: keep the value.
#[derive(Clone)]
pub struct Fonts {
    faces: [Loaded; 4],
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.faces.iter().map(|face| &face.path)).finish()
    }
}

#[derive(Clone)]
struct Loaded {
    path: PathBuf,
    bytes: Arc<Vec<u8>>,
    index: u32,
    font: Font,
    per_em: f32,
}

/// A sign as a font draws it.
#[derive(Debug, Clone, Copy)]
pub struct Sign {
    /// Which of the four has it.
    pub face: usize,
    pub glyph: GlyphId,
    /// Width in ems.
    pub advance: f32,
}

impl Fonts {
    /// Looks in `own` (the office's fonts; may be missing), then where the system keeps its fonts.
    ///
    /// # Errors
    /// A face for which there is no file, with the package to install.
    pub fn find(own: &Path) -> Result<Self, PaperError> {
        let mut loaded: Vec<Loaded> = Vec::with_capacity(4);
        for wanted in &FACES {
            let own_files = wanted.own.iter().map(|file| own.join(file));
            let system =
                wanted.system.iter().flat_map(|file| FOLDERS.iter().map(move |f| Path::new(f).join(file)));
            let path = own_files.chain(system).find(|path| path.is_file());
            let path = path.ok_or(PaperError::NoFont { wanted: wanted.name })?;
            let known = loaded.iter().find(|one| one.path == path).cloned();
            loaded.push(match known {
                Some(known) => known,
                None => load(path)?,
            });
        }
        let faces =
            <[Loaded; 4]>::try_from(loaded).map_err(|_| PaperError::NoFont { wanted: "四种字体" })?;
        Ok(Self { faces })
    }

    pub(super) fn font(&self, face: usize) -> &Font {
        &self.faces[face].font
    }

    /// How each sign of a text is drawn in a face; what it lacks is drawn in another.
    pub(super) fn signs(&self, face: Face, text: &str) -> Vec<(char, Sign)> {
        let readers: Vec<Reader> = self.faces.iter().map(Reader::of).collect();
        let first = face as usize;
        let order = [first, Face::Body as usize, Face::Hei as usize, Face::Title as usize];
        let found = |sign: char| {
            let drawn = order.iter().find_map(|face| readers[*face].sign(*face, sign));
            drawn.unwrap_or(Sign { face: first, glyph: GlyphId::new(0), advance: 1.0 })
        };
        text.chars().map(|sign| (sign, found(sign))).collect()
    }
}

/// A font opened for looking up.
struct Reader<'a> {
    font: Option<FontRef<'a>>,
    per_em: f32,
}

impl<'a> Reader<'a> {
    fn of(face: &'a Loaded) -> Self {
        Self { font: FontRef::from_index(&face.bytes, face.index).ok(), per_em: face.per_em }
    }

    fn sign(&self, face: usize, sign: char) -> Option<Sign> {
        let font = self.font.as_ref()?;
        let glyph = font.charmap().map(sign)?;
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let advance = metrics.advance_width(glyph)? / self.per_em;
        Some(Sign { face, glyph: GlyphId::new(glyph.to_u32()), advance })
    }
}

fn load(path: PathBuf) -> Result<Loaded, PaperError> {
    let wrong = |why: String| PaperError::Font { path: path.display().to_string(), why };
    let bytes = Arc::new(std::fs::read(&path).map_err(|error| wrong(error.to_string()))?);
    let index = simplified(&bytes);
    let font = Font::new(bytes.clone().into(), index).ok_or_else(|| wrong("不是字体".to_owned()))?;
    let per_em = font.units_per_em();
    Ok(Loaded { path, bytes, index, font, per_em })
}

/// In a collection, the font with the shapes of the mainland; else the first.
fn simplified(bytes: &[u8]) -> u32 {
    for index in 0..16 {
        let Ok(font) = FontRef::from_index(bytes, index) else { return 0 };
        let names = font.localized_strings(StringId::FAMILY_NAME);
        if names.into_iter().any(|name| name.chars().collect::<String>().ends_with(" SC")) {
            return index;
        }
    }
    0
}
