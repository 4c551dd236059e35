//! The equations that every row of figures must satisfy (domain.md §5).

use super::DossierFigures;
use crate::domain::unit::Group;

/// An equation that the figures must satisfy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The row it is about.
    pub row: String,
    /// The equation in words.
    pub name: &'static str,
    /// The same in Vietnamese.
    pub name_vi: &'static str,
    /// Left side.
    pub left: i64,
    /// Right side.
    pub right: i64,
}

impl Identity {
    /// Both sides are equal.
    pub fn holds(&self) -> bool {
        self.left == self.right
    }

    /// How it is broken, for people: `Các xã, phường: đã giải quyết = trước hạn + đúng hạn + trễ hạn (11 khác 12)`.
    pub fn vietnamese(&self) -> String {
        let row = match self.row.as_str() {
            "total" => "Tất cả",
            "tasks" => "Nhiệm vụ",
            code => Group::parse(code).map_or(code, |group| group.vietnamese()),
        };
        let row = row.strip_prefix("units/").map_or_else(|| row.to_owned(), |code| format!("Đơn vị {code}"));
        format!("{row}: {} ({} khác {})", self.name_vi, self.left, self.right)
    }
}

/// The identities of one row of dossier counts.
pub fn identities(row: &str, f: &DossierFigures) -> Vec<Identity> {
    let identity = |name, name_vi, left, right| Identity { row: row.to_owned(), name, name_vi, left, right };
    vec![
        identity(
            "received = resolved + withdrawn + stopped + in process",
            "tiếp nhận = đã giải quyết + rút + dừng + đang giải quyết",
            f.received_total,
            f.resolved + f.withdrawn + f.stopped + f.in_process,
        ),
        identity(
            "resolved = early + on time + late",
            "đã giải quyết = trước hạn + đúng hạn + trễ hạn",
            f.resolved,
            f.resolved_early + f.resolved_on_time + f.resolved_late,
        ),
        identity(
            "in process = in due + overdue",
            "đang giải quyết = trong hạn + quá hạn",
            f.in_process,
            f.in_process_in_due + f.in_process_overdue,
        ),
        identity("nothing is negative", "không số nào âm", f.smallest().min(0), 0),
        identity(
            "paused is part of in due",
            "tạm dừng nằm trong số trong hạn",
            f.in_process_paused.min(f.in_process_in_due),
            f.in_process_paused,
        ),
    ]
}

impl DossierFigures {
    fn smallest(&self) -> i64 {
        [
            self.received_in_period,
            self.carried_over,
            self.resolved_early,
            self.resolved_on_time,
            self.resolved_late,
            self.in_process_in_due,
            self.in_process_paused,
            self.in_process_overdue,
            self.withdrawn,
            self.stopped,
        ]
        .into_iter()
        .min()
        .expect("the list is not empty")
    }
}
