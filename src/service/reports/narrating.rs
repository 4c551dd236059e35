//! Writing at the places of a report. Each text is kept with who wrote it; the last one stands.

use serde_json::json;

use super::super::error::{ServiceError, Violation};
use super::super::work::Work;
use super::{ReportRow, Step, form_of, is_carried, load, save};
use crate::domain::report::ReportStep;
use crate::domain::text;
use crate::report::{BlockForm, Template};
use crate::store::reports::{self, TextRow};

/// The longest text of a place, in characters.
const LONGEST: usize = 20_000;

/// What is written.
#[derive(Debug, Clone)]
pub struct Written {
    /// The place.
    pub place: String,
    /// Its paragraphs, one a line; empty: what figures say stands there again.
    pub text: String,
}

/// A place of a form.
pub fn known<'a>(form: &'a Template, place: &str) -> Result<&'a BlockForm, ServiceError> {
    let found = form.places().find(|(_, block)| block.place == place).map(|(_, block)| block);
    found.ok_or_else(|| {
        let places: Vec<&str> = form.places().map(|(_, block)| block.place.as_str()).collect();
        let (places, place) = (places.join(", "), text::cut(place));
        Violation::new(
            "place",
            "UNKNOWN_PLACE",
            format!("place: mẫu báo cáo không có phần “{place}”; các phần: {places}"),
            format!("place: the form has no place “{place}”; it has: {places}"),
        )
        .into()
    })
}

/// Writes at a place of a draft.
pub async fn write(work: &mut Work, step: &Step, written: &Written) -> Result<ReportRow, ServiceError> {
    let (row, state) = load(&work.tx, step, ReportStep::Write).await?;
    known(&form_of(&row)?, &written.place)?;
    let text = tidied("text", &written.text)?;
    let last = reports::versions(&work.tx, row.id, &written.place).await?.into_iter().next();
    // The same again says that what was carried over holds here too; else it says nothing.
    let is_said = last.as_ref().is_some_and(|last| last.text == text && !is_carried(last));
    if is_said || (last.is_none() && text.is_empty()) {
        return Ok(row);
    }
    let number = last.map_or(1, |last| last.number + 1);
    let line = TextRow {
        id: work.new_id(),
        report_id: row.id,
        place: written.place.clone(),
        number,
        text,
        written_by_id: work.context.caller.official_id,
        written_by: work.context.caller.label.clone(),
        written_at: work.now(),
    };
    reports::write(&work.tx, vec![line]).await?;
    let detail = json!({ "written": { "place": written.place, "number": number } });
    save(work, row, state, &detail).await
}

/// Paragraphs without blank lines, and nothing that no document can hold.
pub fn tidied(field: &str, written: &str) -> Result<String, ServiceError> {
    let lines: Vec<String> = written.lines().map(text::tidy).filter(|line| !line.is_empty()).collect();
    let tidy = lines.join("\n");
    if tidy.chars().any(|c| c != '\n' && c.is_control()) {
        return Err(Violation::new(
            field,
            "CONTROL_CHARACTER",
            format!("{field}: có ký tự điều khiển; hãy gõ lại đoạn văn"),
            format!("{field}: has a control character; type it anew"),
        )
        .into());
    }
    if tidy.chars().count() > LONGEST {
        return Err(Violation::new(
            field,
            "TOO_LONG",
            format!("{field}: dài hơn {LONGEST} ký tự; hãy rút gọn hoặc gửi kèm phụ lục"),
            format!("{field}: has more than {LONGEST} characters; shorten it, or enclose it"),
        )
        .into());
    }
    Ok(tidy)
}
