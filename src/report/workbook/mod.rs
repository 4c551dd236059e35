//! The appendix as a workbook: what adds up is a formula, so that whoever takes a number in doubt can follow it, and
//! each formula bears its result, so that it shows where nothing is reckoned. Figures come from elsewhere.

mod figures;
mod forms;
mod leaf;
mod lists;
#[cfg(test)]
mod tests;

use chrono::NaiveTime;
use rust_xlsxwriter::{DocProperties, Workbook, XlsxError};

use super::ReportInput;
use super::appendix::left_out;
use super::front::Front;
use super::sheet::moment;
use super::wording::period_range;

/// What stands where there is nothing to list.
const NOTHING: &str = "Trong kỳ không ghi nhận.";

/// What all sheets say at their head.
struct Cover {
    /// Whose they are, of which period, up to when the records are known.
    notes: Vec<String>,
}

/// Writes the workbook. The same report gives the same bytes.
///
/// # Errors
/// More rows than the format holds: 1,048,576.
pub fn workbook(input: &ReportInput<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let front = Front::of(input, "……");
    let made_at = moment(input.dated_on.and_time(NaiveTime::MIN))?;
    book.set_properties(
        &DocProperties::new()
            .set_title(format!("Phụ lục: {}", front.subject))
            .set_author(input.office)
            .set_creation_datetime(&made_at),
    );
    let mut notes = front.warnings;
    notes.push(format!("{}, {}", input.office, period_range(input.summary.period)));
    notes.extend(front.appendix.notes);
    notes.extend(left_out(input));
    let cover = Cover { notes };
    forms::write(&mut book, input, &cover)?;
    figures::groups(&mut book, input, &cover)?;
    figures::rates(&mut book, input, &cover)?;
    lists::tasks(&mut book, input, &cover)?;
    lists::late_dossiers(&mut book, input, &cover)?;
    figures::petitions(&mut book, input, &cover)?;
    figures::payments(&mut book, input, &cover)?;
    figures::ratings(&mut book, input, &cover)?;
    lists::declared(&mut book, input, &cover)?;
    figures::charts(&mut book, input, &cover)?;
    book.save_to_buffer()
}
