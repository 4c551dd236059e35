//! Whose date judges, recounted: what the citizen was told, when that passed, whether a letter apologised in time, and
//! whether a closing was told too late. By the stored events and the words of the definition alone.

use bonro::domain::calendar::Calendar;
use bonro::domain::deadline::Pause;
use bonro::store::events::EventRow;
use chrono::{DateTime, Days, Utc};
use serde_json::Value;

use super::recount::{data, instant};

/// A new promise.
#[derive(Debug, Clone)]
struct Letter {
    known_at: DateTime<Utc>,
    promised_at: DateTime<Utc>,
    apologises: bool,
}

/// What decides whose date judges a dossier.
#[derive(Debug, Clone)]
pub struct Judging {
    /// By the appointment.
    pub by_appointment: bool,
    /// What the receipt says, where another software printed it.
    printed: Option<DateTime<Utc>>,
    /// The house received it, so its receipt says what was reckoned.
    own_receipt: bool,
    letters: Vec<Letter>,
    /// When the house first heard of it.
    known_since: DateTime<Utc>,
    /// Closings on record: number, from when, until when.
    closings: Vec<(i32, DateTime<Utc>, Option<DateTime<Utc>>)>,
}

/// What judges.
#[derive(Debug, Clone, Copy)]
pub enum Judge {
    /// The law's date.
    Law,
    /// A promise's; None while the clock stands.
    Promise(Option<DateTime<Utc>>),
}

/// A clock as a date is held against it.
#[derive(Clone, Copy)]
pub struct Clock<'a> {
    pub calendar: &'a Calendar,
    pub in_hours: bool,
    pub pauses: &'a [Pause],
}

impl Clock<'_> {
    /// A moment comes after the day of a date; by hours after the date itself.
    fn after(&self, at: DateTime<Utc>, date: DateTime<Utc>) -> bool {
        if self.in_hours { at > date } else { self.calendar.local_date(at) > self.calendar.local_date(date) }
    }

    /// The first moment from a promised one on at whose end of day the clock runs; by hours, at which it runs.
    fn runs_from(&self, promised_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut at = promised_at;
        loop {
            let stops = |pause: &&Pause| {
                let began = if self.in_hours { pause.from < at } else { !self.after(pause.from, at) };
                began && pause.to.is_none_or(|to| self.after(to, at))
            };
            match self.pauses.iter().find(stops) {
                Some(pause) => at = pause.to?,
                None => return Some(at),
            }
        }
    }
}

impl Judging {
    /// Reads it from the events that stand, in the order of time, and all that were recorded.
    pub fn read(
        laid_down: &Value,
        receipt: &EventRow,
        standing: &[&EventRow],
        recorded: &[&EventRow],
    ) -> Self {
        let mut judging = Self {
            by_appointment: laid_down["judge_by"] == "appointment",
            printed: instant(&laid_down["promised_at"]),
            own_receipt: receipt.source == "own",
            letters: Vec::new(),
            known_since: recorded.iter().min_by_key(|row| row.number).expect("a receipt").recorded_at,
            closings: Vec::new(),
        };
        for row in standing.iter().filter(|row| row.kind == "corrected") {
            let said = data(row);
            if let Some(judge_by) = said["judge_by"].as_str() {
                judging.by_appointment = judge_by == "appointment";
            }
            judging.printed = instant(&said["promised_at"]).or(judging.printed);
        }
        for row in
            recorded.iter().filter(|row| matches!(row.kind.as_str(), "resolved" | "withdrawn" | "stopped"))
        {
            let voids = |other: &&&EventRow| other.kind == "voided" && data(other)["number"] == row.number;
            let until = recorded.iter().find(voids).map(|other| other.recorded_at);
            judging.closings.push((row.number, row.recorded_at, until));
        }
        judging
    }

    /// Takes a letter that was given while the dossier was open.
    pub fn give(&mut self, row: &EventRow) {
        let said = data(row);
        // One of our own counts from when it is entered; a source tells of the past.
        let known_at =
            if row.source == "own" { row.occurred_at.max(row.recorded_at) } else { row.occurred_at };
        self.letters.push(Letter {
            known_at,
            promised_at: instant(&said["promised_at"]).expect("a letter promises"),
            apologises: said["letter"].as_str().is_some_and(|number| !number.trim().is_empty()),
        });
    }

    /// What judges. `by_law`: the law's date by the term that ran at a moment, `printed_here`: that of the receipt
    /// without stops.
    pub fn appointment(
        &self,
        clock: Clock<'_>,
        by_law: impl Fn(DateTime<Utc>) -> Option<DateTime<Utc>>,
        printed_here: Option<DateTime<Utc>>,
    ) -> Judge {
        if !self.by_appointment {
            return Judge::Law;
        }
        let first = self.printed.or(printed_here.filter(|_| self.own_receipt));
        let mut judges = first.map_or(Judge::Law, |promised_at| Judge::Promise(clock.runs_from(promised_at)));
        for letter in &self.letters {
            let date = match judges {
                Judge::Law => by_law(letter.known_at),
                Judge::Promise(date) => date,
            };
            let passed = date.is_some_and(|date| clock.after(letter.known_at, date));
            if !passed && !clock.after(letter.known_at, letter.promised_at) {
                judges = Judge::Promise(clock.runs_from(letter.promised_at));
            }
        }
        judges
    }

    /// A letter apologised before a date had passed.
    pub fn apologised(&self, clock: Clock<'_>, date: DateTime<Utc>) -> bool {
        self.letters.iter().any(|letter| letter.apologises && !clock.after(letter.known_at, date))
    }

    /// The closing, which occurred in time, was told when its date had passed.
    pub fn told_late(&self, clock: Clock<'_>, date: DateTime<Utc>, closing: &EventRow) -> bool {
        let told_at = closing.recorded_at;
        if closing.source == "own" {
            return clock.after(told_at, date);
        }
        // The exports up to the end of the next working day tell in time; then it stood open here.
        let mut next = clock.calendar.local_date(date) + Days::new(1);
        while !clock.calendar.is_working(next) {
            next = next + Days::new(1);
        }
        let open_at = self.known_since.max(clock.calendar.midnight(next + Days::new(1)));
        let known_closed = self.closings.iter().any(|(number, from, until)| {
            *number != closing.number
                && *from < told_at
                && *from <= open_at
                && until.is_none_or(|until| until > open_at || until >= told_at)
        });
        self.known_since < told_at && open_at <= told_at && !known_closed
    }
}
