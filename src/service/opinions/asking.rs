//! Asking for an opinion: what must be said, and what can't be so.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::error::{ServiceError, Violation};
use super::super::findings::{Findings, Wire};
use super::super::work::Work;
use super::{OpinionRow, standing};
use crate::domain::code::Code;
use crate::domain::deadline::{Term, deadline};
use crate::domain::opinion::{MOST_DAYS, OpinionState};
use crate::domain::text;
use crate::store::dossiers::{self, DossierRow};
use crate::store::{opinions, units};

/// Fields of a request on the wire.
const WIRE: Wire = Wire { resource: "opinion", names: &[] };

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpinionAsk {
    /// Code of the dossier.
    pub dossier: String,
    /// Code of the unit that is asked; empty where another agency is.
    pub unit: String,
    /// The agency beyond the house that is asked; empty where a unit is.
    pub agency: String,
    /// What is asked, in short.
    pub matter: String,
    /// When it was asked; None: now.
    pub asked_at: Option<DateTime<Utc>>,
    /// Until when it must be given; None where working days say so.
    pub due_at: Option<DateTime<Utc>>,
    /// In how many working days it must be given, by the calendar of the unit that is asked, or of the dossier's; 0 where
    /// an instant says so.
    pub working_days: i32,
}

/// Records that an opinion on an open dossier was asked for. `wrong` is what the reader of the request found.
pub async fn request(
    work: &mut Work,
    ask: OpinionAsk,
    mut wrong: Vec<Violation>,
) -> Result<OpinionRow, ServiceError> {
    let found = dossiers::find(&work.tx, &ask.dossier, &work.context.scope).await?;
    let term = term(&ask, &mut wrong);
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let row = read(&mut findings, &ask, found.as_ref(), term);
    if let Some(unit) = row.as_ref().and_then(|row| row.asked_unit_id) {
        let asked = units::by_ids(&findings.work().tx, &[unit]).await?;
        if let Some(last) = asked.iter().find_map(|(unit, _)| unit.valid_to) {
            findings.say(
                "unit",
                "UNIT_ENDED",
                &format!("đã kết thúc ngày {}; hãy điền đơn vị kế tục", text::date(last)),
                &format!("ended on {last}; name the unit that goes on"),
            );
        }
    }
    let Some((row, dossier)) = row.zip(found).filter(|_| findings.is_clean()) else {
        return Err(findings.invalid());
    };
    // One that closes at the same time waits for this, and makes it moot; one that has closed meanwhile is seen.
    let dossier = dossiers::hold(&work.tx, dossier.id).await?.unwrap_or(dossier);
    if !dossier.open {
        let subject = format!("dossiers/{}", dossier.code);
        return Err(ServiceError::Precondition {
            reason: "NOT_OPEN",
            vi: format!(
                "{subject} chưa được tiếp nhận hoặc đã kết thúc; chỉ xin ý kiến khi hồ sơ đang giải quyết"
            ),
            en: format!("{subject} isn't received yet or is closed; opinions are asked for while it is open"),
            subject,
        });
    }
    let asked = opinions::count_of(&work.tx, dossier.id).await?;
    let code = format!("{}-YK{}", dossier.code, asked + 1);
    if Code::parse(&code).is_err() {
        return Err(Violation::new(
            "opinion.dossier",
            "TOO_LONG",
            "opinion.dossier: mã hồ sơ quá dài để đặt mã cho yêu cầu; không ghi được ở đây",
            "opinion.dossier: the dossier's code is too long to be part of another; it can't be recorded here",
        )
        .into());
    }
    let row = standing(OpinionRow { code, ..row }, OpinionState::Asked, work.now());
    opinions::insert(&work.tx, row.clone()).await?;
    let detail = serde_json::json!({
        "asked": { "unit": work.rules.unit_code(row.asked_unit_id.unwrap_or_default()), "due_at": row.due_at }
    });
    work.note(format!("opinions/{}", row.code), &detail);
    Ok(row)
}

/// The working days that were given, where none but these say until when.
fn term(ask: &OpinionAsk, wrong: &mut Vec<Violation>) -> Option<Term> {
    match (ask.working_days, ask.due_at) {
        (0, _) => None,
        (_, Some(_)) => {
            wrong.push(Violation::new(
                "working_days",
                "ONE_OF_TWO",
                "chỉ đặt một trong hai: opinion.due_at hoặc working_days",
                "give one of the two, opinion.due_at or working_days",
            ));
            None
        }
        (days, None) => {
            let days = u32::try_from(days).ok().filter(|days| *days <= MOST_DAYS);
            if days.is_none() {
                wrong.push(Violation::new(
                    "working_days",
                    "OUT_OF_RANGE",
                    format!("số ngày làm việc phải từ 1 đến {MOST_DAYS}"),
                    format!("working_days must be 1 to {MOST_DAYS}"),
                ));
            }
            days.map(Term::WorkingDays)
        }
    }
}

/// The row of what is asked, in its first version to be, without its code.
fn read(
    findings: &mut Findings<'_>,
    ask: &OpinionAsk,
    dossier: Option<&DossierRow>,
    term: Option<Term>,
) -> Option<OpinionRow> {
    let work = findings.work();
    if dossier.is_none() {
        findings.unknown("dossier", &ask.dossier, "hồ sơ", "dossier");
    }
    let its_unit = dossier.map(|dossier| dossier.continuing_unit_id.unwrap_or(dossier.unit_id));
    let (asked_unit_id, agency) = asked_of(findings, ask, its_unit);
    let matter = findings.mailed_text("matter", &ask.matter);
    if matter.is_empty() {
        findings.missing("matter");
    }
    let asked_at = ask.asked_at.unwrap_or(work.now());
    findings.not_in_future("asked_at", Some(asked_at));
    if dossier.is_some_and(|dossier| asked_at < dossier.received_at) {
        findings.say(
            "asked_at",
            "WRONG_ORDER",
            "trước khi hồ sơ được tiếp nhận; hãy sửa thời điểm",
            "lies before the dossier was received; correct it",
        );
    }
    let due_at = match (ask.due_at, term) {
        (Some(due_at), _) => Some(due_at),
        (None, Some(term)) => due_by(findings, asked_unit_id.or(its_unit), asked_at, term),
        (None, None) => {
            if ask.working_days == 0 {
                findings.say(
                    "due_at",
                    "MISSING",
                    "chưa có; hãy điền thời hạn trả lời, hoặc working_days",
                    "is missing; give it, or working_days",
                );
            }
            None
        }
    };
    if due_at.is_some_and(|due_at| due_at <= asked_at) {
        findings.say(
            "due_at",
            "WRONG_ORDER",
            "phải sau opinion.asked_at; hãy sửa một trong hai",
            "must lie after opinion.asked_at; correct one of them",
        );
    }
    let dossier = dossier?;
    Some(OpinionRow {
        id: work.new_id(),
        code: String::new(),
        dossier_id: dossier.id,
        dossier_code: dossier.code.clone(),
        asked_unit_id,
        agency,
        matter,
        asked_at,
        due_at: due_at?,
        given_at: None,
        document_number: None,
        withdrawn_at: None,
        state: String::new(),
        open: false,
        overdue_at: None,
        next_notice_at: None,
        next_notice_rule: None,
        next_notice_step: None,
        version: 0,
        created_at: work.now(),
        updated_at: work.now(),
    })
}

/// Of whom it is asked: a unit of the house, any but the dossier's own, or an agency beyond it.
fn asked_of(
    findings: &mut Findings<'_>,
    ask: &OpinionAsk,
    its_unit: Option<Uuid>,
) -> (Option<Uuid>, Option<String>) {
    let agency = findings.mailed_text("agency", &ask.agency);
    match (ask.unit.trim().is_empty(), agency.is_empty()) {
        (true, true) => findings.say(
            "unit",
            "MISSING",
            "chưa có; hãy điền đơn vị được hỏi, hoặc opinion.agency nếu là cơ quan ngoài",
            "is missing; give the unit that is asked, or opinion.agency if it is none of the house",
        ),
        (false, false) => findings.say(
            "agency",
            "ONE_OF_TWO",
            "chỉ đặt một trong hai: opinion.unit hoặc opinion.agency",
            "give one of the two, opinion.unit or opinion.agency",
        ),
        (true, false) => return (None, Some(agency)),
        (false, true) => {
            let unit = findings.known_unit("unit", &ask.unit);
            if unit.is_some() && unit == its_unit {
                findings.say(
                    "unit",
                    "SAME_UNIT",
                    "là đơn vị đang giải quyết hồ sơ; hãy điền đơn vị khác",
                    "is the dossier's own unit; name another one",
                );
            }
            return (unit, None);
        }
    }
    (None, None)
}

/// When so many working days are over, by a unit's calendar.
fn due_by(
    findings: &mut Findings<'_>,
    unit_id: Option<Uuid>,
    asked_at: DateTime<Utc>,
    term: Term,
) -> Option<DateTime<Utc>> {
    findings.calendar()?;
    let calendar = findings.work().rules.calendar_for(unit_id)?;
    let due_at = deadline(calendar, asked_at, term, &[]).ok().and_then(|found| found.due_at());
    if due_at.is_none() {
        findings.say(
            "asked_at",
            "OUT_OF_RANGE",
            "nằm ngoài phạm vi lịch; hãy sửa thời điểm",
            "lies outside the calendar; correct it",
        );
    }
    due_at
}
