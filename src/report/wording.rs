//! The words of the report that are settings: how each group is named in each section, how a zero
//! is written, which parts a sentence has. The defaults are those of the report of May 2024.
//! No figures here, and no layout.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::domain::period::{Period, Preset};
use crate::domain::summary::{DocumentLine, PETITION_PORTAL};
use crate::domain::text::date;
use crate::domain::unit::Group;

/// Where the office is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locality<'a> {
    /// What it is, in lower case: `thị xã`.
    pub kind: &'a str,
    /// Its name: `Đức Phổ`; also the place of the date line.
    pub name: &'a str,
    /// What it belongs to, in lower case: `tỉnh`.
    pub upper: &'a str,
    /// Its committee in running text: `UBND thị xã`; the registered name where that is no committee's.
    pub body: &'a str,
}

impl Locality<'_> {
    /// `thị xã Đức Phổ`.
    pub fn full(&self) -> String {
        format!("{} {}", self.kind, self.name).trim().to_owned()
    }

    /// Words with the kind behind them: `Bộ phận Một cửa thị xã`; only the words where it isn't known.
    pub fn of(&self, words: &str) -> String {
        format!("{words} {}", self.kind).trim_end().to_owned()
    }

    /// Its committee is called one.
    pub fn has_committee(&self) -> bool {
        self.body.starts_with("UBND")
    }

    /// It is itself a commune.
    pub fn is_commune(&self) -> bool {
        matches!(self.kind, "xã" | "phường" | "thị trấn" | "đặc khu")
    }

    /// Who gives tasks to it.
    pub fn givers(&self) -> String {
        if self.kind == "tỉnh" {
            return "Chính phủ, Thủ tướng Chính phủ".to_owned();
        }
        format!("UBND {0}, Chủ tịch UBND {0}", self.upper)
    }
}

/// What of the register of units shows in the words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registered<'a> {
    /// The names of the land registry's branches.
    pub branches: Vec<&'a str>,
    /// There are communes below the locality.
    pub communes: bool,
}

/// How a group is spoken of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupWords {
    /// At the head of its sentence on dossiers.
    pub dossiers: String,
    /// Among the ratings.
    pub ratings: String,
    /// At the head of its sentence on online dossiers.
    pub online: String,
    /// In the sentence on digitisation.
    pub digitisation: String,
    /// `trước hạn 1.275 hồ sơ` or only `trước hạn 1.275`.
    pub early_with_noun: bool,
    /// What joins the late ones and their rate: `chiếm tỷ lệ` or `chiếm`.
    pub late_share: String,
    /// How zero is written: `0` or `00`.
    pub zero: String,
    /// Say how many came in the period and how many were carried over.
    pub split_received: bool,
}

/// Words and options of the whole report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// The specialised agencies.
    pub specialised_agencies: GroupWords,
    /// The communes.
    pub communes: GroupWords,
    /// The land registry's branch.
    pub land_registry_branch: GroupWords,
    /// The communes get the report; there are none below every locality.
    pub copy_to_communes: bool,
    /// Early and on time are said as one figure, "trước hạn"; the appendix always tells them apart.
    pub merge_early: bool,
    /// Where petitions come in, with its preposition; empty: not said.
    pub petition_portal: String,
    /// By what ratings are given, with its preposition; empty: not said.
    pub rating_means: String,
    /// Where payments are made, with its preposition; empty: not said.
    pub payment_portal: String,
}

impl Wording {
    /// The wording of the report of May 2024, as the units of another house change it.
    pub fn reference(at: Locality<'_>, units: &Registered<'_>) -> Self {
        let agencies = format!("Các cơ quan chuyên môn của {}", at.body);
        let alone = at.is_commune() && !units.communes;
        let counter = if alone {
            at.of("Bộ phận Một cửa")
        } else {
            "Bộ phận Một cửa các xã, phường".to_owned()
        };
        let (branch, branch_inside) = branch_names(&units.branches);
        Self {
            specialised_agencies: GroupWords {
                dossiers: agencies.clone(),
                ratings: at.of("các cơ quan chuyên môn"),
                online: at.of("Các cơ quan chuyên môn"),
                digitisation: agencies,
                early_with_noun: true,
                late_share: "chiếm tỷ lệ".to_owned(),
                zero: "0".to_owned(),
                split_received: true,
            },
            communes: GroupWords {
                dossiers: format!("Tại {counter}"),
                ratings: counter.clone(),
                digitisation: if alone { counter.clone() } else { "các xã, phường".to_owned() },
                online: counter,
                early_with_noun: false,
                late_share: "chiếm".to_owned(),
                zero: "00".to_owned(),
                split_received: true,
            },
            land_registry_branch: GroupWords {
                dossiers: branch.clone(),
                ratings: branch_inside,
                online: branch.clone(),
                digitisation: branch,
                early_with_noun: true,
                late_share: "chiếm".to_owned(),
                zero: "0".to_owned(),
                split_received: false,
            },
            copy_to_communes: units.communes,
            merge_early: true,
            petition_portal: format!("trên {PETITION_PORTAL}"),
            rating_means: "bằng thiết bị điện tử".to_owned(),
            payment_portal: "trên Cổng Dịch vụ công quốc gia".to_owned(),
        }
    }

    /// That of no house: for what any wording has.
    pub fn any() -> Self {
        let at = Locality { kind: "", name: "", upper: "", body: "" };
        Self::reference(at, &Registered::default())
    }

    /// The words of a group.
    pub fn group(&self, group: Group) -> &GroupWords {
        match group {
            Group::SpecialisedAgencies => &self.specialised_agencies,
            Group::Communes => &self.communes,
            Group::LandRegistryBranch => &self.land_registry_branch,
        }
    }
}

/// What the land registry is called: at a head, and inside a sentence. One branch by its registered name, which
/// the report of May 2024 writes inside a sentence with a small đ and a dash.
fn branch_names(branches: &[&str]) -> (String, String) {
    if let [only] = branches {
        let inside = only.replacen("Văn phòng Đăng ký", "Văn phòng đăng ký", 1).replace(" - ", " – ");
        return ((*only).to_owned(), inside);
    }
    let all = "Chi nhánh Văn phòng Đăng ký đất đai";
    (format!("Các {all}"), format!("các {all}"))
}

/// `từ ngày 15/12/2023 đến ngày 15/5/2024`.
pub fn period_range(period: Period) -> String {
    format!("từ ngày {} đến ngày {}", date(period.first()), date(period.last()))
}

/// What a period is called in running text: `quý I năm 2024`, `05 tháng đầu năm 2024`; by its dates, whether it is one of
/// Decree 09/2019/NĐ-CP (from the 15th to the 14th, also where it ends on the 15th, as requests have it) or of the calendar.
/// `kỳ báo cáo` for any other range.
pub fn period_name(period: Period) -> String {
    let year = period.last().year();
    let is = |preset: Preset| {
        let by_decree = Period::preset(preset, year).is_ok_and(|found| found == period);
        by_decree || calendar_months(preset).is_some_and(|months| of_calendar(year, months) == Some(period))
    };
    for (index, roman) in (1..=4).zip(["I", "II", "III", "IV"]) {
        if is(Preset::Quarter(index)) {
            return format!("quý {roman} năm {year}");
        }
    }
    if is(Preset::Year) {
        return format!("năm {year}");
    }
    if is(Preset::SecondHalf) {
        return format!("06 tháng cuối năm {year}");
    }
    for month in 1..=12 {
        if is(Preset::Month(month)) {
            // Decree 30/2020/NĐ-CP: only January and February have a nought before them.
            let nought = if month <= 2 { "0" } else { "" };
            return format!("tháng {nought}{month} năm {year}");
        }
    }
    let month = period.last().month();
    let begins_the_year = Some(period.first()) == NaiveDate::from_ymd_opt(year - 1, 12, 15);
    let by_decree = begins_the_year && matches!(period.last().day(), 14 | 15) && month < 12;
    if by_decree || of_calendar(year, (1, month)) == Some(period) {
        return format!("{month:02} tháng đầu năm {year}");
    }
    "kỳ báo cáo".to_owned()
}

/// The months of a preset in the calendar's year, inclusive; None where it is one that is said by its months.
fn calendar_months(preset: Preset) -> Option<(u32, u32)> {
    match preset {
        Preset::Month(month) => Some((month, month)),
        Preset::Quarter(quarter) => Some((3 * quarter - 2, 3 * quarter)),
        Preset::SecondHalf => Some((7, 12)),
        Preset::Year => Some((1, 12)),
        Preset::FirstHalf | Preset::NineMonths => None,
    }
}

/// Whole months of the calendar.
fn of_calendar(year: i32, (first, last): (u32, u32)) -> Option<Period> {
    let first = NaiveDate::from_ymd_opt(year, first, 1)?;
    let after = NaiveDate::from_ymd_opt(year, last, 1)?.checked_add_months(Months::new(1))?;
    Period::new(first, after.pred_opt()?).ok()
}

/// Openings of subjects that follow a document's date directly; others take `về`.
const DIRECT_OPENINGS: [&str; 8] =
    ["ban hành", "kiểm tra", "tổ chức", "phê duyệt", "công bố", "quy định", "thành lập", "giao "];

/// A document in running text: `Kế hoạch số 51/KH-UBND ngày 12/3/2024 về truyền thông …`.
pub fn document(line: &DocumentLine) -> String {
    let kind = match line.kind.as_str() {
        "decision" => "Quyết định",
        "plan" => "Kế hoạch",
        "directive" => "Chỉ thị",
        "resolution" => "Nghị quyết",
        "report" => "Báo cáo",
        "notice" => "Thông báo",
        "official_letter" | "letter" => "Công văn",
        _ => "Văn bản",
    };
    let mut letters = line.subject.chars();
    let subject: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    let direct =
        subject.starts_with("về ") || DIRECT_OPENINGS.iter().any(|opening| subject.starts_with(opening));
    let joint = if subject.is_empty() || direct { "" } else { "về " };
    format!("{kind} số {} ngày {} {joint}{subject}", line.number, date(line.issued_on)).trim_end().to_owned()
}

/// The document is about the review of procedures, which has a section of its own.
pub fn is_review(line: &DocumentLine) -> bool {
    line.subject.to_lowercase().starts_with("rà soát")
}

/// What was paid.
pub fn payment_kind(kind: &str) -> String {
    match kind {
        "land_tax_and_registration_fee" => "thuế đất, lệ phí trước bạ".to_owned(),
        "fee" => "phí, lệ phí".to_owned(),
        other => other.replace('_', " "),
    }
}
