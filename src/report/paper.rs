//! On what the report is printed: a page to look at, one to sign, one to go on writing in, and a workbook of what lies
//! behind the figures.

use super::document::document;
use super::workbook::workbook;
use super::{DOCUMENT, Language, ReportInput, WORKBOOK, html};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Paper {
    /// One self-contained page for a browser.
    Html,
    /// Pages to sign and file, after Decree 30/2020/NĐ-CP.
    Pdf,
    /// The same pages for a word processor.
    Docx,
    /// The appendix as a workbook whose sums are formulas.
    Xlsx,
}

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The program was built without what makes this paper.
    #[error(
        "bản cài đặt này không in được {0}; hãy dùng bản có tính năng pdf, hoặc html, docx, xlsx / this build prints no {0}; take one with the feature pdf, or html, docx, xlsx"
    )]
    Unavailable(&'static str),
    /// It is printed in Vietnamese only.
    #[error(
        "{0} chỉ có bản tiếng Việt; hãy chọn tệp khác / {0} is printed in Vietnamese only; take another paper"
    )]
    Untranslated(&'static str),
    /// The printer refused what it was given.
    #[error("không in được {paper}: {reason} / {paper} can't be printed: {reason}")]
    Refused {
        /// The paper's extension.
        paper: &'static str,
        /// What it said.
        reason: String,
    },
}

impl Paper {
    /// All of them, as the demo writes them.
    pub const ALL: [Self; 4] = [Self::Pdf, Self::Docx, Self::Xlsx, Self::Html];

    /// Whether there is a courtesy translation of it: lists are in Vietnamese only.
    pub const fn has_translation(self) -> bool {
        match self {
            Self::Pdf | Self::Docx | Self::Html => true,
            Self::Xlsx => false,
        }
    }

    /// What a file's name ends with, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Docx => DOCUMENT,
            Self::Xlsx => WORKBOOK,
        }
    }

    /// What the file is called where it lies beside the others: the workbook holds the appendix only.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Html => "report.html",
            Self::Pdf => "report.pdf",
            Self::Docx => "report.docx",
            Self::Xlsx => "appendix.xlsx",
        }
    }

    /// Whether this build can print on it.
    pub const fn is_available(self) -> bool {
        match self {
            Self::Pdf => cfg!(feature = "pdf"),
            Self::Html | Self::Docx | Self::Xlsx => true,
        }
    }
}

/// Prints the report. The same input gives the same bytes: no clock is read, nothing is drawn by lot.
///
/// # Errors
/// The build has no printer for this paper, or the printer refused the report.
pub fn print(input: &ReportInput<'_>, paper: Paper) -> Result<Vec<u8>, PrintError> {
    match paper {
        Paper::Html => Ok(html(input).into_bytes()),
        #[cfg(feature = "pdf")]
        Paper::Pdf => super::pdf::pdf(input),
        #[cfg(not(feature = "pdf"))]
        Paper::Pdf => Err(PrintError::Unavailable(paper.extension())),
        Paper::Docx => Ok(document(input).docx()),
        Paper::Xlsx if input.language == Language::En => Err(PrintError::Untranslated(paper.extension())),
        Paper::Xlsx => workbook(input)
            .map_err(|e| PrintError::Refused { paper: paper.extension(), reason: e.to_string() }),
    }
}
