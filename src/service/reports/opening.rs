//! How a report begins, is given back, and ends without being issued.

use chrono::{Datelike, NaiveDate};
use serde_json::json;

use super::super::error::{ServiceError, Violation};
use super::super::findings::{Findings, Wire};
use super::super::work::Work;
use super::updating::unknown_form;
use super::{ReportRow, Step, forms, load, name, save};
use crate::domain::period::Period;
use crate::domain::report::{ReportOrigin, ReportState, ReportStep};
use crate::report::{BlockForm, Saying};
use crate::store::reports::{self, TextRow};
use crate::store::{Door, contributions, proposals};

/// Fields of a report on the wire.
const WIRE: Wire = Wire {
    resource: "",
    names: &[
        ("request_number", "request.number"),
        ("request_dated_on", "request.dated_on"),
        ("request_matter", "request.matter"),
    ],
};

/// The longest period of a report, in days.
const LONGEST_DAYS: i64 = 5 * 366;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The period.
    pub period: Period,
    /// The name of its form; empty: `period`.
    pub form: String,
    /// The number of the letter that asks for it; empty: none does.
    pub request_number: String,
    /// That letter's date.
    pub request_dated_on: Option<NaiveDate>,
    /// What the letter is about, after "về việc".
    pub request_matter: String,
    /// To whom it goes; empty: as the settings say.
    pub addressee: String,
    /// Until when it must have been sent.
    pub due_on: Option<NaiveDate>,
    /// Codes of the recipients' forms that are filled from it; none: all of the house that fit.
    pub recipient_forms: Vec<String>,
}

impl Opening {
    /// Of a period, by the usual form, that no letter asks for.
    pub fn of(period: Period) -> Self {
        Self {
            period,
            form: String::new(),
            request_number: String::new(),
            request_dated_on: None,
            request_matter: String::new(),
            addressee: String::new(),
            due_on: None,
            recipient_forms: Vec::new(),
        }
    }
}

/// A report of that period was opened and not given up.
pub async fn is_under_way(door: &impl Door, period: Period) -> Result<bool, ServiceError> {
    Ok(reports::of_period(door, period.first(), period.last()).await? > 0)
}

/// Opens a report. It begins with what was written in the last one of its form.
pub async fn open(
    work: &mut Work,
    asked: Opening,
    origin: ReportOrigin,
    wrong: Vec<Violation>,
) -> Result<ReportRow, ServiceError> {
    let unfit = forms::unfit(&work.tx, &asked.recipient_forms, &asked.form).await?;
    let form = work.settings.report.forms.find(&asked.form);
    let today = super::super::slots::house_calendar(&work.rules).local_date(work.now());
    let mut findings = Findings::of_request(work, WIRE, wrong);
    if form.is_none() {
        unknown_form(&mut findings, &work.settings.report.forms, &asked.form);
    }
    if let Some((vi, en)) = unfit {
        findings.say("recipient_forms", "UNKNOWN_FORM", &vi, &en);
    }
    let number = findings.mailed_text("request_number", &asked.request_number);
    let matter = findings.mailed_text("request_matter", &asked.request_matter);
    let addressee = findings.mailed_text("addressee", &asked.addressee);
    findings.not_after_today("request_dated_on", asked.request_dated_on);
    if asked.period.first() > today {
        findings.say(
            "period",
            "IN_THE_FUTURE",
            "kỳ báo cáo chưa bắt đầu; hãy sửa ngày đầu kỳ",
            "hasn't begun; correct its first day",
        );
    }
    if (asked.period.last() - asked.period.first()).num_days() > LONGEST_DAYS {
        findings.say(
            "period",
            "TOO_LONG",
            "dài hơn 5 năm; hãy sửa ngày đầu kỳ",
            "is longer than five years; correct it",
        );
    }
    if number.is_empty() && (asked.request_dated_on.is_some() || !matter.is_empty()) {
        findings.missing("request_number");
    }
    let Some((form, template)) = form.filter(|_| findings.is_clean()) else {
        return Err(findings.invalid());
    };
    let (form, form_name) = (form.to_owned(), template.name.clone());
    let some = |words: String| (!words.is_empty()).then_some(words);
    let row = ReportRow {
        request_number: some(number),
        request_dated_on: asked.request_dated_on,
        request_matter: some(matter),
        addressee: some(addressee).unwrap_or_else(|| work.settings.report.recipient.clone()),
        due_on: asked.due_on,
        recipient_forms: some(asked.recipient_forms.join(" ")),
        ..fresh(work, asked.period, form, form_name, origin).await?
    };
    reports::insert(&work.tx, row.clone()).await?;
    let last = reports::before(&work.tx, &row.form_name, asked.period.last()).await?;
    if let Some(last) = last {
        // Proposals carry themselves: words of the last report would say one that was answered meanwhile, be it the last.
        let are_recorded = proposals::are_recorded(&work.tx).await?;
        let carries = |block: &BlockForm| !(are_recorded && block.say.contains(&Saying::Proposals));
        // What it says is of another period: somebody looks at it before it is submitted.
        carry_over(work, &last, &row, carries, |text| TextRow {
            written_by_id: None,
            written_by: name(&last.code),
            written_at: work.now(),
            ..text
        })
        .await?;
    }
    work.note(
        name(&row.code),
        &json!({ "opened": { "from": row.from_on, "to": row.to_on, "form": row.form_name, "origin": row.origin } }),
    );
    Ok(row)
}

/// Begins a corrected issue of a report that was signed: with the same words, and figures as they are known now.
pub async fn correct(work: &mut Work, step: &Step, reason: &str) -> Result<ReportRow, ServiceError> {
    let (old, _) = load(&work.tx, step, ReportStep::Correct).await?;
    let reason = given_reason(work, reason)?;
    if let Some(other) = reports::correcting(&work.tx, old.id).await? {
        return Err(ServiceError::Precondition {
            reason: "CORRECTED_ALREADY",
            subject: name(&old.code),
            vi: format!("đã có bản đính chính {}; hãy soạn tiếp hoặc hủy bản đó", name(&other.code)),
            en: format!("{} corrects it already; go on with that one, or cancel it", name(&other.code)),
        });
    }
    let period = super::period_of(&old)?;
    let row = ReportRow {
        request_number: old.request_number.clone(),
        request_dated_on: old.request_dated_on,
        request_matter: old.request_matter.clone(),
        addressee: old.addressee.clone(),
        recipient_forms: old.recipient_forms.clone(),
        corrects_id: Some(old.id),
        reason: Some(reason),
        ..fresh(work, period, old.form.clone(), old.form_name.clone(), ReportOrigin::Correction).await?
    };
    reports::insert(&work.tx, row.clone()).await?;
    carry_over(work, &old, &row, |_| true, |text| text).await?;
    work.note(name(&row.code), &json!({ "opened": { "corrects": name(&old.code), "reason": row.reason } }));
    Ok(row)
}

/// The signer gives it back: it is drafted on, and what was frozen is thrown away.
pub async fn send_back(work: &mut Work, step: &Step) -> Result<ReportRow, ServiceError> {
    let (row, state) = load(&work.tx, step, ReportStep::Return).await?;
    reports::thaw(&work.tx, row.id).await?;
    proposals::mention(&work.tx, row.id, &[]).await?;
    contributions::reopen(&work.tx, row.id).await?;
    let detail = json!({ "returned": { "figures_sha256": row.figures_sha256, "sequence": row.frozen_seq } });
    let row = ReportRow {
        frozen_seq: None,
        frozen_at: None,
        frame: None,
        figures: None,
        figures_sha256: None,
        ..row
    };
    save(work, row, state, &detail).await
}

/// It isn't needed, before it was signed.
pub async fn cancel(work: &mut Work, step: &Step, reason: &str) -> Result<ReportRow, ServiceError> {
    let (row, state) = load(&work.tx, step, ReportStep::Cancel).await?;
    let reason = given_reason(work, reason)?;
    contributions::close(&work.tx, row.id).await?;
    let detail = json!({ "cancelled": { "reason": reason } });
    save(work, ReportRow { reason: Some(reason), ..row }, state, &detail).await
}

fn given_reason(work: &Work, reason: &str) -> Result<String, ServiceError> {
    let mut findings = Findings::of_request(work, Wire { resource: "", names: &[] }, Vec::new());
    let reason = findings.mailed_text("reason", reason);
    if reason.is_empty() {
        return Err(Violation::missing("reason").into());
    }
    if findings.is_clean() { Ok(reason) } else { Err(findings.invalid()) }
}

/// What was written in one report is the first word of another at the same places.
async fn carry_over(
    work: &Work,
    from: &ReportRow,
    to: &ReportRow,
    carries: impl Fn(&BlockForm) -> bool,
    as_: impl Fn(TextRow) -> TextRow,
) -> Result<(), ServiceError> {
    let form = super::form_of(to)?;
    let texts = reports::texts(&work.tx, from.id).await?;
    let rows = texts
        .into_values()
        .filter(|text| !text.text.is_empty())
        .filter(|text| form.places().any(|(_, block)| block.place == text.place && carries(block)))
        .map(|text| as_(TextRow { id: work.new_id(), report_id: to.id, number: 1, ..text }));
    Ok(reports::write(&work.tx, rows.collect()).await?)
}

/// A report without anything, under the next free code of its year.
async fn fresh(
    work: &Work,
    period: Period,
    form: String,
    form_name: String,
    origin: ReportOrigin,
) -> Result<ReportRow, ServiceError> {
    let prefix = format!("BC-{}-", period.last().year());
    let taken = reports::count_codes(&work.tx, &prefix).await?;
    Ok(ReportRow {
        id: work.new_id(),
        code: format!("{prefix}{:03}", taken + 1),
        from_on: period.first(),
        to_on: period.last(),
        form_name,
        form,
        state: ReportState::Draft.as_str().to_owned(),
        origin: origin.as_str().to_owned(),
        request_number: None,
        request_dated_on: None,
        request_matter: None,
        addressee: work.settings.report.recipient.clone(),
        due_on: None,
        frozen_seq: None,
        frozen_at: None,
        frame: None,
        figures: None,
        figures_sha256: None,
        number: None,
        dated_on: None,
        signer_name: None,
        signer_title: None,
        signed_at: None,
        signed_check: None,
        sent_at: None,
        corrects_id: None,
        superseded_by_id: None,
        reason: None,
        recipient_forms: None,
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
    })
}
