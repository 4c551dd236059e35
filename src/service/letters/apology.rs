//! The letter of apology of a dossier whose appointment isn't kept (domain.md §4): it must go out before that passes,
//! and comes late where it has. A re-appointment that is recorded is what the letter promises.

use chrono::{DateTime, Days, Utc};

use super::{DrawnFile, unit_name};
use crate::domain::calendar::{Calendar, OutOfRange};
use crate::domain::deadline::{Timeliness, judge};
use crate::domain::dossier::{Dossier, EventKind, Giver, History, Promise};
use crate::domain::reminder::{RuleKind, SubjectKind};
use crate::domain::text;
use crate::report::{Apology, Cause, Issuer};
use crate::service::dossiers::causes::SOFTWARE_OUTAGE;
use crate::service::error::{ServiceError, Violation, refused};
use crate::service::letterhead::Letterhead;
use crate::service::slots::house_calendar;
use crate::service::work::Look;
use crate::store::dossiers::{self, DossierRow};
use crate::store::{events, incidents};

/// The signer of a unit's letter, as the form has it.
const SIGNER: &str = "Thủ trưởng cơ quan, đơn vị";
/// Where no rule says when an apology is due: so many working days before the appointment.
const USUAL_DAYS: i64 = 1;

/// Whose letter is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApologyAsk {
    /// Code of the dossier.
    pub dossier: String,
    /// The new appointment, where it isn't recorded yet; None leaves it as recorded, or room for it.
    pub promised_at: Option<DateTime<Utc>>,
}

/// The letter, and what it says that might have been blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnApology {
    /// The letter.
    pub file: DrawnFile,
    /// The new appointment; None: there is room for it.
    pub promised_at: Option<DateTime<Utc>>,
    /// Word of the cause; None: there is room for it.
    pub cause: Option<String>,
}

/// Draws the letter.
pub async fn apology(look: &Look, ask: &ApologyAsk) -> Result<DrawnApology, ServiceError> {
    let (rules, now) = (&look.rules, look.context.now);
    let subject = format!("dossiers/{}", ask.dossier);
    let row = dossiers::find(&look.door, &ask.dossier, &look.context.scope).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(subject.clone()))?;
    let history = events::history(&look.door, row.id).await?;
    let dossier = history.replay(&rules.book).map_err(|r| refused(&subject, &r, rules.zone()))?;
    let unit_id = row.continuing_unit_id.unwrap_or(row.unit_id);
    let calendar = rules.calendar_for(Some(unit_id)).cloned().unwrap_or_else(|| house_calendar(rules));
    let case = Case { subject, row: &row, dossier: &dossier, calendar: &calendar, now };
    case.is_open()?;
    let (broken, recorded) = case.promises()?;
    if recorded.is_none() {
        case.is_due(look, broken)?;
    }
    let promised_at = case.new_promise(broken, recorded, ask.promised_at)?;

    let head = Letterhead::of(&look.settings.report, &rules.units);
    let unit = rules.units.get(unit_id);
    let superior = unit.and_then(|unit| unit.parent_id).map(|id| unit_name(rules, id)).unwrap_or_default();
    let system = outage(look, &history).await?;
    let version = rules.book.versions.get(&row.procedure_version_id);
    let letter = Apology {
        issuer: Issuer {
            superior: &superior,
            office: &unit_name(rules, unit_id),
            place: &unit.map(|unit| head.place_of(unit)).unwrap_or_default(),
            signer_title: SIGNER,
        },
        code: &row.code,
        procedure: version.map(|version| version.name.as_str()).unwrap_or_default(),
        received_at: calendar.local(row.received_at),
        promised_at: calendar.local(broken),
        passed: case.passed(broken),
        cause: row.delay_cause.as_deref().and_then(|word| cause(word, system.as_deref())),
        new_promise: promised_at.map(|at| calendar.local(at)),
        made_at: now,
    };
    let file = DrawnFile::of(&format!("xin-loi-{}", row.code), &letter.draw());
    Ok(DrawnApology { file, promised_at, cause: row.delay_cause.clone() })
}

/// A dossier as it is asked about.
struct Case<'a> {
    subject: String,
    row: &'a DossierRow,
    dossier: &'a Dossier,
    calendar: &'a Calendar,
    now: DateTime<Utc>,
}

impl Case<'_> {
    fn refuse(&self, reason: &'static str, vi: &str, en: &str) -> ServiceError {
        let subject = self.subject.clone();
        let (vi, en) = (format!("{subject}: {vi}"), format!("{subject}: {en}"));
        ServiceError::Precondition { reason, subject, vi, en }
    }

    /// Somebody waits for its result.
    fn is_open(&self) -> Result<(), ServiceError> {
        if self.row.open {
            return Ok(());
        }
        let state = self.dossier.state;
        Err(self.refuse(
            "NOT_OPEN",
            &format!(
                "hồ sơ ở trạng thái “{}”, không có gì để hẹn lại; chỉ xin lỗi, hẹn lại khi hồ sơ đang giải quyết",
                state.vietnamese()
            ),
            &format!(
                "it is {}, so nothing is left to be promised anew; only an open dossier is apologised for",
                state.as_str().replace('_', " ")
            ),
        ))
    }

    /// Whether a promise is past, at the term's own granularity.
    fn passed(&self, promised_at: DateTime<Utc>) -> bool {
        judge(self.calendar, self.dossier.term, promised_at, self.now) == Timeliness::Late
    }

    /// The promise that isn't kept, and the one that was recorded in its place. What was promised anew and passed again
    /// is a broken promise itself.
    fn promises(&self) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>), ServiceError> {
        let promises: &[Promise] = &self.dossier.promises;
        let last = promises.last().map(|promise| (promise.at, promise.giver));
        if let (Some((at, Giver::Reappointment)), [.., before, _]) = (last, promises)
            && !self.passed(at)
        {
            return Ok((before.at, Some(at)));
        }
        let at = last.map(|(at, _)| at).or(self.row.judged_due_at);
        Ok((
            at.ok_or_else(|| {
                self.refuse(
                    "NO_APPOINTMENT",
                    "hồ sơ chưa có ngày hẹn trả; hãy ghi ngày hẹn trả trước",
                    "it has no appointment; record one first",
                )
            })?,
            None,
        ))
    }

    /// It is late, or comes so near that an apology must go out.
    fn is_due(&self, look: &Look, promised_at: DateTime<Utc>) -> Result<(), ServiceError> {
        if self.row.overdue_at.is_some_and(|at| at <= self.now) {
            return Ok(());
        }
        if self.dossier.clock_stopped() {
            return Err(self.refuse(
                "CLOCK_STOPPED",
                "hồ sơ đang tạm dừng và chưa quá hạn, ngày hẹn trả sẽ tính lại; hãy đợi hồ sơ được xử lý tiếp",
                "its clock stands and it isn't late: the appointment is reckoned anew; wait until it runs again",
            ));
        }
        let due_from = self.due_from(look, promised_at).map_err(|OutOfRange| {
            ServiceError::Internal("an appointment beyond the calendar's years".to_owned())
        })?;
        if self.passed(promised_at) || due_from <= self.now {
            return Ok(());
        }
        let local = |at: DateTime<Utc>| text::moment(self.calendar.local(at));
        let plain = |at: DateTime<Utc>| self.calendar.local(at).format("%Y-%m-%d %H:%M").to_string();
        Err(self.refuse(
            "NOT_LATE",
            &format!(
                "hồ sơ còn trong hạn (hẹn trả {}), chỉ xin lỗi từ {}; nếu chắc chắn không kịp, hãy ghi hẹn lại trước \
                 (DossierService/Reappoint)",
                local(promised_at),
                local(due_from)
            ),
            &format!(
                "it is in due (appointment {}) and is apologised for from {} on; if it surely can't be kept, record \
                 the re-appointment first (DossierService/Reappoint)",
                plain(promised_at),
                plain(due_from)
            ),
        ))
    }

    /// From when on an apology is due, by the earliest rule of reminding that is in force.
    fn due_from(&self, look: &Look, promised_at: DateTime<Utc>) -> Result<DateTime<Utc>, OutOfRange> {
        let unit_id = self.row.continuing_unit_id.unwrap_or(self.row.unit_id);
        let rules = look.rules.reminders_for(SubjectKind::Dossier, Some(unit_id), self.now);
        let apologies = rules.iter().filter(|rule| rule.kind == RuleKind::ApologyDue);
        let firsts = apologies.map(|rule| rule.first(self.calendar, promised_at));
        if let Some(first) = firsts.collect::<Result<Vec<_>, _>>()?.into_iter().min() {
            return Ok(first);
        }
        let day = self.calendar.add_working_days(self.calendar.local_date(promised_at), -USUAL_DAYS)?;
        Ok(self.calendar.midnight(day))
    }

    /// What the letter promises: as recorded, else as asked.
    fn new_promise(
        &self,
        broken: DateTime<Utc>,
        recorded: Option<DateTime<Utc>>,
        asked: Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>, ServiceError> {
        let Some(asked) = asked else { return Ok(recorded) };
        if let Some(recorded) = recorded.filter(|recorded| *recorded != asked) {
            let at = self.calendar.local(recorded);
            return Err(Violation::new(
                "promised_at",
                "PROMISED_OTHERWISE",
                format!("promised_at: hồ sơ đã hẹn lại vào {}; hãy bỏ trống", text::moment(at)),
                format!("promised_at: it is re-appointed to {}; leave it out", at.format("%Y-%m-%d %H:%M")),
            )
            .into());
        }
        // The end of the day of the old promise: a new one on the same day is none.
        let after = self.calendar.midnight(self.calendar.local_date(broken) + Days::new(1));
        if asked < after || asked <= self.now {
            return Err(Violation::new(
                "promised_at",
                "NOT_LATER",
                "promised_at: ngày hẹn trả mới phải sau ngày hẹn cũ và sau hiện tại; hãy sửa ngày",
                "promised_at must lie after the old appointment and after now; correct it",
            )
            .into());
        }
        Ok(Some(asked))
    }
}

/// The cause in the letter's terms; None where the word is none of ours.
fn cause<'s>(word: &str, system: Option<&'s str>) -> Option<Cause<'s>> {
    Some(match word {
        "own_agency" => Cause::OwnAgency,
        "cooperating_agency" => Cause::CooperatingAgency,
        "citizen" => Cause::Citizen,
        "regulation" => Cause::Regulation,
        SOFTWARE_OUTAGE => Cause::SoftwareOutage(system),
        _ => return None,
    })
}

/// The software that failed, where the recorded cause names an incident.
async fn outage(look: &Look, history: &History) -> Result<Option<String>, ServiceError> {
    let code = history.timeline().into_iter().rev().find_map(|event| {
        if let EventKind::DelayCause { incident, .. } = &event.draft.kind {
            Some(incident.clone())
        } else {
            None
        }
    });
    let Some(code) = code.flatten() else { return Ok(None) };
    let found = incidents::by_codes(&look.door, std::slice::from_ref(&code)).await?.remove(&code);
    Ok(found.map(|incident| incident.system))
}
