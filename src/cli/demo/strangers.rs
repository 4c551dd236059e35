//! Whose records a demo's house holds: figures of two towns added up would be nobody's. A house that holds what the
//! files don't is left alone; one that holds some of it, or other content under the same codes, is gone on with.

use std::collections::HashSet;

use crate::cli::exit::WrongUsage;
use crate::domain::record::RecordKind;
use crate::domain::text::cut;
use crate::intake::SourceRow;

/// Records of a kind that are named.
const NAMED: usize = 3;

/// Records of a kind that the house holds and the files don't.
#[derive(Debug, PartialEq, Eq)]
struct Strangers {
    kind: RecordKind,
    codes: Vec<String>,
}

/// Refuses a house that holds other records than these rows; `place` says where it is, `mend` what to change.
pub fn refuse(
    held: Vec<(RecordKind, Vec<String>)>,
    rows: &[SourceRow],
    (place, mend): (&str, &str),
) -> Result<(), WrongUsage> {
    let found = strangers(held, rows);
    if found.is_empty() {
        return Ok(());
    }
    let list = |name: fn(RecordKind) -> &'static str, such: &str| -> String {
        found.iter().map(|of| of.told(name(of.kind), such)).collect::<Vec<_>>().join(", ")
    };
    Err(WrongUsage(format!(
        "{place} đang giữ dữ liệu khác, không có trong thư mục nguồn: {}; hãy chọn {mend} khác / \
         {place} holds other records, which the source doesn't have: {}; choose another {mend}",
        list(vietnamese, "ví dụ"),
        list(english, "such as"),
    )))
}

impl Strangers {
    fn told(&self, name: &str, such: &str) -> String {
        let codes: Vec<String> =
            self.codes.iter().filter(|code| !code.is_empty()).take(NAMED).map(|code| cut(code)).collect();
        let named = if codes.is_empty() { String::new() } else { format!(" ({such} {})", codes.join(", ")) };
        format!("{} {name}{named}", self.codes.len())
    }
}

fn strangers(held: Vec<(RecordKind, Vec<String>)>, rows: &[SourceRow]) -> Vec<Strangers> {
    let known: HashSet<(RecordKind, &str)> =
        rows.iter().map(|row| row.record.key()).map(|(kind, code)| (kind, code.trim())).collect();
    let of = |(kind, mut codes): (RecordKind, Vec<String>)| {
        codes.retain(|code| !known.contains(&(kind, code.as_str())));
        codes.sort_unstable();
        (!codes.is_empty()).then_some(Strangers { kind, codes })
    };
    held.into_iter().filter_map(of).collect()
}

fn vietnamese(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Unit => "cơ quan",
        RecordKind::Official => "công chức",
        RecordKind::Calendar => "lịch làm việc",
        RecordKind::Procedure => "thủ tục",
        RecordKind::Dossier => "hồ sơ",
        RecordKind::Task => "nhiệm vụ",
        RecordKind::Document => "văn bản",
        RecordKind::Petition => "phản ánh, kiến nghị",
        RecordKind::Survey => "lượt đánh giá",
        RecordKind::Payment => "khoản thanh toán",
        RecordKind::Target => "chỉ tiêu",
        RecordKind::Declared => "số liệu khai báo",
        RecordKind::Incident => "sự cố",
    }
}

fn english(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Unit => "units",
        RecordKind::Official => "officials",
        RecordKind::Calendar => "calendars",
        RecordKind::Procedure => "procedures",
        RecordKind::Dossier => "dossiers",
        RecordKind::Task => "tasks",
        RecordKind::Document => "documents",
        RecordKind::Petition => "petitions",
        RecordKind::Survey => "ratings",
        RecordKind::Payment => "payments",
        RecordKind::Target => "targets",
        RecordKind::Declared => "declared figures",
        RecordKind::Incident => "incidents",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Files, read};

    #[test]
    fn only_what_the_files_lack_is_strange() {
        let units = "code,parent_code,kind,name\nA,,people_committee,A\nB,A,planet,B\n ,A,office,C\n";
        let rows = read(&Files::of_memory([("units.csv", units.as_bytes().to_vec())])).rows;
        let of = |kind, codes: &[&str]| (kind, codes.iter().map(|code| (*code).to_owned()).collect());
        let place = ("OUT", "--out");
        assert!(refuse(Vec::new(), &rows, place).is_ok());
        // B is refused today, and still one of theirs.
        assert!(refuse(vec![of(RecordKind::Unit, &["A", "B"])], &rows, place).is_ok());
        let held = vec![
            of(RecordKind::Unit, &["A", "Z4", "Z1", "Z2", "Z3"]),
            of(RecordKind::Calendar, &[""]),
            of(RecordKind::Dossier, &["A"]),
        ];
        let said = refuse(held, &rows, place).expect_err("strangers").to_string();
        assert_eq!(
            said,
            "OUT đang giữ dữ liệu khác, không có trong thư mục nguồn: 4 cơ quan (ví dụ Z1, Z2, Z3), 1 lịch làm việc, \
             1 hồ sơ (ví dụ A); hãy chọn --out khác / OUT holds other records, which the source doesn't have: \
             4 units (such as Z1, Z2, Z3), 1 calendars, 1 dossiers (such as A); choose another --out"
        );
    }
}
