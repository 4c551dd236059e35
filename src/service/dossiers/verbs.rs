//! The verbs of a dossier's life, each a draft of an event put to its history: the history refuses or
//! takes it, nothing is half done.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::super::error::{ServiceError, Violation, refused};
use super::super::work::{Look, Work, check_etag};
use super::judging::{judge_anew, judge_by};
use super::saving::{Change, save};
use crate::domain::code::Code;
use crate::domain::dossier::{
    ApplicantKind, Channel, Correction, Draft, EventKind, History, Intake, Source, State, Tracked, Warning,
};
use crate::domain::official::OfficialRole;
use crate::domain::permission::Role;
use crate::store::applicants::{self, ApplicantRow};
use crate::store::dossiers::{self, DossierRow};
use crate::store::events;

/// A dossier that comes in.
#[derive(Debug, Clone)]
pub struct NewDossier {
    /// Its code; opaque. Empty to have one drawn.
    pub code: String,
    /// Code of the procedure.
    pub procedure_code: String,
    /// Code of the receiving unit.
    pub unit_code: String,
    /// How it came in; must be given.
    pub channel: Option<Channel>,
    /// Whose it is.
    pub applicant: Applicant,
    /// Code of the responsible official; empty for the caller.
    pub holder_code: String,
    /// When it was received or registered.
    pub at: DateTime<Utc>,
    /// What the receipt says, if another system gave it.
    pub promised_at: Option<DateTime<Utc>>,
    /// Papers scanned.
    pub intake: Tracked,
    /// Only registered online, not yet received.
    pub registered: bool,
}

/// Who asks; kept apart, all but the kind may be empty.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// Person or organisation; must be given.
    pub kind: Option<ApplicantKind>,
    /// The name.
    pub full_name: String,
    /// How to reach them.
    pub phone: String,
    /// How to reach them.
    pub email: String,
    /// Where they live or sit.
    pub address: String,
}

/// What is done to a dossier.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its code.
    pub code: String,
    /// Version that the caller saw; empty: whatever stands.
    pub etag: String,
    /// When it happened; None: now.
    pub at: Option<DateTime<Utc>>,
    /// Why.
    pub reason: String,
}

/// A dossier after a verb, and what it warns of.
#[derive(Debug, Clone)]
pub struct Done {
    /// The projection.
    pub row: DossierRow,
    /// Warnings of the whole history.
    pub warnings: Vec<Warning>,
}

/// Receives or registers a dossier. `wrong` is what the reader of the request found.
pub async fn receive(
    work: &mut Work,
    new: NewDossier,
    mut wrong: Vec<Violation>,
) -> Result<Done, ServiceError> {
    let rules = work.rules.clone();
    // A field is named once: what the reader found explains the rest.
    let mut say = |violation: Violation| {
        if wrong.iter().all(|v| v.field != violation.field) {
            wrong.push(violation);
        }
    };
    // Beyond one's reach is told as unknown: nobody learns here what there is.
    let unit = rules.units.by_code(&new.unit_code).filter(|unit| work.context.scope.covers(unit.id, None));
    if unit.is_none() {
        say(Violation::unknown("unit", &new.unit_code, "cơ quan", "unit"));
    }
    let procedure = rules.procedures_by_code.get(&new.procedure_code);
    if procedure.is_none() {
        say(Violation::unknown("procedure", &new.procedure_code, "thủ tục", "procedure"));
    }
    if new.channel.is_none() {
        say(Violation::missing("channel"));
    }
    if new.applicant.kind.is_none() {
        say(Violation::missing("applicant.kind"));
    }
    let holder = rules.official(&new.holder_code);
    if holder.is_none() && !new.holder_code.is_empty() {
        say(Violation::unknown("holder", &new.holder_code, "công chức", "official"));
    }
    let calendar = rules.calendar_for(unit.map(|u| u.id)).ok_or_else(no_calendar)?;
    let version = procedure.and_then(|id| rules.version_on(*id, calendar.local_date(new.at)));
    if procedure.is_some() && version.is_none() {
        say(Violation::new(
            "procedure",
            "NOT_IN_FORCE",
            "thủ tục chưa có hiệu lực vào ngày tiếp nhận; hãy chọn phiên bản đúng ngày",
            "the procedure has no version in force on that day; add one",
        ));
    }
    let code = if new.code.trim().is_empty() {
        draw(work, calendar.local_date(new.at)).await?
    } else {
        new.code.clone()
    };
    let code = Code::parse(&code).map_err(|bad| say(Violation::bad_code("code", bad)));
    let (Ok(code), Some(unit), Some(version), Some(channel), Some(applicant_kind), true) =
        (code, unit, version, new.channel, new.applicant.kind, wrong.is_empty())
    else {
        return Err(ServiceError::Invalid(wrong));
    };
    let subject = format!("dossiers/{code}");
    if !dossiers::by_codes(&work.tx, &[code.to_string()]).await?.is_empty() {
        return Err(ServiceError::AlreadyExists(subject));
    }
    let intake = Intake {
        unit_id: unit.id,
        procedure_version_id: version.id,
        calendar_id: calendar.id(),
        channel,
        applicant_kind,
        intake: new.intake,
        result: Tracked::Untracked,
        holder_id: holder.map(|o| o.id).or(work.context.caller.official_id),
        promised_at: new.promised_at,
        judge_by: judge_by(work, unit.id, new.at),
    };
    let kind = if new.registered { EventKind::Registered(intake) } else { EventKind::Received(intake) };
    let mut history = History::default();
    let drafts = vec![own(work, kind, new.at, String::new())];
    let after =
        history.record(drafts, work.now(), &rules.book).map_err(|r| refused(&subject, &r, rules.zone()))?;
    let applicant_id = store_applicant(work, applicant_kind, &new.applicant).await?;
    let change = Change {
        id: work.new_id(),
        code: code.to_string(),
        row: None,
        before: None,
        history,
        known: 0,
        after,
        source: None,
        applicant_id,
    };
    finish(work, change).await
}

fn no_calendar() -> ServiceError {
    ServiceError::Precondition {
        reason: "NO_CALENDAR",
        subject: "calendars/latest".to_owned(),
        vi: "chưa có lịch làm việc; hãy nạp lịch trước".to_owned(),
        en: "there is no calendar in force; import one first".to_owned(),
    }
}

/// The next code of the agency and day.
async fn draw(work: &Work, day: NaiveDate) -> Result<String, ServiceError> {
    let prefix = format!("{}-{}-", work.settings.dossier_code_prefix, day.format("%y%m%d"));
    let last = dossiers::last_code(&work.tx, &prefix).await?;
    let last = last.and_then(|code| code.strip_prefix(&prefix)?.parse::<u32>().ok()).unwrap_or(0);
    Ok(format!("{prefix}{:04}", last + 1))
}

async fn store_applicant(
    work: &Work,
    kind: ApplicantKind,
    said: &Applicant,
) -> Result<Option<Uuid>, ServiceError> {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let contact: serde_json::Map<_, _> =
        [("phone", &said.phone), ("email", &said.email), ("address", &said.address)]
            .into_iter()
            .filter_map(|(name, text)| Some((name.to_owned(), given(text)?.into())))
            .collect();
    let (name, contact) = (given(&said.full_name), Some(contact).filter(|contact| !contact.is_empty()));
    if name.is_none() && contact.is_none() {
        return Ok(None);
    }
    let id = work.new_id();
    let row = ApplicantRow {
        id,
        kind: kind.as_str().to_owned(),
        name,
        contact: contact.map(|contact| serde_json::Value::from(contact).to_string()),
        created_at: work.now(),
        erased_at: None,
    };
    applicants::insert(&work.tx, row).await?;
    Ok(Some(id))
}

/// Accepts a registered dossier: the intake that it was registered with becomes its receipt.
pub async fn accept(work: &mut Work, step: Step, digitised: Option<bool>) -> Result<Done, ServiceError> {
    let (row, history) = load(work, &step).await?;
    let registered = history.timeline().into_iter().find_map(|e| {
        if let EventKind::Registered(intake) = &e.draft.kind { Some(intake.clone()) } else { None }
    });
    // Never registered: refused as every other step that doesn't start from its state.
    let Some(mut intake) = registered else {
        let state = State::parse(&row.state).unwrap_or(State::Received);
        let at = step.at.unwrap_or(work.now());
        let refusal = History::never_registered(state, at);
        return Err(refused(&format!("dossiers/{}", row.code), &refusal, work.rules.zone()));
    };
    if digitised.is_some() {
        intake.intake = Tracked::from_flag(digitised);
    }
    // The day of acceptance is that of the receipt.
    intake.judge_by = judge_by(work, row.unit_id, step.at.unwrap_or(work.now()));
    apply(work, row, history, vec![EventKind::Received(intake)], &step).await
}

/// Begins processing, perhaps by giving it to an official.
pub async fn start(work: &mut Work, step: Step, holder: Option<Uuid>) -> Result<Done, ServiceError> {
    let (row, history) = load(work, &step).await?;
    let mut kinds = vec![EventKind::Started];
    kinds.extend(holder.map(|to| EventKind::HandedOver { from: row.holder_id, to, step: String::new() }));
    apply(work, row, history, kinds, &step).await
}

/// Passes a dossier from its holder to the next.
pub async fn hand_over(work: &mut Work, step: Step, to: Uuid, name: String) -> Result<Done, ServiceError> {
    let (row, history) = load(work, &step).await?;
    let kind = EventKind::HandedOver { from: row.holder_id, to, step: name.trim().to_owned() };
    apply(work, row, history, vec![kind], &step).await
}

/// Resolves a dossier; the scan of its result may be told in the same step.
pub async fn resolve(
    work: &mut Work,
    step: Step,
    outcome: crate::domain::dossier::Outcome,
    digitised: Option<bool>,
) -> Result<Done, ServiceError> {
    let (row, history) = load(work, &step).await?;
    let mut kinds = vec![EventKind::Resolved { outcome }];
    let result = digitised.map(|flag| Tracked::from_flag(Some(flag)));
    kinds.extend(result.map(|result| EventKind::Digitised { intake: None, result: Some(result) }));
    apply(work, row, history, kinds, &step).await
}

/// Puts one event to a dossier's history.
pub async fn act(work: &mut Work, step: Step, kind: EventKind) -> Result<Done, ServiceError> {
    let (row, history) = load(work, &step).await?;
    apply(work, row, history, vec![kind], &step).await
}

/// Corrects what was laid down at intake, or voids an event. Both need a reason; a re-opening needs the
/// head's approval too, by the caller's own role or by name.
pub async fn correct(
    work: &mut Work,
    step: Step,
    kind: Correct,
    approved_by: Option<Uuid>,
) -> Result<Done, ServiceError> {
    if step.reason.trim().is_empty() {
        return Err(Violation::missing("reason").into());
    }
    let is_head = work.context.caller.roles.iter().any(|r| matches!(r, Role::Head | Role::Leader));
    let approver = approved_by
        .and_then(|id| work.rules.officials.get(&id))
        .filter(|o| matches!(o.role, OfficialRole::Head | OfficialRole::Leader));
    if matches!(kind, Correct::Void(_)) && !is_head && approver.is_none() {
        return Err(Violation::new(
            "approved_by",
            "HEAD_NEEDED",
            "approved_by: hủy một sự kiện cần thủ trưởng duyệt; hãy ghi officials/MÃ của thủ trưởng",
            "approved_by: voiding an event needs a head's approval; name officials/CODE of the head",
        )
        .into());
    }
    let step = match approver {
        Some(head) => {
            Step { reason: format!("{} [approved_by: officials/{}]", step.reason.trim(), head.code), ..step }
        }
        None => step,
    };
    let (row, history) = load(work, &step).await?;
    let kind = match kind {
        Correct::Fields(mut fields) => {
            let state = State::parse(&row.state).unwrap_or(State::Received);
            judge_anew(work, &mut fields, state, (row.unit_id, row.received_at));
            EventKind::Corrected(*fields)
        }
        Correct::Void(number) => EventKind::Voided { number },
    };
    apply(work, row, history, vec![kind], &step).await
}

/// A correction.
#[derive(Debug, Clone)]
pub enum Correct {
    /// Of fields.
    Fields(Box<Correction>),
    /// By voiding the event with that number.
    Void(i32),
}

async fn load(work: &Work, step: &Step) -> Result<(DossierRow, History), ServiceError> {
    let subject = format!("dossiers/{}", step.code);
    let row = dossiers::find(&work.tx, &step.code, &work.context.scope).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(subject.clone()))?;
    check_etag(&step.etag, row.version, &subject)?;
    let history = events::history(&work.tx, row.id).await?;
    Ok((row, history))
}

async fn apply(
    work: &mut Work,
    row: DossierRow,
    mut history: History,
    kinds: Vec<EventKind>,
    step: &Step,
) -> Result<Done, ServiceError> {
    let subject = format!("dossiers/{}", row.code);
    let rules = work.rules.clone();
    let before = history.replay(&rules.book).map_err(|r| refused(&subject, &r, rules.zone()))?;
    let known = history.events().len();
    let at = step.at.unwrap_or(work.now());
    let drafts = kinds.into_iter().map(|kind| own(work, kind, at, step.reason.trim().to_owned())).collect();
    let after =
        history.record(drafts, work.now(), &rules.book).map_err(|r| refused(&subject, &r, rules.zone()))?;
    let change = Change::of_known(row, before, (history, known), after);
    finish(work, change).await
}

fn own(work: &Work, kind: EventKind, occurred_at: DateTime<Utc>, reason: String) -> Draft {
    Draft {
        kind,
        occurred_at,
        actor_id: work.context.caller.official_id,
        actor: work.context.caller.label.clone(),
        source: Source::Own,
        reason,
    }
}

async fn finish(work: &mut Work, change: Change) -> Result<Done, ServiceError> {
    let warnings = change.after.warnings.iter().map(|(_, warning)| *warning).collect();
    let rows = save(work, &[change]).await?;
    let row =
        rows.into_iter().next().ok_or_else(|| ServiceError::Internal("one change, one row".to_owned()))?;
    let detail = serde_json::json!({ "state": row.state, "version": row.version });
    work.note(format!("dossiers/{}", row.code), &detail);
    Ok(Done { row, warnings })
}

/// A dossier by code, if the caller may know of it.
pub async fn get(look: &Look, code: &str) -> Result<DossierRow, ServiceError> {
    let row = dossiers::find(&look.door, code, &look.context.scope).await?;
    row.ok_or_else(|| ServiceError::NotFound(format!("dossiers/{code}")))
}

/// The events of a dossier, by number.
pub async fn history(look: &Look, code: &str) -> Result<(DossierRow, History), ServiceError> {
    let row = get(look, code).await?;
    let history = events::history(&look.door, row.id).await?;
    Ok((row, history))
}
