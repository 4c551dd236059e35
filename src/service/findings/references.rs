//! References to units and officials, as far as the caller reaches.

use uuid::Uuid;

use super::super::error::Violation;
use super::super::landing::Landed;
use super::super::work::Work;
use super::Findings;
use crate::domain::permission::Scope;
use crate::domain::text::cut;

impl Findings<'_> {
    /// A unit that must be given, within the caller's reach.
    pub fn unit(&mut self, column: &str, code: &str) -> Option<Uuid> {
        if code.trim().is_empty() {
            self.missing(column);
            return None;
        }
        let found = self.known_unit(column, code)?;
        if !reaches(self.work, Some(found)) {
            // What lies beyond one's reach is told as unknown: nobody learns here what there is.
            self.unknown(column, code, "cơ quan", "unit");
            return None;
        }
        Some(found)
    }

    /// A unit that may be left out by who reaches the whole house.
    pub fn unit_or_house(&mut self, column: &str, code: &str) -> Option<Uuid> {
        if !code.trim().is_empty() {
            return self.unit(column, code);
        }
        if self.work.context.scope != Scope::All {
            self.say(
                column,
                "OUT_OF_REACH",
                "khóa này chỉ dùng cho một cơ quan; hãy ghi mã cơ quan",
                "this key reaches one unit only; give the unit's code",
            );
        }
        None
    }

    /// A unit anywhere in the house.
    pub fn known_unit(&mut self, column: &str, code: &str) -> Option<Uuid> {
        let found = self.work.rules.units.by_code(code.trim()).map(|unit| unit.id);
        if found.is_none() {
            self.unknown(column, code, "cơ quan", "unit");
        }
        found
    }

    /// An official; None where none is named.
    pub fn official(&mut self, column: &str, code: &str) -> Option<Uuid> {
        let code = code.trim();
        if code.is_empty() {
            return None;
        }
        let found = self.work.rules.officials_by_code.get(code).copied();
        if found.is_none() {
            self.unknown(column, code, "công chức", "official");
        }
        found
    }

    /// Notes a reference to something unknown.
    pub fn unknown(&mut self, column: &str, code: &str, vi: &str, en: &str) {
        // Codes have no spaces; what has is a name, which can be decided once.
        let (called, decide) = if code.contains(char::is_whitespace) {
            (
                ("tên", "called"),
                (", hoặc quyết định một lần bằng `bonro names`", ", or decide once by `bonro names`"),
            )
        } else {
            (("mã", "with code"), ("", ""))
        };
        let code = cut(code);
        self.say(
            column,
            "UNKNOWN_REFERENCE",
            &format!("không có {vi} {} “{code}”; hãy sửa lại hoặc nạp {vi} đó trước{}", called.0, decide.0),
            &format!(
                "there is no {en} {} “{code}”; correct it or import that {en} first{}",
                called.1, decide.1
            ),
        );
    }
}

/// Whether the caller's reach holds a unit; None is the whole house.
pub fn reaches(work: &Work, unit_id: Option<Uuid>) -> bool {
    match (&work.context.scope, unit_id) {
        (Scope::All, _) => true,
        (_, None) => false,
        (Scope::Units(units), Some(unit)) => units.contains(&unit),
        (Scope::Own(official), Some(unit)) => {
            work.rules.officials.get(official).is_some_and(|official| official.unit_id == unit)
        }
    }
}

/// A code that belongs to a record beyond the caller's reach.
pub fn foreign(code: &str) -> Landed {
    let violation = Violation::new(
        "code",
        "CODE_TAKEN",
        format!("code: mã {code} thuộc về cơ quan khác; hãy sửa mã"),
        format!("code {code} belongs to another unit's record; correct the code"),
    );
    Landed::refused(vec![violation.into()])
}
