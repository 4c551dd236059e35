//! The recount: figures from stored events alone, by the words of the trade's definitions and nothing of the
//! code that keeps the ledger. A dossier is looked at as it stood at one instant, never as a sum of changes.
//! Only the due instant is the house's own: it is proven elsewhere.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;

use bonro::domain::calendar::Calendar;
use bonro::domain::deadline::{Pause, Term, deadline};
use bonro::domain::dossier::Rulebook;
use bonro::domain::procedure::ResumePolicy;
use bonro::pb::v1::DossierFigure;
use bonro::store::events::EventRow;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::judging::{Clock, Judge, Judging};
use super::tables::{Table, place};

/// A period as instants: from `a` until before `b`, which is the end of its last day or now.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    a: DateTime<Utc>,
    b: DateTime<Utc>,
    /// The first day after it.
    end: NaiveDate,
}

impl Span {
    /// The days `first..=last` in the town's zone, as far as they have come at `now`.
    pub fn new(town: &Calendar, first: NaiveDate, last: NaiveDate, now: DateTime<Utc>) -> Self {
        let end = last + Days::new(1);
        Self { a: town.midnight(first), b: town.midnight(end).min(now), end }
    }
}

/// Which overdue dossiers are known to be overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overdue {
    /// All whose deadline has passed.
    All,
    /// Of those that are still open only the flagged ones: what the ledger itself says.
    Flagged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Resolved,
    Withdrawn,
    Stopped,
}

/// The clock since the receipt, or since a resume that began the term anew.
#[derive(Debug, Clone)]
struct Run {
    from: DateTime<Utc>,
    pauses: Vec<Pause>,
}

/// The life of a dossier that was received.
#[derive(Debug, Clone)]
pub struct Life {
    /// Its unit, as corrected.
    pub unit: Uuid,
    /// Its procedure, as corrected.
    pub procedure: Uuid,
    term: Term,
    calendar: Arc<Calendar>,
    received_at: DateTime<Utc>,
    runs: Vec<Run>,
    end: Option<(DateTime<Utc>, End, Option<EventRow>)>,
    judging: Judging,
    /// What a receipt of our own says.
    printed_here: Option<DateTime<Utc>>,
    /// Deadlines that were recorded as passed.
    flagged: HashSet<DateTime<Utc>>,
    /// The due instant that was asked for last, by the beginning of its run and its pauses.
    asked: RefCell<Option<(Question, Option<DateTime<Utc>>)>>,
}

/// What a due instant depends on.
type Question = (DateTime<Utc>, Vec<Pause>);

pub fn data(row: &EventRow) -> Value {
    serde_json::from_str(&row.payload).unwrap_or_else(|e| panic!("event {}: {e}", row.seq))
}

fn id(of: &Value) -> Option<Uuid> {
    of.as_str().map(|text| text.parse().expect("a UUID"))
}

pub fn instant(of: &Value) -> Option<DateTime<Utc>> {
    of.as_str().map(|text| text.parse().expect("an instant"))
}

impl Life {
    /// Reads the events of a dossier, of which those recorded after `known` aren't known yet. None: it was
    /// never received, or not accepted, and is in no count.
    pub fn read(rows: &[EventRow], book: &Rulebook, known: Option<DateTime<Utc>>) -> Option<Self> {
        let recorded: Vec<&EventRow> =
            rows.iter().filter(|row| known.is_none_or(|at| row.recorded_at <= at)).collect();
        let rows = recorded.clone();
        let voids = rows.iter().filter(|row| row.kind == "voided");
        let voided: HashSet<i64> = voids.filter_map(|row| data(row)["number"].as_i64()).collect();
        let mut standing: Vec<&EventRow> =
            rows.into_iter().filter(|row| !voided.contains(&row.number.into())).collect();
        standing.sort_by_key(|row| (row.occurred_at, row.number));

        let receipt = standing.iter().find(|row| row.kind == "received")?;
        let laid_down = data(receipt);
        let mut received_at = receipt.occurred_at;
        let mut unit = id(&laid_down["unit_id"])?;
        let mut version = id(&laid_down["procedure_version_id"])?;
        let mut calendar = id(&laid_down["calendar_id"])?;
        let judging = Judging::read(&laid_down, receipt, &standing, &recorded);
        let receipt_calendar = &book.calendars[&calendar];
        let mut flagged = HashSet::new();
        for row in &standing {
            match row.kind.as_str() {
                // It supersedes what was said before, from the beginning.
                "corrected" => {
                    let said = data(row);
                    received_at = instant(&said["received_at"]).unwrap_or(received_at);
                    unit = id(&said["unit_id"]).unwrap_or(unit);
                    version = id(&said["procedure_version_id"]).unwrap_or(version);
                }
                "recalculated" => calendar = id(&data(row)["calendar_id"]).unwrap_or(calendar),
                "deadline_passed" => flagged.extend(instant(&data(row)["due_at"])),
                _ => {}
            }
        }
        let version = &book.versions[&version];
        let printed_here = deadline(receipt_calendar, received_at, version.term, &[])
            .expect("the calendar reaches")
            .due_at();
        let accepted_at = receipt.occurred_at.min(received_at);
        let mut life = Self {
            unit,
            procedure: version.procedure_id,
            term: version.term,
            calendar: Arc::clone(&book.calendars[&calendar]),
            received_at,
            runs: vec![Run { from: received_at, pauses: Vec::new() }],
            end: None,
            judging,
            printed_here,
            flagged,
            asked: RefCell::default(),
        };
        life.run_the_clock(&standing, version.resume_policy);
        for row in standing.iter().filter(|row| row.kind == "reappointed" && row.occurred_at > accepted_at) {
            if life.end.as_ref().is_none_or(|(end, ..)| row.occurred_at <= *end) {
                life.judging.give(row);
            }
        }
        Some(life)
    }

    fn run_the_clock(&mut self, standing: &[&EventRow], policy: ResumePolicy) {
        // What happened before the receipt stopped no clock: none ran.
        let since: Vec<&&EventRow> =
            standing.iter().filter(|row| row.occurred_at >= self.received_at).collect();
        for together in since.chunk_by(|a, b| a.occurred_at == b.occurred_at) {
            let at = together[0].occurred_at;
            let said = |kind: &str| together.iter().any(|row| row.kind == kind);
            let stands = self.last_run().pauses.last().is_some_and(|pause| pause.to.is_none());
            // At one instant an old pause ends before a new one begins.
            for kind in if stands { ["resumed", "paused"] } else { ["paused", "resumed"] } {
                if said(kind) {
                    self.turn(kind, at, policy);
                }
            }
            let ends =
                [("resolved", End::Resolved), ("withdrawn", End::Withdrawn), ("stopped", End::Stopped)];
            let row = |kind: &str| together.iter().find(|row| row.kind == kind).map(|row| (**row).clone());
            self.end = ends.into_iter().find(|(kind, _)| said(kind)).map(|(kind, end)| (at, end, row(kind)));
            if self.end.is_some() {
                return; // Nothing leaves it; what re-opens it voids it.
            }
        }
    }

    fn last_run(&mut self) -> &mut Run {
        self.runs.last_mut().expect("the receipt began the first")
    }

    /// Stops or starts the clock; what changes nothing is passed over.
    fn turn(&mut self, kind: &str, at: DateTime<Utc>, policy: ResumePolicy) {
        let pauses = &mut self.last_run().pauses;
        let open = pauses.last_mut().filter(|pause| pause.to.is_none());
        match (kind, open) {
            ("paused", None) => pauses.push(Pause { from: at, to: None }),
            ("resumed", Some(pause)) => {
                pause.to = Some(at);
                if policy == ResumePolicy::Restart {
                    self.runs.push(Run { from: at, pauses: Vec::new() });
                }
            }
            _ => {}
        }
    }

    fn due(&self, from: DateTime<Utc>, pauses: &[Pause]) -> Option<DateTime<Utc>> {
        let mut asked = self.asked.borrow_mut();
        let fresh = asked.take().filter(|((f, p), _)| *f == from && p == pauses);
        let (clock, due) = fresh.unwrap_or_else(|| {
            let found = deadline(&self.calendar, from, self.term, pauses).expect("the calendar reaches");
            ((from, pauses.to_vec()), found.due_at())
        });
        *asked = Some((clock, due));
        due
    }

    fn in_hours(&self) -> bool {
        matches!(self.term, Term::WorkingHours(_))
    }

    /// A deadline in days ends at 24:00 of its day, one in hours at its instant.
    fn passed(&self, due: DateTime<Utc>, b: DateTime<Utc>) -> bool {
        if self.in_hours() {
            due < b
        } else {
            self.calendar.midnight(self.calendar.local_date(due) + Days::new(1)) <= b
        }
    }

    /// The figure that it adds to by being resolved at `at`.
    fn timeliness(&self, at: DateTime<Utc>) -> DossierFigure {
        let Some(due) = self.judged_at_last(&self.all_pauses()) else {
            return DossierFigure::ResolvedEarly; // Finished while the clock stood.
        };
        let day = |at| self.calendar.local_date(at);
        let order = if self.in_hours() { at.cmp(&due) } else { day(at).cmp(&day(due)) };
        match order {
            std::cmp::Ordering::Less => DossierFigure::ResolvedEarly,
            std::cmp::Ordering::Equal => DossierFigure::ResolvedOnTime,
            std::cmp::Ordering::Greater => DossierFigure::ResolvedLate,
        }
    }

    fn all_pauses(&self) -> Vec<Pause> {
        self.runs.iter().flat_map(|run| run.pauses.iter().copied()).collect()
    }

    fn clock<'a>(&'a self, pauses: &'a [Pause]) -> Clock<'a> {
        Clock { calendar: &self.calendar, in_hours: self.in_hours(), pauses }
    }

    /// The date by which the law or a promise judges the run that begins at `from`, by the pauses that are known, and
    /// whether it is a promise.
    fn judged(&self, from: DateTime<Utc>, pauses: &[Pause]) -> (Option<DateTime<Utc>>, bool) {
        let of_run = |run: &Run| {
            let own =
                run.pauses.iter().filter_map(|pause| pauses.iter().find(|known| known.from == pause.from));
            self.due(run.from, &own.copied().collect::<Vec<Pause>>())
        };
        let at = |at: DateTime<Utc>| {
            let run = self.runs.iter().rfind(|run| run.from <= at).unwrap_or(&self.runs[0]);
            of_run(run)
        };
        match self.judging.appointment(self.clock(pauses), at, self.printed_here) {
            Judge::Promise(date) => (date, true),
            Judge::Law => (at(from), false),
        }
    }

    fn judged_at_last(&self, pauses: &[Pause]) -> Option<DateTime<Utc>> {
        self.judged(self.runs.last().expect("there is one").from, pauses).0
    }

    fn closed_before(&self, at: DateTime<Utc>) -> bool {
        self.end.as_ref().is_some_and(|(end, ..)| *end < at)
    }

    /// What is told of a result beside its timeliness.
    fn marks(&self, timeliness: DossierFigure, closing: &EventRow, put: &mut impl FnMut(DossierFigure)) {
        let pauses = self.all_pauses();
        let Some(due) = self.judged_at_last(&pauses) else { return };
        let clock = self.clock(&pauses);
        if timeliness == DossierFigure::ResolvedLate {
            if self.judging.apologised(clock, due) {
                put(DossierFigure::ResolvedLateApologised);
            }
        } else if self.judging.told_late(clock, due, closing) {
            put(DossierFigure::ResolvedLateRecorded);
        }
    }

    /// How it stands, open, just before the end of a period: overdue, or in due and perhaps paused.
    fn open_at(&self, span: &Span, overdue: Overdue, put: &mut impl FnMut(DossierFigure)) {
        let b = span.b;
        put(DossierFigure::InProcess);
        let (run, last) = self.runs.iter().rev().find(|run| run.from < b).map_or_else(
            || unreachable!("it was received before"),
            |run| (run, run.from == self.runs.last().expect("there is one").from),
        );
        // What happened later was not known to the clock.
        let begun: Vec<Pause> = self
            .all_pauses()
            .iter()
            .filter(|pause| pause.from < b)
            .map(|pause| Pause { from: pause.from, to: pause.to.filter(|to| *to < b) })
            .collect();
        let (due, promised) = self.judged(run.from, &begun);
        // A promise knows no runs: it passes once.
        let last = last || promised;
        let said = overdue == Overdue::All
            || self.end.is_some()
            || !last
            || due.is_some_and(|due| self.flagged.contains(&due));
        if due.is_some_and(|due| self.passed(due, b)) && said {
            put(DossierFigure::InProcessOverdue);
            if due.is_some_and(|due| self.judging.apologised(self.clock(&begun), due)) {
                put(DossierFigure::InProcessOverdueApologised);
            }
        } else {
            put(DossierFigure::InProcessInDue);
        }
        // By days: a due day that the clock no longer moves ends the pause in due, as its end ends the term.
        let ran_out = due.is_some_and(|due| self.calendar.local_date(due) < span.end);
        if begun.last().is_some_and(|pause| pause.to.is_none()) && !ran_out {
            put(DossierFigure::InProcessPaused);
        }
    }

    /// Tells each figure of a period to which the dossier adds one.
    pub fn within(&self, span: &Span, overdue: Overdue, mut put: impl FnMut(DossierFigure)) {
        let Span { a, b, .. } = *span;
        if self.received_at >= b || self.closed_before(a) {
            return;
        }
        put(DossierFigure::ReceivedTotal);
        let carried = self.received_at < a;
        put(if carried { DossierFigure::CarriedOver } else { DossierFigure::ReceivedInPeriod });
        match self.end.as_ref().filter(|(at, ..)| *at < b) {
            None => self.open_at(span, overdue, &mut put),
            Some((at, End::Resolved, closing)) => {
                put(DossierFigure::Resolved);
                let timeliness = self.timeliness(*at);
                put(timeliness);
                self.marks(timeliness, closing.as_ref().expect("it was told"), &mut put);
            }
            Some((_, End::Withdrawn, _)) => put(DossierFigure::Withdrawn),
            Some((_, End::Stopped, _)) => put(DossierFigure::Stopped),
        }
    }

    /// By the appointment, and received on that day: what the settings of units say.
    pub fn is_judged_by_appointment(&self) -> (bool, NaiveDate) {
        (self.judging.by_appointment, self.calendar.local_date(self.received_at))
    }

    /// The local days on which it can be in a count of one day: from its receipt to its end.
    pub fn days(&self, town: &Calendar) -> (NaiveDate, Option<NaiveDate>) {
        (town.local_date(self.received_at), self.end.as_ref().map(|(at, ..)| town.local_date(*at)))
    }
}

/// Counts a period by unit and procedure.
pub fn count<'l>(lives: impl IntoIterator<Item = &'l Life>, span: &Span, overdue: Overdue) -> Table {
    let mut table = Table::new();
    for life in lives {
        life.within(span, overdue, |figure| {
            table.entry((life.unit, life.procedure)).or_default()[place(figure)] += 1;
        });
    }
    table
}
