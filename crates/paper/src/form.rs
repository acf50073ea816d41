//! The measures of a page: GB/T 9704-2012 for official papers, a closer page for forms, a framed one for certificates.

/// What kind of paper it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// 公文: GB/T 9704.
    #[default]
    Official,
    /// 表单: a form on one or two pages, smaller type.
    Sheet,
    /// 证书: lies on its side in a frame.
    Certificate,
}

/// Millimetres of a page and points of its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Page {
    pub width_mm: f32,
    pub height_mm: f32,
    pub top_mm: f32,
    pub bottom_mm: f32,
    pub left_mm: f32,
    pub right_mm: f32,
    /// Exact distance of lines, in points.
    pub line_pt: f32,
    /// Size of the body's type, in points: 三号 is 16.
    pub body_pt: f32,
    /// Size of the title, in points: 二号 is 22.
    pub title_pt: f32,
    /// Size in tables, in points.
    pub table_pt: f32,
    /// Characters of the body in one line; 0: as many as fit.
    pub chars: u32,
    /// Whether the page's number stands below.
    pub numbered: bool,
}

/// 7.2.4: the issuer's name stands 35 mm below the type area's upper edge.
pub const RED_BELOW_MM: f32 = 35.0;
/// A4, in millimetres.
const A4: (f32, f32) = (210.0, 297.0);

impl Form {
    /// As templates name it.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "official" => Some(Self::Official),
            "sheet" => Some(Self::Sheet),
            "certificate" => Some(Self::Certificate),
            _ => None,
        }
    }

    /// All names, for messages.
    pub const NAMES: [&str; 3] = ["official", "sheet", "certificate"];

    /// The page of this form, on its side if asked.
    pub fn page(self, landscape: bool) -> Page {
        let upright = match self {
            // 5.2.1: top 37 mm ± 1, left 28 mm ± 1, type area 156 × 225 mm; 5.2.3: 22 lines of 28 characters.
            Self::Official => Page {
                width_mm: A4.0,
                height_mm: A4.1,
                top_mm: 37.0,
                bottom_mm: 35.0,
                left_mm: 28.0,
                right_mm: 26.0,
                line_pt: 28.95,
                body_pt: 16.0,
                title_pt: 22.0,
                table_pt: 12.0,
                chars: 28,
                numbered: true,
            },
            Self::Sheet => Page {
                width_mm: A4.0,
                height_mm: A4.1,
                top_mm: 25.0,
                bottom_mm: 22.0,
                left_mm: 22.0,
                right_mm: 22.0,
                line_pt: 22.0,
                body_pt: 12.0,
                title_pt: 22.0,
                table_pt: 11.0,
                chars: 0,
                numbered: true,
            },
            Self::Certificate => Page {
                width_mm: A4.0,
                height_mm: A4.1,
                top_mm: 32.0,
                bottom_mm: 28.0,
                left_mm: 32.0,
                right_mm: 32.0,
                line_pt: 30.0,
                body_pt: 16.0,
                title_pt: 36.0,
                table_pt: 15.0,
                chars: 0,
                numbered: false,
            },
        };
        if landscape { upright.turned() } else { upright }
    }
}

impl Page {
    /// The page on its side: what was top is now right, as 8.3 of the standard binds horizontal tables.
    fn turned(self) -> Self {
        Self {
            width_mm: self.height_mm,
            height_mm: self.width_mm,
            top_mm: self.left_mm,
            bottom_mm: self.right_mm,
            left_mm: self.bottom_mm,
            right_mm: self.top_mm,
            chars: 0,
            ..self
        }
    }

    /// Points of the type area's width.
    pub fn inner_pt(&self) -> f32 {
        points(self.width_mm - self.left_mm - self.right_mm)
    }

    /// How much nearer characters of the body stand than their own width, so that `chars` fill a line. Points, mostly below 0.
    pub fn tracking_pt(&self) -> f32 {
        match self.chars {
            0 => 0.0,
            chars => self.inner_pt() / chars as f32 - self.body_pt,
        }
    }
}

/// Millimetres in points.
pub fn points(mm: f32) -> f32 {
    mm / 25.4 * 72.0
}

/// Millimetres in twips (twentieths of a point), as Word counts.
pub fn twips(mm: f32) -> i32 {
    (points(mm) * 20.0).round() as i32
}
