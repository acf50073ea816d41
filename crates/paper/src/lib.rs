//! Documents that look official 公文: a template and its data become one small document model, and the model becomes Word
//! (in the form of GB/T 9704), PDF and a page for looking at.
//!
//! Pure: values in, bytes out. Never: a database, a clock, a register. The one thing it reads is the machine's fonts.
mod document;
mod docx;
mod form;
mod html;
mod markup;
mod numeral;
mod pdf;
mod qr;
mod template;

pub use document::{
    Align, Bar, Block, Chart, Colophon, Document, Inline, Look, ParagraphKind, Picture, RedHead, Signature,
    Table, TableCell, TableRow,
};
pub use form::{Form, Page};
pub use minijinja::Value;
pub use minijinja::value::{Enumerator, Object, ObjectRepr};
pub use numeral::{chinese_date, chinese_number};
pub use pdf::Fonts;
pub use template::{Mistake, Template};

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The template is wrong; `pack check` says the same.
    #[error("模板第 {} 行：{}", .0.line, .0.message)]
    Template(Mistake),
    /// No font with Chinese characters was found on this machine.
    #[error("没有找到中文字体（{wanted}），请安装：apt-get install fonts-noto-cjk")]
    NoFont {
        /// Which face.
        wanted: &'static str,
    },
    /// A font's file cannot be read.
    #[error("字体文件 {path} 读不了：{why}")]
    Font {
        /// Where it lies.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A library refused to write.
    #[error("文件没有写成：{0}")]
    Write(String),
}

impl Document {
    /// Word, in the form of GB/T 9704.
    ///
    /// # Errors
    /// The library's.
    pub fn docx(&self) -> Result<Vec<u8>, PaperError> {
        docx::write(self)
    }

    /// PDF with the fonts embedded.
    ///
    /// # Errors
    /// A picture that is none, or the library's.
    pub fn pdf(&self, fonts: &Fonts) -> Result<Vec<u8>, PaperError> {
        pdf::write(self, fonts)
    }

    /// The inside of a page: what the document says, in the order it says it.
    pub fn html(&self) -> String {
        html::write(self)
    }
}
