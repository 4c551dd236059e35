//! Which notice something open calls for next (domain.md §7). Rules are data; only the *next* notice of a subject is
//! stored, recomputed whenever an instant moves that a rule measures from.

mod ageing;
mod first;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use self::ageing::months_old;
pub use self::ageing::{LOOK_BACK_DAYS, months_between};
pub use self::first::default_rules;
use super::calendar::{Calendar, OutOfRange};
use super::dossier::state::words;

words! {
    /// What a rule watches.
    RuleKind {
        /// So many working days, or so much office time, before the due instant.
        BeforeDue = "before_due",
        /// On the due day.
        DueToday = "due_today",
        /// Past the deadline by so many working days, at the earliest on the first one after it, and every so many
        /// working days from then on.
        Overdue = "overdue",
        /// The appointment comes near: if it can't be kept, the letter of apology must go out before it passes; so many
        /// working days, or so much office time, before it.
        ApologyDue = "apology_due",
        /// Registered online, and neither accepted nor refused for so much office time.
        Unaccepted = "unaccepted",
        /// Lying with the same holder, or in the same step, for so much office time.
        Standing = "standing",
        /// Without one of the four clears so many working days after it came in.
        Unclear = "unclear",
        /// Closed with a result that isn't scanned so many working days later.
        Undigitised = "undigitised",
        /// Of a procedure on a watched list, and open for so many months since its receipt; then every month.
        Ageing = "ageing",
        /// Asked for, and not delivered so many working days later.
        Undelivered = "undelivered",
    }
}

words! {
    /// What rules are about. Of one concern a later notice stands for an earlier one; of two concerns both are told.
    Concern {
        /// The deadline.
        Deadline = "deadline",
        /// The letter of apology.
        Apology = "apology",
        /// The acceptance of an online registration.
        Acceptance = "acceptance",
        /// The next step.
        Standing = "standing",
        /// The four clears.
        Clarity = "clarity",
        /// The scan of the result.
        Digitisation = "digitisation",
        /// How long it has been open.
        Age = "age",
        /// What was asked for and must be delivered.
        Delivery = "delivery",
    }
}

impl RuleKind {
    /// What it is about.
    pub fn concern(self) -> Concern {
        match self {
            Self::BeforeDue | Self::DueToday | Self::Overdue => Concern::Deadline,
            Self::ApologyDue => Concern::Apology,
            Self::Unaccepted => Concern::Acceptance,
            Self::Standing => Concern::Standing,
            Self::Unclear => Concern::Clarity,
            Self::Undigitised => Concern::Digitisation,
            Self::Ageing => Concern::Age,
            Self::Undelivered => Concern::Delivery,
        }
    }

    /// Whether such a rule makes sense for a kind of subject.
    pub fn fits(self, subject_kind: SubjectKind) -> bool {
        match self.concern() {
            Concern::Deadline => true,
            Concern::Clarity => matches!(subject_kind, SubjectKind::Dossier | SubjectKind::Task),
            Concern::Delivery => subject_kind == SubjectKind::Certificate,
            Concern::Apology
            | Concern::Acceptance
            | Concern::Standing
            | Concern::Digitisation
            | Concern::Age => subject_kind == SubjectKind::Dossier,
        }
    }
}

words! {
    /// What has a deadline that can be reminded of.
    SubjectKind {
        /// A dossier.
        Dossier = "dossier",
        /// An assigned task.
        Task = "task",
        /// A petition.
        Petition = "petition",
        /// An opinion on a dossier that was asked of another.
        Opinion = "opinion",
        /// A digital-signing certificate of an official: asked for, or in use until it ends.
        Certificate = "certificate",
    }
}

words! {
    /// Where a notice stands.
    NoticeState {
        /// It waits for a mail, or its mail hasn't left.
        Queued = "queued",
        /// A mail server took its mail, which hasn't come back.
        Sent = "sent",
        /// It is never sent.
        Suppressed = "suppressed",
    }
}

words! {
    /// Whom a notice is for; a person is put in when the mail is sealed.
    NoticeRole {
        /// The official who holds the work; of an opinion the head of the unit that was asked, or who holds the dossier where
        /// another agency was.
        Responsible = "responsible",
        /// The head of the unit.
        Head = "head",
        /// The coordinator of the Office.
        Coordinator = "coordinator",
        /// The leader of the committee.
        Leader = "leader",
        /// An official who was away: a copy, on return, of what somebody else was told meanwhile. Of notices only; no
        /// rule tells of it.
        Returned = "returned",
    }
}

impl NoticeRole {
    /// The levels of escalation, from who does the work up.
    pub const LEVELS: [Self; 4] = [Self::Responsible, Self::Head, Self::Coordinator, Self::Leader];
}

/// A version of a rule of reminding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id, the same for all its versions.
    pub id: Uuid,
    /// Which version, from 1.
    pub version: i64,
    /// From when on this version counts, until a later one does.
    pub valid_from: DateTime<Utc>,
    /// By what it is known: of one code the rule of the nearest unit on the way up holds.
    pub code: String,
    /// The unit whose subtree it holds for; None: the whole house.
    pub unit_id: Option<Uuid>,
    /// Of what it reminds.
    pub subject_kind: SubjectKind,
    /// What it watches.
    pub kind: RuleKind,
    /// Working days before or after the instant that it measures from.
    pub working_days: i64,
    /// Office time before or after that instant, in minutes; 0: it is measured in working days.
    pub office_minutes: i64,
    /// Months of age from which on it speaks, by the calendar's dates; of `Ageing` only, else 0.
    pub months: i64,
    /// The watched list that it looks at; empty: any. Of `Ageing` only.
    pub watched_list: String,
    /// Working days between repeats; 0: told once. What ages comes again every month.
    pub repeat_working_days: i64,
    /// Whom it tells.
    pub role: NoticeRole,
    /// In force.
    pub enabled: bool,
    /// From when on it has been in force without a break, be it in this version or in others before it.
    pub since: DateTime<Utc>,
}

/// The code of a rule that was given none: its kind, with the role where that isn't the usual one.
pub fn usual_code(kind: RuleKind, role: NoticeRole) -> String {
    match role {
        NoticeRole::Responsible => kind.as_str().to_owned(),
        NoticeRole::Head | NoticeRole::Coordinator | NoticeRole::Leader | NoticeRole::Returned => {
            format!("{}_{}", kind.as_str(), role.as_str())
        }
    }
}

/// The instants that rules measure from. Where there is none, nothing is to be reminded of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// The deadline that judges an open subject; of a certificate in use, its end.
    pub due: Option<DateTime<Utc>>,
    /// The appointment of an open dossier for which no letter of apology went out.
    pub appointment: Option<DateTime<Utc>>,
    /// When a dossier was registered that is neither accepted nor refused.
    pub registered: Option<DateTime<Utc>>,
    /// Since when the clock of an open dossier runs with its present holder.
    pub standing: Option<DateTime<Utc>>,
    /// When something open came in that lacks one of the four clears.
    pub unclear: Option<DateTime<Utc>>,
    /// When a dossier was closed whose result isn't scanned.
    pub undigitised: Option<DateTime<Utc>>,
    /// When an open dossier was received. Its age counts from then on, whether its clock runs or stands.
    pub aged: Option<DateTime<Utc>>,
    /// When a certificate was asked for that isn't delivered.
    pub undelivered: Option<DateTime<Utc>>,
}

impl Marks {
    /// The instant that rules of a concern measure from.
    pub fn of(&self, concern: Concern) -> Option<DateTime<Utc>> {
        match concern {
            Concern::Deadline => self.due,
            Concern::Apology => self.appointment,
            Concern::Acceptance => self.registered,
            Concern::Standing => self.standing,
            Concern::Clarity => self.unclear,
            Concern::Digitisation => self.undigitised,
            Concern::Age => self.aged,
            Concern::Delivery => self.undelivered,
        }
    }
}

/// A notice that falls due at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Planned {
    /// When it falls due.
    pub at: DateTime<Utc>,
    /// By which kind of rule.
    pub kind: RuleKind,
    /// 1: the first of that rule for this instant; a repeat so many working days later has that many more. So a changed
    /// distance of repeats neither tells of a day twice nor takes a day to come for one that was told. Of what ages: its
    /// age in months.
    pub step: i32,
    /// The rule.
    pub rule_id: Uuid,
}

impl Rule {
    /// When it speaks for the first time. What is measured in days falls due at local midnight of its day, so that
    /// the run of the day takes it; what is measured in office time falls due within the day.
    pub fn first(&self, calendar: &Calendar, from: DateTime<Utc>) -> Result<DateTime<Utc>, OutOfRange> {
        let day = calendar.local_date(from);
        let (days, minutes) = (self.working_days, self.office_minutes);
        match self.kind {
            RuleKind::BeforeDue | RuleKind::ApologyDue if minutes > 0 => in_office(calendar, from, -minutes),
            RuleKind::BeforeDue | RuleKind::ApologyDue => {
                Ok(calendar.midnight(calendar.add_working_days(day, -days)?))
            }
            RuleKind::DueToday => Ok(calendar.midnight(day)),
            RuleKind::Overdue => Ok(calendar.midnight(calendar.add_working_days(day, days.max(1))?)),
            RuleKind::Unaccepted | RuleKind::Standing => in_office(calendar, from, minutes),
            RuleKind::Unclear | RuleKind::Undigitised | RuleKind::Undelivered if days == 0 => Ok(from),
            RuleKind::Unclear | RuleKind::Undigitised | RuleKind::Undelivered => {
                Ok(calendar.midnight(calendar.add_working_days(day, days)?))
            }
            RuleKind::Ageing => months_old(calendar, day, self.months),
        }
    }

    /// The last notice at or before an instant, and the first one after it.
    fn around(
        &self,
        calendar: &Calendar,
        from: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<(Option<Planned>, Option<Planned>), OutOfRange> {
        if self.kind == RuleKind::ApologyDue && from <= at {
            // A letter that should have gone out before is no letter of before any more.
            return Ok((None, None));
        }
        if self.looks_back_to(calendar).is_some_and(|back| from < back) {
            return Ok((None, None));
        }
        if self.kind == RuleKind::Ageing {
            return self.months_around(calendar, from, at);
        }
        let first = self.first(calendar, from)?;
        let notice = |at, step: i64| Planned {
            at,
            kind: self.kind,
            step: i32::try_from(step).unwrap_or(i32::MAX),
            rule_id: self.id,
        };
        if first > at {
            return Ok((None, Some(notice(first, 1))));
        }
        if self.repeat_working_days == 0 {
            return Ok((Some(notice(first, 1)), None));
        }
        let day = calendar.local_date(first);
        let repeats = calendar.working_days_between(day, calendar.local_date(at))? / self.repeat_working_days;
        let repeat = |n: i64| -> Result<Planned, OutOfRange> {
            let on: NaiveDate = calendar.add_working_days(day, n * self.repeat_working_days)?;
            Ok(notice(calendar.midnight(on), n * self.repeat_working_days + 1))
        };
        let last = if repeats == 0 { notice(first, 1) } else { repeat(repeats)? };
        Ok((Some(last), Some(repeat(repeats + 1)?)))
    }
}

/// So many minutes of office time after an instant, or before it.
fn in_office(calendar: &Calendar, from: DateTime<Utc>, minutes: i64) -> Result<DateTime<Utc>, OutOfRange> {
    calendar.at_office_micros(calendar.office_micros(from)? + minutes * 60_000_000)
}

/// The next notice strictly after `last_told`: what is stored beside its subject. A repeat whose time passed unseen
/// (downtime, late import) is not made up for: the latest one that lies at or before `now` stands for all, then the
/// next is in the future.
pub fn next(
    rules: &[Rule],
    calendar: &Calendar,
    marks: &Marks,
    last_told: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Option<Planned>, OutOfRange> {
    let after = last_told.unwrap_or(now).max(now);
    let (mut fallen, mut upcoming) = (None, None);
    for rule in rules.iter().filter(|r| r.enabled) {
        let Some(from) = marks.of(rule.kind.concern()) else { continue };
        let (last, _) = rule.around(calendar, from, now)?;
        fallen = fallen.max(last.filter(|p| last_told.is_none_or(|told| p.at > told)));
        let (_, to_come) = rule.around(calendar, from, after)?;
        upcoming = [upcoming, to_come].into_iter().flatten().min();
    }
    Ok(fallen.or(upcoming))
}

/// The rules that hold for a subject of a unit at an instant: of each code the version of then of the nearest unit on
/// the way up, from itself to the house. A unit's rule that is switched off silences the one above it.
pub fn in_force<'a>(
    rules: impl IntoIterator<Item = &'a Rule>,
    subject_kind: SubjectKind,
    ancestry: &[Uuid],
    at: DateTime<Utc>,
) -> Vec<Rule> {
    let depth = |rule: &Rule| match rule.unit_id {
        None => Some(ancestry.len()),
        Some(unit) => ancestry.iter().position(|above| *above == unit),
    };
    let mut near: Vec<(usize, &Rule)> = rules
        .into_iter()
        .filter(|rule| rule.subject_kind == subject_kind && rule.valid_from <= at)
        .filter_map(|rule| Some((depth(rule)?, rule)))
        .collect();
    near.sort_by(|(a, x), (b, y)| (&x.code, a, -x.version).cmp(&(&y.code, b, -y.version)));
    let of_codes = near.chunk_by(|(_, one), (_, other)| one.code == other.code);
    let newest = of_codes.filter_map(|of_code| {
        let (_, rule) = *of_code.first().filter(|(_, rule)| rule.enabled)?;
        let versions = of_code.iter().map(|(_, version)| *version);
        let watches = |rule: &Rule| (rule.kind, rule.months, rule.watched_list.clone());
        let unbroken = versions.take_while(|version| {
            version.id == rule.id && version.enabled && watches(version) == watches(rule)
        });
        let since = unbroken.map(|version| version.valid_from).min().unwrap_or(rule.valid_from);
        Some(Rule { since, ..rule.clone() })
    });
    newest.collect()
}

#[cfg(test)]
#[path = "reminder_tests.rs"]
mod plans;
