//! What a unit gave, on a paper of its own: by a form, with the figures of the unit and what is below it.

use super::{ContributionRow, ContributionState, get, texts};
use crate::domain::text;
use crate::report::{Narrated, Paper, Template};
use crate::service::error::{ServiceError, Violation};
use crate::service::letterhead::Letterhead;
use crate::service::printing::{Draft, Printing};
use crate::service::report::{Ask, summarize};
use crate::service::reports::{self, BREAKDOWNS};
use crate::service::work::Look;

/// A paper of a contribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Under which name it is kept.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Prints a contribution by a form; an empty name: by the form of its report. Once it is given nothing in it is marked as
/// still to be written.
pub async fn print(look: &Look, code: &str, form: &str, paper: &str) -> Result<Printed, ServiceError> {
    let row = get(look, code).await?;
    let report = crate::store::reports::by_ids(&look.door, &[row.report_id]).await?.pop();
    let report = report.ok_or_else(|| ServiceError::NotFound(format!("reports/{}", row.report_code)))?;
    let paper = Paper::ALL.into_iter().find(|known| known.extension() == paper);
    let paper = paper.ok_or_else(|| Violation::missing("paper"))?;
    let template = if form.is_empty() { reports::form_of(&report)? } else { form_called(look, form)? };
    let ask = Ask {
        period: reports::period_of(&report)?,
        unit_id: Some(row.unit_id),
        as_of: report.frozen_seq,
        breakdowns: BREAKDOWNS.to_vec(),
    };
    let summary = summarize(look, &ask).await?;
    let draft = Draft {
        addressee: Some(Letterhead::of(&look.settings.report, &look.rules.units).office),
        narrative: narrative(&row),
        is_final: row.state == ContributionState::Given.as_str(),
        as_of: report.frozen_seq,
        unit_id: Some(row.unit_id),
        template,
        ..Draft::default()
    };
    let printing = Printing::gather(look, summary, &look.settings.report, draft).await?;
    let bytes = printing.print(&[paper]).await?.concat();
    Ok(Printed { file_name: format!("{}.{}", row.code, paper.extension()), bytes })
}

fn form_called(look: &Look, form: &str) -> Result<Template, ServiceError> {
    let forms = &look.settings.report.forms;
    if let Some((_, template)) = forms.find(form) {
        return Ok(template.clone());
    }
    let known: Vec<&str> = forms.names().collect();
    let (known, form) = (known.join(", "), text::cut(form));
    Err(Violation::new(
        "form",
        "UNKNOWN_FORM",
        format!("form: không có mẫu “{form}”; các mẫu hiện có: {known}"),
        format!("form: there is no form “{form}”; there are: {known}"),
    )
    .into())
}

fn narrative(row: &ContributionRow) -> std::collections::BTreeMap<String, Narrated> {
    let written = texts(row).into_iter().filter(|(_, text)| !text.is_empty());
    written.map(|(place, text)| (place, Narrated { text, confirmed: true })).collect()
}
