//! The fixed words of a report's pages in both languages, side by side. No sentences, no layout.

use serde::Serialize;

/// In which language a report is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese: what is signed.
    #[default]
    Vi,
    /// English: a courtesy translation.
    En,
}

/// The fixed words.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Labels {
    /// The language's tag.
    pub lang: &'static str,
    /// The nation's name.
    pub nation: &'static str,
    /// Its motto.
    pub motto: &'static str,
    /// Before a number.
    pub number: &'static str,
    /// The name of the type.
    pub title: &'static str,
    /// Above those who get it.
    pub copies: &'static str,
    /// At places where a person still has to write.
    pub draft: &'static str,
    /// Above the pictures.
    pub pictures: &'static str,
    /// The head of form II.06a/VPCP/KSTT: number, row, received, resolved, in process; all, in the period, carried over,
    /// early, on time, late, in due, online, at the counter.
    pub form: [&'static str; 14],
}

/// As Decree 30/2020/NĐ-CP has them.
pub const VIETNAMESE: Labels = Labels {
    lang: "vi",
    nation: "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    motto: "Độc lập - Tự do - Hạnh phúc",
    number: "Số:",
    title: "BÁO CÁO",
    copies: "Nơi nhận:",
    draft: super::front::DRAFT,
    pictures: "Biểu đồ",
    form: [
        "STT",
        "Lĩnh vực, cơ quan giải quyết",
        "Số lượng hồ sơ tiếp nhận",
        "Số lượng hồ sơ đã giải quyết",
        "Số lượng hồ sơ đang giải quyết",
        "Tổng số",
        "Trong kỳ",
        "Từ kỳ trước",
        "Trước hạn",
        "Đúng hạn",
        "Quá hạn",
        "Trong hạn",
        "Trực tuyến",
        "Trực tiếp, dịch vụ bưu chính",
    ],
};

/// The same in English.
pub const ENGLISH: Labels = Labels {
    lang: "en",
    nation: "SOCIALIST REPUBLIC OF VIET NAM",
    motto: "Independence - Freedom - Happiness",
    number: "No.",
    title: "REPORT",
    copies: "Copies to:",
    draft: "(to be written by whoever drafts the report)",
    pictures: "Charts",
    form: [
        "No.",
        "Field, office in charge",
        "Dossiers received",
        "Dossiers resolved",
        "Dossiers in process",
        "Total",
        "In the period",
        "Carried over",
        "Early",
        "On time",
        "Overdue",
        "In due",
        "Online",
        "Counter, post",
    ],
};

impl Language {
    /// Its fixed words.
    pub const fn labels(self) -> &'static Labels {
        match self {
            Self::Vi => &VIETNAMESE,
            Self::En => &ENGLISH,
        }
    }
}
