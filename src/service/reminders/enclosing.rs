//! The digest as a mail with its list enclosed: the words are the mail's, the sheet is the print shop's.

use super::super::error::ServiceError;
use crate::mail::{Attachment, Digest, Entry, Language, Listing, Rendered};
use crate::report::{Cell, Column, Sheet, WORKBOOK};

/// Widths of the list's columns in characters, in the order of its heads.
const WIDTHS: [u16; 10] = [22, 27, 34, 11, 17, 14, 20, 12, 24, 40];

/// Writes a digest, with its list where it encloses one.
pub fn written(digest: &Digest, language: Language) -> Result<Rendered, ServiceError> {
    let mut mail = digest.render(language);
    if digest.encloses_list() {
        let listing = digest.listing(language);
        let bytes = sheet(digest, &listing).xlsx().map_err(|e| ServiceError::Internal(e.to_string()))?;
        let name = format!("{}.xlsx", listing.file_stem);
        mail.attachments.push(Attachment { name, mime: WORKBOOK.to_owned(), bytes });
    }
    Ok(mail)
}

/// The list as a sheet. Units have a column where some of it isn't the reader's own unit's: then it can be filtered.
fn sheet(digest: &Digest, listing: &Listing) -> Sheet {
    let elsewhere = listing.entries.iter().any(|entry| entry.unit != digest.unit);
    let skipped = usize::from(!elsewhere);
    let columns = listing.heads.iter().zip(WIDTHS).skip(skipped);
    Sheet {
        name: listing.name.to_owned(),
        title: listing.title.to_owned(),
        notes: listing.notes.clone(),
        columns: columns.map(|(head, width)| Column { head: (*head).to_owned(), width }).collect(),
        rows: listing
            .entries
            .iter()
            .map(|entry| cells(entry, listing.days_pattern).into_iter().skip(skipped).collect())
            .collect(),
        made_at: digest.run_at,
    }
}

fn cells(entry: &Entry, days_pattern: &'static str) -> [Cell; 10] {
    let text = |text: &str| Cell::Text(text.to_owned());
    [
        text(&entry.unit),
        text(&entry.code),
        text(&entry.matter),
        Cell::Day(entry.received_on),
        entry.due.map_or(Cell::Blank, Cell::Moment),
        text(&entry.step),
        text(&entry.holder),
        entry.days.map_or(Cell::Blank, |days| Cell::Number(days, days_pattern)),
        text(&entry.status),
        if entry.remarks.is_empty() { Cell::Blank } else { text(&entry.remarks) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reminder::NoticeRole;
    use crate::mail::{Line, Subject};

    fn digest() -> Digest {
        let line = |code: &str, unit: &str| Line {
            code: code.to_owned(),
            subject: Subject::Dossier,
            procedure: "Cấp phép".to_owned(),
            received_on: "2024-05-02".parse().expect("a date"),
            due: "2024-05-14T17:00:00".parse().ok(),
            step: "in_process".to_owned(),
            holder: None,
            unit: unit.to_owned(),
            working_days: Some(-2),
            opens: None,
            measured: None,
            remarks: Vec::new(),
        };
        Digest {
            recipient: "Trần Thị Ánh".to_owned(),
            unit: "Phòng Y tế".to_owned(),
            list_code: "YT".to_owned(),
            oversees: true,
            role: NoticeRole::Head,
            stands_in: false,
            run_at: "2024-05-16T07:15:00".parse().expect("a local time"),
            data_until: None,
            overdue: vec![line("B-1", "Phường B"), line("A-1", "Phường A")],
            due_today: Vec::new(),
            due_soon: Vec::new(),
            concerns: std::collections::BTreeMap::new(),
            link_template: None,
        }
    }

    #[test]
    fn a_heads_mail_encloses_the_same_sheet_each_time() {
        let mail = written(&digest(), Language::Vi).expect("a mail");
        let [sheet] = mail.attachments.as_slice() else { panic!("one sheet") };
        assert_eq!((sheet.name.as_str(), sheet.mime.as_str()), ("danh-sach-YT-2024-05-16.xlsx", WORKBOOK));
        assert_eq!(written(&digest(), Language::Vi).expect("a mail"), mail);
        let own = Digest { oversees: false, ..digest() };
        assert_eq!(written(&own, Language::Vi).expect("a mail").attachments, []);
    }

    #[test]
    fn other_units_have_a_column() {
        let heads = |digest: &Digest| {
            let sheet = sheet(digest, &digest.listing(Language::Vi));
            assert!(sheet.rows.iter().all(|row| row.len() == sheet.columns.len()));
            (sheet.columns.len(), sheet.columns[0].head.clone(), sheet.rows[0][0].clone())
        };
        let text = |text: &str| Cell::Text(text.to_owned());
        assert_eq!(heads(&digest()), (10, "Đơn vị".to_owned(), text("Phường A")));
        let mut own = digest();
        own.overdue.truncate(1);
        assert_eq!(heads(&own).0, 10, "one unit, but not the reader's");
        own.overdue[0].unit.clone_from(&own.unit);
        assert_eq!(heads(&own), (9, "Mã hồ sơ".to_owned(), text("B-1")));
    }
}
