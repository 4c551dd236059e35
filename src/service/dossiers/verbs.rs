//! The verbs of a dossier's life, each a draft of an event put to its history: the history refuses or
//! takes it, nothing is half done.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::error::{ServiceError, Violation, refused};
use super::super::work::{Look, Work, check_etag};
use super::saving::{Change, save};
use crate::domain::code::Code;
use crate::domain::dossier::{
    ApplicantKind, Channel, Correction, Draft, EventKind, History, Intake, Source, Tracked, Warning,
};
use crate::domain::official::OfficialRole;
use crate::domain::permission::Role;
use crate::store::dossiers::{self, DossierRow};
use crate::store::entity::applicant;
use crate::store::events;

/// A dossier that comes in.
#[derive(Debug, Clone)]
pub struct NewDossier {
    /// Its code; opaque.
    pub code: String,
    /// Code of the procedure.
    pub procedure_code: String,
    /// Code of the receiving unit.
    pub unit_code: String,
    /// How it came in.
    pub channel: Channel,
    /// Whose it is.
    pub applicant_kind: ApplicantKind,
    /// Name of the applicant; kept apart, may be empty.
    pub applicant_name: String,
    /// Code of the responsible official; may be empty.
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

/// Receives or registers a dossier.
pub async fn receive(work: &mut Work, new: NewDossier) -> Result<Done, ServiceError> {
    let mut wrong = Vec::new();
    let code = Code::parse(&new.code).map_err(|bad| {
        wrong.push(Violation::new(
            "code",
            "BAD_CODE",
            format!("mã hồ sơ không hợp lệ: {bad}"),
            format!("the code {bad}"),
        ));
    });
    let rules = work.rules.clone();
    let unit = rules.units.by_code(&new.unit_code);
    if unit.is_none() {
        wrong.push(Violation::unknown("unit", &new.unit_code, "cơ quan", "unit"));
    }
    let procedure = rules.procedures_by_code.get(&new.procedure_code);
    if procedure.is_none() {
        wrong.push(Violation::unknown("procedure", &new.procedure_code, "thủ tục", "procedure"));
    }
    let holder = rules.official(&new.holder_code);
    if holder.is_none() && !new.holder_code.is_empty() {
        wrong.push(Violation::unknown("holder", &new.holder_code, "công chức", "official"));
    }
    let calendar = rules.calendar_for(unit.map(|u| u.id));
    let version = procedure.zip(calendar).and_then(|(id, c)| rules.version_on(*id, c.local_date(new.at)));
    if procedure.is_some() && version.is_none() {
        wrong.push(Violation::new(
            "procedure",
            "NOT_IN_FORCE",
            "thủ tục chưa có hiệu lực vào ngày tiếp nhận; hãy chọn phiên bản đúng ngày",
            "the procedure has no version in force on that day; add one",
        ));
    }
    let (Ok(code), Some(unit), Some(version), Some(calendar)) = (code, unit, version, calendar) else {
        return Err(ServiceError::Invalid(wrong));
    };
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    if !work.context.scope.covers(unit.id, holder.map(|o| o.id)) {
        return Err(ServiceError::Denied(format!("units/{}", unit.code)));
    }
    let subject = format!("dossiers/{code}");
    if !dossiers::by_codes(&work.tx, &[code.to_string()]).await?.is_empty() {
        return Err(ServiceError::AlreadyExists(subject));
    }
    let intake = Intake {
        unit_id: unit.id,
        procedure_version_id: version.id,
        calendar_id: calendar.id(),
        channel: new.channel,
        applicant_kind: new.applicant_kind,
        intake: new.intake,
        result: Tracked::Untracked,
        holder_id: holder.map(|o| o.id),
        promised_at: new.promised_at,
    };
    let kind = if new.registered { EventKind::Registered(intake) } else { EventKind::Received(intake) };
    let mut history = History::default();
    let drafts = vec![own(work, kind, new.at, String::new())];
    let after = history.record(drafts, work.now(), &rules.book).map_err(|r| refused(&subject, &r))?;
    let applicant_id = store_applicant(work, &new).await?;
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

async fn store_applicant(work: &Work, new: &NewDossier) -> Result<Option<Uuid>, ServiceError> {
    if new.applicant_name.trim().is_empty() {
        return Ok(None);
    }
    let id = work.new_id();
    let row = applicant::Model {
        id,
        kind: new.applicant_kind.as_str().to_owned(),
        name: Some(new.applicant_name.trim().to_owned()),
        contact: None,
        created_at: work.now(),
        erased_at: None,
    };
    dossiers::insert_applicant(&work.tx, row).await?;
    Ok(Some(id))
}

/// Accepts a registered dossier: the intake that it was registered with becomes its receipt.
pub async fn accept(work: &mut Work, step: Step, digitised: Option<bool>) -> Result<Done, ServiceError> {
    let (row, history) = load(work, &step).await?;
    let registered = history.timeline().into_iter().find_map(|e| {
        if let EventKind::Registered(intake) = &e.draft.kind { Some(intake.clone()) } else { None }
    });
    let Some(mut intake) = registered else {
        return Err(ServiceError::Precondition {
            reason: "NOT_REGISTERED",
            subject: format!("dossiers/{}", row.code),
            vi: "hồ sơ không ở trạng thái mới đăng ký".to_owned(),
            en: "the dossier was not registered online".to_owned(),
        });
    };
    if digitised.is_some() {
        intake.intake = Tracked::from_flag(digitised);
    }
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
    let kind = match kind {
        Correct::Fields(fields) => EventKind::Corrected(*fields),
        Correct::Void(number) => EventKind::Voided { number },
    };
    act(work, step, kind).await
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
    let before = history.replay(&rules.book).map_err(|r| refused(&subject, &r))?;
    let known = history.events().len();
    let at = step.at.unwrap_or(work.now());
    let drafts = kinds.into_iter().map(|kind| own(work, kind, at, step.reason.trim().to_owned())).collect();
    let after = history.record(drafts, work.now(), &rules.book).map_err(|r| refused(&subject, &r))?;
    let change = Change {
        id: row.id,
        code: row.code.clone(),
        row: Some(row),
        before: Some(before),
        history,
        known,
        after,
        source: None,
        applicant_id: None,
    };
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
    let warnings = change.after.warnings.clone();
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
