//! The stage on which a drawn history is played: the records' small town with procedures of every kind of term, and
//! all that is done there goes through the handlers of the front door, the importer and the jobs.

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs};
use bonro::domain::record::{
    CalendarDayRecord, CalendarRecord, ClockRecord, DossierRecord, OfficialRecord, Record,
};
use bonro::domain::schedule::JobName;
use bonro::grpc::convert::{instant, timestamp};
use bonro::pb::v1;
use bonro::pb::v1::dossier_service_server::DossierService as _;
use bonro::pb::v1::procedure_service_server::ProcedureService as _;
use bonro::service::jobs::{Asked, run};
use bonro::service::landing::LandedResult;
use bonro::world::Clock as _;
use chrono::{DateTime, TimeDelta, Utc};
use tonic::{Code, Status};

use super::acts::{Act, Change, Field, PROCEDURES, Part, Step, UNITS, When, pick};
use super::hold::{Desk, Kept, keep};
use super::settings::{Settings, TREE};
use super::verbs::{Verb, fitting};
use crate::records::town::{Town, answered, day};

/// A dossier as whoever calls remembers it.
struct Known {
    code: String,
    state: v1::DossierState,
    /// When its last event happened.
    last: DateTime<Utc>,
    due: Option<DateTime<Utc>>,
    closed: bool,
    /// What another system said of it last.
    record: Option<DossierRecord>,
}

/// The stage.
pub struct Stage {
    /// The town.
    pub town: Town,
    /// Figures that were kept on the way.
    pub kept: Vec<Kept>,
    /// Whose date judges.
    pub settings: Settings,
    dossiers: Vec<Known>,
    steps: i64,
}

impl Stage {
    /// A town upon a fresh database.
    pub async fn open(url: &str) -> Self {
        let town = Town::open(url).await;
        let off = |text: &str, kind: &str| CalendarDayRecord {
            day: Some(day(text)),
            kind: kind.into(),
            name: "Ngày riêng của phường".into(),
            ..CalendarDayRecord::default()
        };
        let own_days = CalendarRecord {
            unit_code: "P2".into(),
            time_zone: "Asia/Ho_Chi_Minh".into(),
            working_weekdays: vec![1, 2, 3, 4, 5],
            office_hours: vec![("07:30".into(), "11:30".into()), ("13:00".into(), "17:00".into())],
            same_day_cutoff: "15:00".into(),
            first_year: Some(2023),
            last_year: Some(2024),
            days: vec![
                off("2024-05-22", "day_off"),
                off("2024-06-03", "day_off"),
                off("2024-06-08", "working_day"),
                off("2024-07-01", "day_off"),
            ],
        };
        let head = OfficialRecord {
            code: "UB-01".into(),
            unit_code: "UB".into(),
            full_name: "Cán bộ UB-01".into(),
            role: "head".into(),
            email: String::new(),
        };
        let outcomes = town.import(vec![Record::Calendar(own_days), Record::Official(head)]).await;
        assert!(outcomes.iter().all(|o| o.landed.result == LandedResult::Landed), "{outcomes:?}");
        for (number, (code, unit, count, restart)) in PROCEDURES.into_iter().enumerate() {
            let policy = if restart { v1::ResumePolicy::Restart } else { v1::ResumePolicy::Continue };
            let version = v1::ProcedureVersion {
                effective_on: Some(bonro::grpc::convert::wire_date(day("2023-01-01"))),
                display_name: format!("Thủ tục {code}"),
                field: format!("Lĩnh vực {}", number % 2),
                level: "town".into(),
                term: Some(v1::Term { unit: unit.into(), count }),
                online_level: v1::OnlineLevel::Full.into(),
                resume_policy: policy.into(),
                ..v1::ProcedureVersion::default()
            };
            let new = v1::CreateProcedureRequest {
                code: code.into(),
                version: Some(version),
                request_id: String::new(),
            };
            answered(town.front.create_procedure(town.ask(new)).await);
        }
        town.house.enter_jobs().await.expect("jobs are entered");
        let mut settings = Settings::default();
        settings.judge_always(&town, "P2").await;
        Self { town, kept: Vec::new(), settings, dossiers: Vec::new(), steps: 0 }
    }

    fn now(&self) -> DateTime<Utc> {
        self.town.clock.now()
    }

    /// So many minutes ago; no two events of a story share an instant.
    fn ago(&self, minutes: i64) -> DateTime<Utc> {
        self.now() - TimeDelta::minutes(minutes) + TimeDelta::microseconds(self.steps)
            - TimeDelta::milliseconds(500)
    }

    /// A moment between two others.
    fn between(&self, from: DateTime<Utc>, part: Part) -> DateTime<Utc> {
        let whole = (self.ago(0) - from).num_minutes().max(0);
        from + TimeDelta::minutes(whole * i64::from(part) / 65_536) + TimeDelta::microseconds(self.steps)
    }

    /// Plays one step.
    pub async fn play(&mut self, step: &Step) {
        self.town.clock.advance(TimeDelta::minutes(step.wait));
        self.steps += 1;
        match &step.act {
            Act::Receive { unit, procedure, back, registered } => {
                self.receive(*unit, *procedure, *back, *registered).await;
            }
            Act::Go { who, verb, when } => {
                let Some(at) = self.who(*who) else { return };
                let known = &self.dossiers[at];
                let verbs = fitting(known.state);
                let moment = match (when, known.due) {
                    (When::Between(part), _) => self.between(known.last, *part),
                    (When::Due(micros), Some(due)) => {
                        (due + TimeDelta::microseconds(*micros)).min(self.ago(0))
                    }
                    (When::Now | When::Due(_), _) => self.ago(0),
                };
                if !verbs.is_empty() {
                    self.call(at, verbs[pick(verbs, *verb)], moment).await;
                }
            }
            Act::Wild { who, verb, back } => {
                let Some(at) = self.who(*who) else { return };
                self.call(at, Verb::ALL[pick(&Verb::ALL, *verb)], self.ago(*back)).await;
            }
            Act::Correct { who, field } => self.correct(*who, field).await,
            Act::Void { who, back } => self.void(*who, *back).await,
            Act::Import { unit, procedure, back, turns, end, promise } => {
                let mut record = DossierRecord {
                    code: self.new_code(),
                    procedure_code: PROCEDURES[pick(&PROCEDURES, *procedure)].0.into(),
                    unit_code: UNITS[pick(&UNITS, *unit)].into(),
                    channel: Some(Channel::Post),
                    applicant_kind: Some(ApplicantKind::Person),
                    received_at: Some(self.ago(*back)),
                    promised_at: promise.map(|minutes| self.ago(*back) + TimeDelta::minutes(minutes)),
                    ..DossierRecord::default()
                };
                self.turns(&mut record, turns);
                if let Some((how, part)) = end {
                    self.end(&mut record, *how, *part);
                }
                self.bring(record, None).await;
            }
            Act::Again { who, change } => self.again(*who, change).await,
            Act::Judge { unit, appointment } => {
                let unit = TREE[pick(&TREE, *unit)];
                self.settings.judge(&self.town, unit, *appointment).await;
            }
            Act::Flag => self.job(JobName::FlagOverdue).await,
            Act::Fold => self.job(JobName::FoldFigures).await,
            Act::Keep { flag } => {
                if *flag {
                    self.job(JobName::FlagOverdue).await;
                }
                self.kept.push(keep(&Desk::of(&self.town), *flag).await);
            }
        }
    }

    fn who(&self, part: Part) -> Option<usize> {
        (!self.dossiers.is_empty()).then(|| pick(&self.dossiers, part))
    }

    fn new_code(&self) -> String {
        format!("000.00.01.H48-240516-{:04}", self.dossiers.len() + 1)
    }

    async fn job(&self, job: JobName) {
        let ran = run(&self.town.house, job, self.now(), Asked::ByHand).await.expect("the job runs");
        assert_eq!(ran.slot.state, "done", "{:?}", ran.slot);
    }

    async fn receive(&mut self, unit: Part, procedure: Part, back: i64, registered: bool) {
        let (code, at) = (self.new_code(), self.ago(back));
        let new = v1::ReceiveDossierRequest {
            code: code.clone(),
            procedure: format!("procedures/{}", PROCEDURES[pick(&PROCEDURES, procedure)].0),
            unit: format!("units/{}", UNITS[pick(&UNITS, unit)]),
            channel: v1::Channel::Counter.into(),
            applicant: Some(v1::Applicant {
                kind: v1::ApplicantKind::Person.into(),
                ..v1::Applicant::default()
            }),
            occurred_at: Some(timestamp(at)),
            holder: "officials/VP-01".into(),
            ..v1::ReceiveDossierRequest::default()
        };
        let dossier = if registered {
            let v1::ReceiveDossierRequest { code, procedure, unit, applicant, occurred_at, holder, .. } = new;
            let channel = v1::Channel::Online.into();
            let new = v1::RegisterDossierRequest {
                code,
                procedure,
                unit,
                channel,
                applicant,
                occurred_at,
                holder,
                ..v1::RegisterDossierRequest::default()
            };
            answered(self.town.front.register_dossier(self.town.ask(new)).await).dossier
        } else {
            answered(self.town.front.receive_dossier(self.town.ask(new)).await).dossier
        };
        let dossier = dossier.expect("it came in");
        let (state, due) = (dossier.state(), dossier.judged_due_at.as_ref().and_then(instant));
        self.dossiers.push(Known { code, state, last: at, due, closed: false, record: None });
    }

    /// One call of a verb, for the dossier at a place.
    async fn call(&mut self, place: usize, verb: Verb, at: DateTime<Utc>) {
        let name = format!("dossiers/{}", self.dossiers[place].code);
        let answer = verb.call(&self.town, name, at).await;
        self.heard(place, answer, Some(at));
    }

    /// Remembers the answer; a refusal must be one of the lifecycle's.
    fn heard(&mut self, place: usize, answer: Result<v1::Dossier, Status>, at: Option<DateTime<Utc>>) {
        match answer {
            Ok(dossier) => {
                let known = &mut self.dossiers[place];
                known.state = dossier.state();
                known.due = dossier.judged_due_at.as_ref().and_then(instant);
                known.closed = dossier.closed_at.is_some();
                known.last = known.last.max(at.unwrap_or(known.last));
            }
            Err(status) => assert!(
                matches!(status.code(), Code::FailedPrecondition | Code::InvalidArgument),
                "{status:?}"
            ),
        }
    }

    async fn correct(&mut self, who: Part, field: &Field) {
        let Some(place) = self.who(who) else { return };
        let mut fields = v1::DossierCorrection::default();
        match field {
            Field::Received(minutes) => {
                // As far from the last event as it is drawn; mostly that lies near the receipt.
                let at = self.dossiers[place].last + TimeDelta::minutes(*minutes);
                fields.received_at = Some(timestamp(at + TimeDelta::microseconds(self.steps)));
            }
            Field::Unit(part) => fields.unit = Some(format!("units/{}", UNITS[pick(&UNITS, *part)])),
            Field::Procedure(part) => {
                fields.procedure = Some(format!("procedures/{}", PROCEDURES[pick(&PROCEDURES, *part)].0));
            }
            Field::Channel => fields.channel = Some(v1::Channel::Post.into()),
        }
        self.amend(place, v1::correct_dossier_request::Correction::Fields(fields)).await;
    }

    async fn void(&mut self, who: Part, back: usize) {
        let Some(place) = self.who(who) else { return };
        let known = &self.dossiers[place];
        let ask = v1::ListDossierEventsRequest {
            parent: format!("dossiers/{}", known.code),
            ..v1::ListDossierEventsRequest::default()
        };
        let events = answered(self.town.front.list_dossier_events(self.town.ask(ask)).await).events;
        let closing = events.iter().find(|event| {
            let ends = [
                v1::DossierEventKind::Resolved,
                v1::DossierEventKind::Withdrawn,
                v1::DossierEventKind::Stopped,
            ];
            ends.contains(&event.kind()) && event.voided_by_number == 0
        });
        let chosen = closing.filter(|_| known.closed && back < 2).or_else(|| events.iter().rev().nth(back));
        if let Some(event) = chosen {
            let number = event.number;
            self.amend(place, v1::correct_dossier_request::Correction::VoidsNumber(number)).await;
        }
    }

    async fn amend(&mut self, place: usize, correction: v1::correct_dossier_request::Correction) {
        let request = v1::CorrectDossierRequest {
            name: format!("dossiers/{}", self.dossiers[place].code),
            occurred_at: Some(timestamp(self.ago(0))),
            reason: "ghi nhầm".into(),
            correction: Some(correction),
            approved_by: "officials/UB-01".into(),
            ..v1::CorrectDossierRequest::default()
        };
        let answer = self.town.front.correct_dossier(self.town.ask(request)).await;
        self.heard(place, answer.map(|a| a.into_inner().dossier.expect("a dossier")), None);
    }

    /// Stops and starts of the clock of a record, at fractions of its time.
    fn turns(&self, record: &mut DossierRecord, turns: &[Part]) {
        let from = record.received_at.expect("it has one");
        let mut turns = turns.to_vec();
        turns.sort_unstable();
        turns.dedup();
        record.clock = (0_u8..)
            .zip(turns)
            .map(|(number, part)| ClockRecord {
                at: Some(self.between(from, part)),
                // Now and then a stop while it stands, or a start while it runs.
                stopped: (number % 2 == 0) != part.is_multiple_of(9),
                reason: "supplement_requested".into(),
                ..ClockRecord::default()
            })
            .collect();
    }

    /// Closes a record: while its clock runs or stands, and perhaps before the source's last word on that.
    fn end(&self, record: &mut DossierRecord, how: u8, part: Part) {
        let turn = record.clock.iter().filter_map(|turn| turn.at).nth(usize::from(part % 4));
        record.closed_at = Some(self.between(turn.or(record.received_at).expect("it was received"), part));
        let ends = [ClosedAs::Resolved, ClosedAs::Refused, ClosedAs::Withdrawn, ClosedAs::Stopped];
        record.outcome = Some(ends[usize::from(how) % ends.len()]);
    }

    async fn again(&mut self, who: Part, change: &Change) {
        let brought: Vec<usize> =
            (0..self.dossiers.len()).filter(|i| self.dossiers[*i].record.is_some()).collect();
        let Some(place) = (!brought.is_empty()).then(|| brought[pick(&brought, who)]) else { return };
        let mut record = self.dossiers[place].record.clone().expect("it was brought");
        match change {
            Change::End(how, part) => self.end(&mut record, *how, *part),
            Change::Reopen => (record.closed_at, record.outcome) = (None, None),
            Change::Turns(turns) => self.turns(&mut record, turns),
            Change::Unit(part) => record.unit_code = UNITS[pick(&UNITS, *part)].into(),
            Change::Received(minutes) => {
                record.received_at = record.received_at.map(|at| at + TimeDelta::minutes(*minutes));
            }
            Change::Promise(minutes) => {
                record.promised_at = record.received_at.map(|at| at + TimeDelta::minutes(*minutes));
            }
        }
        self.bring(record, Some(place)).await;
    }

    async fn bring(&mut self, record: DossierRecord, place: Option<usize>) {
        let outcome = self.town.import(vec![Record::Dossier(Box::new(record.clone()))]).await.remove(0);
        if outcome.landed.result == LandedResult::Refused {
            return;
        }
        let ask = v1::GetDossierRequest { name: format!("dossiers/{}", record.code) };
        let found = answered(self.town.front.get_dossier(self.town.ask(ask)).await);
        let dossier = found.dossier.expect("a dossier");
        let (state, due) = (dossier.state(), dossier.judged_due_at.as_ref().and_then(instant));
        let closed = record.closed_at.is_some();
        let turned = record.clock.iter().filter_map(|turn| turn.at).max();
        let last = record.closed_at.or(turned).or(record.received_at).expect("it was received");
        let known = Known { code: record.code.clone(), state, last, due, closed, record: Some(record) };
        match place {
            Some(place) => self.dossiers[place] = known,
            None => self.dossiers.push(known),
        }
    }
}
