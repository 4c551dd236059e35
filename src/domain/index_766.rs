//! The indicator set of Decision 766/QĐ-TTg of 23/6/2022 (bộ chỉ số chỉ đạo, điều hành và đánh giá chất lượng phục vụ người
//! dân, doanh nghiệp), as far as the records of an office allow. What they don't show is said to be missing, never guessed.

use super::procedure::OnlineLevel;
use super::summary::{PeriodSummary, Rate};
use super::target::Indicator;

/// Where the national portal counts what no office records.
const PORTAL: (&str, &str) =
    ("số liệu của Cổng Dịch vụ công quốc gia", "figures of the national public service portal");

/// An indicator of the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// Its number in the set.
    pub code: &'static str,
    /// What it is called.
    pub vi: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// How it is reckoned here: numerator over denominator.
    pub formula: &'static str,
    /// The rate; None: what is missing says why.
    pub rate: Option<Rate>,
    /// What is missing, in Vietnamese and English; empty where there is a rate.
    pub missing: (&'static str, &'static str),
    /// The target's word for the same figure, if there is one.
    pub target: Option<Indicator>,
}

/// What of the catalogue counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OnlineCatalogue {
    /// Procedures in force on the last day.
    pub procedures: i64,
    /// Of those, with an online service, partial or whole.
    pub online: i64,
    /// Of those, with a dossier that came online in the period.
    pub used: i64,
}

/// Whether a procedure is served online.
pub fn is_online(level: OnlineLevel) -> bool {
    matches!(level, OnlineLevel::Partial | OnlineLevel::Full)
}

/// The set for a period; without a catalogue, for a part of the house.
pub fn scores(summary: &PeriodSummary, catalogue: Option<OnlineCatalogue>) -> Vec<Score> {
    let d = &summary.total.dossiers;
    let rate = |numerator, denominator| Rate { numerator, denominator };
    let online = [summary.total.online_partial, summary.total.online_full];
    let came_online = online.into_iter().flatten().map(|rate| rate.numerator).sum();
    let p = &summary.petitions;
    let known = |code, vi, en, formula, rate, target| Score {
        code,
        vi,
        en,
        formula,
        rate: Some(rate),
        missing: ("", ""),
        target,
    };
    let unknown =
        |code, vi, en, missing| Score { code, vi, en, formula: "", rate: None, missing, target: None };
    let of_catalogue = |code, vi, en, formula, rate| match rate {
        Some(rate) => known(code, vi, en, formula, rate, None),
        None => unknown(code, vi, en, ("danh mục của riêng đơn vị", "a catalogue of the unit's own")),
    };
    vec![
        unknown(
            "1.1",
            "TTHC công bố đúng hạn",
            "procedures announced in time",
            ("ngày công bố và ngày hiệu lực của từng quyết định công bố", "dates of announcements"),
        ),
        unknown("1.2", "TTHC cập nhật, công khai đúng hạn", "procedures published in time", PORTAL),
        unknown("1.3", "TTHC công khai đầy đủ nội dung", "procedures published completely", PORTAL),
        unknown("1.4", "Hồ sơ đồng bộ", "dossiers synchronised", PORTAL),
        known(
            "2.1",
            "Hồ sơ giải quyết đúng hạn",
            "dossiers in time",
            "(trước hạn + đúng hạn + đang giải quyết trong hạn) / (đã giải quyết + đang giải quyết)",
            rate(d.resolved_early + d.resolved_on_time + d.in_process_in_due, d.resolved + d.in_process),
            None,
        ),
        of_catalogue(
            "3.1",
            "TTHC có dịch vụ công trực tuyến",
            "procedures with an online service",
            "TTHC một phần hoặc toàn trình / TTHC có hiệu lực ngày cuối kỳ",
            catalogue.map(|catalogue| rate(catalogue.online, catalogue.procedures)),
        ),
        of_catalogue(
            "3.2",
            "Dịch vụ công trực tuyến có phát sinh hồ sơ",
            "online services that were used",
            "TTHC có hồ sơ nộp trực tuyến trong kỳ / TTHC một phần hoặc toàn trình",
            catalogue.map(|catalogue| rate(catalogue.used, catalogue.online)),
        ),
        known(
            "3.3",
            "Hồ sơ nộp trực tuyến",
            "dossiers that came online",
            "hồ sơ nộp trực tuyến / hồ sơ tiếp nhận trong kỳ (chưa nhân tỷ lệ đồng bộ, chưa xét bản điện tử của kết quả)",
            rate(came_online, d.received_in_period),
            None,
        ),
        unknown(
            "3.5",
            "TTHC có phí, lệ phí được thanh toán trực tuyến",
            "fee-bearing procedures payable online",
            ("danh mục TTHC có phí, lệ phí và việc tích hợp thanh toán", "which procedures bear fees"),
        ),
        known(
            "3.6",
            "Thanh toán trực tuyến",
            "payments made online",
            "lượt thanh toán trực tuyến / lượt thanh toán ghi nhận trong kỳ",
            summary.payments.online,
            Some(Indicator::PaymentOnlineRate),
        ),
        unknown(
            "4.1",
            "Cấp kết quả bản điện tử",
            "results issued electronically",
            ("chữ ký số trên tệp kết quả", "digital signatures on result files"),
        ),
        known(
            "4.2a",
            "Số hóa thành phần hồ sơ khi tiếp nhận",
            "papers scanned at intake",
            "hồ sơ đã số hóa / hồ sơ tiếp nhận trong kỳ có theo dõi",
            summary.total.intake.unwrap_or_default(),
            Some(Indicator::IntakeDigitisedRate),
        ),
        known(
            "4.2b",
            "Số hóa kết quả giải quyết",
            "results scanned",
            "kết quả đã số hóa / kết quả giải quyết trong kỳ có theo dõi",
            summary.total.result.unwrap_or_default(),
            Some(Indicator::ResultDigitisedRate),
        ),
        unknown("4.3", "Khai thác, sử dụng lại dữ liệu", "data used again", PORTAL),
        unknown("4.4", "Kho quản lý dữ liệu cá nhân", "personal data stores", PORTAL),
        known(
            "5.1",
            "Phản ánh, kiến nghị trả lời đúng hạn",
            "petitions answered in time",
            "trả lời đúng hạn / đã trả lời, trong số tiếp nhận trong kỳ",
            rate(p.answered_on_time, p.answered),
            Some(Indicator::PetitionOnTimeRate),
        ),
        known(
            "5.3",
            "Phản ánh, kiến nghị trả lời được công khai",
            "answers to petitions published",
            "đã công khai / đã trả lời",
            rate(p.published, p.answered),
            None,
        ),
        known(
            "5.4",
            "Mức độ hài lòng (theo lượt đánh giá)",
            "satisfaction by ratings",
            "rất hài lòng và hài lòng / lượt đánh giá; công thức của Bộ chỉ số trừ tỷ lệ hồ sơ có phản ánh, chưa gắn được phản ánh với hồ sơ",
            Indicator::SatisfiedRate.of(summary),
            Some(Indicator::SatisfiedRate),
        ),
    ]
}
