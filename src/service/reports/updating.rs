//! What a draft answers and for whom, where that comes later: the schedule opened it before the letter came.

use chrono::NaiveDate;
use serde_json::json;

use super::super::error::ServiceError;
use super::super::findings::{Findings, Wire};
use super::super::work::Work;
use super::{ReportRow, Step, forms, load, save};
use crate::domain::report::ReportStep;
use crate::domain::text;

/// Fields of a report on the wire.
const WIRE: Wire = Wire {
    resource: "report",
    names: &[
        ("request_number", "request.number"),
        ("request_dated_on", "request.dated_on"),
        ("request_matter", "request.matter"),
    ],
};

/// The letter that asks for a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// Its number.
    pub number: String,
    /// Its date.
    pub dated_on: Option<NaiveDate>,
    /// What it is about, after "về việc".
    pub matter: String,
}

/// What changes of a draft; None: that stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// The letter; None within: none asks for it.
    pub request: Option<Option<Letter>>,
    /// Until when it must have been sent.
    pub due_on: Option<Option<NaiveDate>>,
    /// To whom it goes; empty: as the settings say.
    pub addressee: Option<String>,
    /// The name of its form; empty: the usual one.
    pub form: Option<String>,
    /// The codes of recipients' forms that are filled from it; empty: all of the house that fit.
    pub recipient_forms: Option<Vec<String>>,
}

/// Changes a draft. What was written stays at the places that the form has.
pub async fn update(work: &mut Work, step: &Step, update: Update) -> Result<ReportRow, ServiceError> {
    let (row, state) = load(&work.tx, step, ReportStep::Change).await?;
    let settings = work.settings.clone();
    let unfit = unfit_forms(work, &row, &update).await?;
    let mut findings = Findings::of_request(work, WIRE, Vec::new());
    let some = |words: String| (!words.is_empty()).then_some(words);
    let mut changed = row.clone();
    let mut named = Vec::new();
    if let Some(letter) = update.request {
        let letter = letter.unwrap_or_default();
        let number = findings.mailed_text("request_number", &letter.number);
        let matter = findings.mailed_text("request_matter", &letter.matter);
        findings.not_after_today("request_dated_on", letter.dated_on);
        if number.is_empty() && (letter.dated_on.is_some() || !matter.is_empty()) {
            findings.missing("request_number");
        }
        changed.request_number = some(number);
        changed.request_dated_on = letter.dated_on;
        changed.request_matter = some(matter);
        named.push("request");
    }
    if let Some(due_on) = update.due_on {
        changed.due_on = due_on;
        named.push("due_on");
    }
    if let Some(addressee) = update.addressee {
        let addressee = findings.mailed_text("addressee", &addressee);
        changed.addressee = some(addressee).unwrap_or_else(|| settings.report.recipient.clone());
        named.push("addressee");
    }
    if let Some(form) = update.form {
        match settings.report.forms.find(&form) {
            Some((text, template)) => {
                (changed.form, changed.form_name) = (text.to_owned(), template.name.clone());
            }
            None => unknown_form(&mut findings, &settings.report.forms, &form),
        }
        named.push("form");
    }
    if let Some(codes) = update.recipient_forms {
        changed.recipient_forms = some(codes.join(" "));
        named.push("recipient_forms");
    }
    if let Some((vi, en)) = unfit {
        findings.say("recipient_forms", "UNKNOWN_FORM", &vi, &en);
    }
    if !findings.is_clean() {
        return Err(findings.invalid());
    }
    if changed == row {
        return Ok(row);
    }
    save(work, changed, state, &json!({ "changed": named })).await
}

/// What is said of recipients' forms that don't fit the report as it will be, where they or its form change.
async fn unfit_forms(
    work: &Work,
    row: &ReportRow,
    update: &Update,
) -> Result<Option<(String, String)>, ServiceError> {
    if update.form.is_none() && update.recipient_forms.is_none() {
        return Ok(None);
    }
    let kept = || row.recipient_forms.iter().flat_map(|codes| codes.split(' ')).map(str::to_owned).collect();
    let codes: Vec<String> = update.recipient_forms.clone().unwrap_or_else(kept);
    let form = update.form.as_deref().unwrap_or(&row.form_name);
    forms::unfit(&work.tx, &codes, form).await
}

/// Says that there is no such form, and which there are.
pub(super) fn unknown_form(findings: &mut Findings<'_>, forms: &crate::report::Forms, asked: &str) {
    let known: Vec<&str> = forms.names().collect();
    let (known, asked) = (known.join(", "), text::cut(asked));
    findings.say(
        "form",
        "UNKNOWN_FORM",
        &format!("không có mẫu “{asked}”; các mẫu hiện có: {known}"),
        &format!("there is no form “{asked}”; there are: {known}"),
    );
}
