//! The runs to come, played through for one subject after another with what the runs themselves go by: what falls due is
//! planned, decided on and sent, and what is sent in one run is known in the next. Nothing is stored.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::super::Rules;
use super::anew::TOLD_LATER;
use super::copies::{copy_of, to_copy};
use super::deciding::{Desk, Run, Verdict, Wait};
use super::history::History;
use super::older::Older;
use super::planning::{calendar_of, look_at, notice, second_of_today};
use super::preview::PlannedNotice;
use super::reach::{Hindrances, Reach};
use super::reason::{Reason, reason};
use super::sending::{Round, is_copy};
use super::sources::Sources;
use crate::domain::calendar::Calendar;
use crate::domain::reminder::{Concern, NoticeRole, NoticeState, Rule, RuleKind, SubjectKind};
use crate::store::notices::{NoticeRow, ToldNotice};
use crate::store::snoozes::SnoozeRow;
use crate::store::subjects::Subject;

/// How long a mail is under way from its run, or from the opening that it waited for, to its server's word.
const UNDER_WAY: TimeDelta = TimeDelta::minutes(1);

/// What the runs to come have in common.
pub(super) struct Stage<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// What keeps officials from being told.
    pub hindrances: &'a Hindrances,
    /// Which sources are silent, now: they are taken to stay so, and the others to go on.
    pub sources: &'a Sources,
    /// Whose reminders wait because somebody said so.
    pub snoozed: &'a HashMap<Uuid, SnoozeRow>,
    /// The house's calendar.
    pub calendar: &'a Calendar,
    /// From when on.
    pub now: DateTime<Utc>,
    /// How long those below a leader have, in office minutes.
    pub grace_minutes: i64,
    /// Mails wait for the office to open.
    pub only_when_open: bool,
}

impl Stage<'_> {
    /// When what a run writes leaves.
    fn leaves_at(&self, run: DateTime<Utc>) -> DateTime<Utc> {
        // Beyond the tables of the calendar nobody knows when it opens.
        if self.only_when_open { self.calendar.next_open(run).unwrap_or(run) } else { run }
    }
}

/// Something that happens to notices.
struct Act<'a> {
    at: DateTime<Utc>,
    reach: Reach<'a>,
    /// Who can't be told then.
    hindered: HashSet<Uuid>,
    what: What,
}

enum What {
    /// A run, whose mails leave then.
    Run(Round, DateTime<Utc>),
    /// The office opens, and the mails of a run that waited for it are sealed.
    Opening(DateTime<Utc>),
}

/// The runs to come.
pub(super) struct Play<'a> {
    stage: Stage<'a>,
    acts: Vec<Act<'a>>,
}

/// A subject in the play.
struct Part<'s> {
    subject: &'s Subject,
    /// The ledger of it.
    rows: Vec<ToldNotice>,
    keys: HashSet<(String, DateTime<Utc>, i32, String)>,
    /// Of a run whose mails haven't left: its notices, and to whom.
    written: Vec<(usize, DateTime<Utc>, Uuid)>,
    /// Why the others wait.
    waits: BTreeMap<usize, Wait>,
    next: Option<DateTime<Utc>>,
    planned_up_to: DateTime<Utc>,
}

impl Part<'_> {
    fn enter(&mut self, told: ToldNotice) {
        let row = &told.notice;
        if self.keys.insert((row.rule_code.clone(), row.due_at, row.step, row.role.clone())) {
            self.rows.push(told);
        }
    }

    fn enter_new(&mut self, notice: NoticeRow) {
        self.enter(ToldNotice { notice, sent_at: None, is_leaving: false });
    }

    /// What was told or will be, as a run that reads the ledger knows it.
    fn history(&self) -> History {
        History::of(&self.rows)
    }

    fn suppress(&mut self, number: usize, why: &str) {
        self.rows[number].notice.why = Some(why.to_owned());
        self.waits.remove(&number);
    }
}

/// What is to come, and what waits on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ahead {
    /// What goes out, in the order of sending.
    pub notices: Vec<PlannedNotice>,
    /// How many wait beyond the last run, by reason.
    pub waits: BTreeMap<Wait, u64>,
    /// What was over too long before a rule began.
    pub older: Vec<Older>,
}

impl<'a> Play<'a> {
    /// Of these runs.
    pub fn of(stage: Stage<'a>, runs: Vec<(DateTime<Utc>, Round)>) -> Self {
        let act = |at, what| {
            let reach = Reach::at(stage.rules, stage.hindrances, at);
            let hindered = reach.hindered().into_iter().collect();
            Act { at, reach, hindered, what }
        };
        let mut acts: Vec<Act<'a>> = Vec::new();
        for (run, round) in runs {
            let leaves_at = stage.leaves_at(run);
            acts.push(act(run, What::Run(round, leaves_at)));
            if leaves_at > run {
                acts.push(act(leaves_at, What::Opening(run)));
            }
        }
        // Stable: of an opening and a run at once the opening comes first, as its mails do.
        acts.sort_by_key(|act| (act.at, matches!(act.what, What::Run(..))));
        Self { stage, acts }
    }

    /// Of what versions of rules speak that begin to count after one instant and up to another.
    pub fn changes(
        &self,
        kind: SubjectKind,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> impl Iterator<Item = Concern> {
        let arrives = move |rule: &&Rule| {
            rule.subject_kind == kind && rule.valid_from > after && rule.valid_from <= until
        };
        self.stage.rules.reminders.iter().filter(arrives).map(|rule| rule.kind.concern())
    }

    /// Plays them for a subject of which this is the ledger.
    pub fn through(&self, subject: &Subject, ledger: Vec<ToldNotice>, ahead: &mut Ahead) {
        let mut part = Part {
            subject,
            rows: Vec::with_capacity(ledger.len()),
            keys: HashSet::new(),
            written: Vec::new(),
            waits: BTreeMap::new(),
            next: subject.next_notice_at,
            planned_up_to: self.stage.now,
        };
        let leaving = self.stage.leaves_at(self.stage.now) + UNDER_WAY;
        for mut told in ledger {
            if told.is_leaving {
                // It is in a mail already, and leaves with it.
                told.sent_at = Some(leaving);
            }
            part.enter(told);
        }
        for act in &self.acts {
            self.plan(&mut part, act.at);
            match act.what {
                What::Run(round, leaves_at) => self.run(&mut part, act, (round, leaves_at), ahead),
                What::Opening(run) => self.open(&mut part, act, run, ahead),
            }
        }
        for why in part.waits.into_values() {
            *ahead.waits.entry(why).or_default() += 1;
        }
    }

    /// Enters what has fallen due.
    fn plan(&self, part: &mut Part<'_>, until: DateTime<Utc>) {
        let rules = self.stage.rules;
        let look = |part: &mut Part<'_>, at: DateTime<Utc>| {
            let (fallen, upcoming) = look_at(rules, part.subject, at);
            for fallen in &fallen {
                part.enter_new(notice(part.subject, fallen, Uuid::nil(), at));
            }
            part.next = upcoming.map(|planned| planned.at);
        };
        while let Some(at) = part.next.filter(|at| *at <= until) {
            look(part, at.max(part.planned_up_to));
        }
        if self.changes(part.subject.kind, part.planned_up_to, until).next().is_some() {
            look(part, until);
        }
        part.planned_up_to = until;
    }

    fn desk(&self, act: &'a Act<'a>) -> Desk<'a> {
        let Stage { sources, snoozed, .. } = self.stage;
        Desk { reach: &act.reach, sources, snoozed, now: act.at }
    }

    fn run(
        &'a self,
        part: &mut Part<'_>,
        act: &'a Act<'a>,
        (round, leaves_at): (Round, DateTime<Utc>),
        ahead: &mut Ahead,
    ) {
        let calendar = self.stage.calendar;
        match round {
            Round::All => copy(part, act),
            Round::DueToday => {
                let due_on = part.subject.marks.due.map(|due| calendar.local_date(due));
                if due_on == Some(calendar.local_date(act.at)) {
                    for fallen in second_of_today(self.stage.rules, part.subject, act.at) {
                        part.enter_new(notice(part.subject, &fallen, Uuid::nil(), act.at));
                    }
                }
            }
        }
        let run = Run {
            desk: self.desk(act),
            round,
            today: calendar.midnight(calendar.local_date(act.at)),
            grace_minutes: self.stage.grace_minutes,
            calendar,
        };
        let mut written = Vec::new();
        for number in 0..part.rows.len() {
            let told = &part.rows[number];
            let row = &told.notice;
            if told.state() != NoticeState::Queued || row.outbox_id.is_some() {
                continue;
            }
            match run.verdict(row, Some(part.subject), &part.rows) {
                // It wasn't asked: what it waited for before it waits for still.
                Verdict::Waits(Wait::Later) => {}
                Verdict::Waits(why) => {
                    part.waits.insert(number, why);
                }
                Verdict::Untrue(why) => part.suppress(number, why),
                Verdict::Unheard(why) => {
                    ahead.notices.extend(self.planned(part.subject, row, leaves_at, None));
                    part.suppress(number, why);
                }
                Verdict::Told(hearer) => {
                    let meant_for = hearer.meant_for().or(row.meant_for_id.filter(|_| is_copy(row)));
                    written.push((number, act.at, hearer.official.id));
                    part.waits.remove(&number);
                    let row = &mut part.rows[number].notice;
                    row.meant_for_id = meant_for;
                    row.official_id = Some(hearer.official.id);
                    row.outbox_id = Some(Uuid::nil());
                }
            }
        }
        part.written.extend(written);
        if leaves_at == act.at {
            self.leave(part, act.at, act.at, ahead);
        }
    }

    /// The mails of a run are sealed at an opening: each notice is asked again.
    fn open(&'a self, part: &mut Part<'_>, act: &'a Act<'a>, run: DateTime<Utc>, ahead: &mut Ahead) {
        let desk = self.desk(act);
        let mut kept = Vec::new();
        for (number, of, official) in std::mem::take(&mut part.written) {
            if of != run {
                kept.push((number, of, official));
                continue;
            }
            match desk.verdict(&part.rows[number].notice, Some(part.subject)) {
                Verdict::Told(hearer) if hearer.official.id == official => kept.push((number, of, official)),
                Verdict::Untrue(why) => part.suppress(number, why),
                // The next run tells the right one.
                Verdict::Told(_) | Verdict::Unheard(_) | Verdict::Waits(_) => {
                    let row = &mut part.rows[number].notice;
                    (row.outbox_id, row.official_id) = (None, None);
                }
            }
        }
        part.written = kept;
        self.leave(part, run, act.at, ahead);
    }

    /// The mails of a run leave: what a later notice speaks for isn't said.
    fn leave(&self, part: &mut Part<'_>, run: DateTime<Utc>, at: DateTime<Utc>, ahead: &mut Ahead) {
        let (leaving, staying): (Vec<_>, Vec<_>) =
            std::mem::take(&mut part.written).into_iter().partition(|(_, of, _)| *of == run);
        part.written = staying;
        if leaving.is_empty() {
            return;
        }
        let history = part.history();
        for (number, _, official) in leaving {
            let told = &mut part.rows[number];
            if history.is_told_later(&told.notice) {
                part.suppress(number, TOLD_LATER);
                continue;
            }
            told.sent_at = Some(at + UNDER_WAY);
            ahead.notices.extend(self.planned(part.subject, &told.notice, at, Some(official)));
        }
    }

    fn planned(
        &self,
        subject: &Subject,
        row: &NoticeRow,
        send_at: DateTime<Utc>,
        recipient_id: Option<Uuid>,
    ) -> Option<PlannedNotice> {
        let of_row = |rule: &&Rule| Some(rule.id) == row.rule_id && Some(rule.version) == row.rule_version;
        let spoke = self.stage.rules.reminders.iter().find(of_row);
        Some(PlannedNotice {
            send_at,
            subject_kind: subject.kind,
            subject_code: subject.code.clone(),
            kind: RuleKind::parse(&row.rule_kind)?,
            step: row.step,
            role: NoticeRole::parse(&row.role)?,
            rule_id: row.rule_id,
            rule_code: row.rule_code.clone(),
            rule_version: row.rule_version,
            unit_id: row.unit_id,
            due_at: row.due_at,
            falls_due_at: row.fell_due_at,
            recipient_id,
            reason: spoke.map(|rule| self.reason(subject, rule, row)).unwrap_or_default(),
        })
    }

    fn reason(&self, subject: &Subject, rule: &Rule, row: &NoticeRow) -> Reason {
        let calendar = calendar_of(self.stage.rules, subject).unwrap_or(self.stage.calendar);
        let unit = rule.unit_id.map(|unit| self.stage.rules.unit_code(unit)).unwrap_or_default();
        reason(rule, row.step, (calendar.local(row.due_at), calendar.local(row.fell_due_at)), unit)
    }
}

/// Enters a copy for everybody who can be told again.
fn copy(part: &mut Part<'_>, act: &Act<'_>) {
    let is_uncopied = |told: &ToldNotice| {
        let row = &told.notice;
        let back = row.meant_for_id.is_some_and(|id| !act.hindered.contains(&id));
        back && row.copied_at.is_none() && told.state() == NoticeState::Sent
    };
    if !part.rows.iter().any(is_uncopied) {
        return;
    }
    let history = part.history();
    let uncopied = part.rows.iter().filter(|told| is_uncopied(told));
    let copies = to_copy(&act.reach, uncopied, |_| Some(part.subject), &history);
    let copies: Vec<NoticeRow> = copies.into_iter().map(|row| copy_of(row, Uuid::nil(), act.at)).collect();
    for told in part.rows.iter_mut().filter(|told| is_uncopied(told)) {
        told.notice.copied_at = Some(act.at);
    }
    for copy in copies {
        part.enter_new(copy);
    }
}
