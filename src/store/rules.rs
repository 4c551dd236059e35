//! What deadlines and rights are reckoned by: units, officials, calendars, procedures, rules of
//! reminding. Read whole and kept by the service under the rules' epoch.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::entity::{
    calendar, calendar_day, house_state, official, procedure, procedure_version, reminder_rule, unit,
    unit_judging,
};
use super::error::word;
use super::{Door, StoreError, Tx};
use crate::domain::calendar::{Calendar, CalendarSpec, DayKind, DayOverride, default_spec};
use crate::domain::deadline::Term;
use crate::domain::dossier::{JudgeBy, Rulebook};
use crate::domain::official::{Official, OfficialRole};
use crate::domain::procedure::{OnlineLevel, ProcedureLevel, ProcedureVersion, ResumePolicy};
use crate::domain::reminder::{self, Marks, NoticeRole, Planned, Rule, RuleKind, SubjectKind};
use crate::domain::unit::{Unit, UnitKind, UnitTree};

/// Key of the epoch in the house's state.
const EPOCH: &str = "rules_epoch";

/// All rules as they stand.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Grows with each change of a rule.
    pub epoch: i64,
    /// The units.
    pub units: UnitTree,
    /// The officials by id.
    pub officials: HashMap<Uuid, Official>,
    /// The names of those who were withdrawn: what they were told is on record.
    pub withdrawn: HashMap<Uuid, String>,
    /// The officials' ids by code.
    pub officials_by_code: HashMap<String, Uuid>,
    /// Versions of procedures and calendars by id.
    pub book: Rulebook,
    /// The procedures' ids by code.
    pub procedures_by_code: HashMap<String, Uuid>,
    /// Their codes by id.
    pub procedure_codes: HashMap<Uuid, String>,
    /// Versions of a procedure that stand, ascending by effective date.
    pub versions: HashMap<Uuid, Vec<Arc<ProcedureVersion>>>,
    /// The calendar in force by unit; under None the house's.
    pub calendars: HashMap<Option<Uuid>, Arc<Calendar>>,
    /// Whose calendar a version is, and its number, by id.
    pub calendar_versions: HashMap<Uuid, (Option<Uuid>, i32)>,
    /// Rules of reminding, of the house and of units, for subjects of all kinds, in all their versions.
    pub reminders: Vec<Rule>,
    /// Whose date judges, by unit: from which day of receipt on, ascending.
    pub judging: HashMap<Uuid, Vec<(NaiveDate, JudgeBy)>>,
}

/// Whose date judges what a unit receives on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judging {
    /// Whose.
    pub judge_by: JudgeBy,
    /// The unit that says so, itself or one above it, and the first day of receipt; None: nobody said anything.
    pub said: Option<(Uuid, NaiveDate)>,
}

/// The epoch of the rules: what a write transaction reads first.
pub async fn epoch(door: &impl Door) -> Result<i64, StoreError> {
    let row = house_state::Entity::find_by_id(EPOCH.to_owned()).one(door.conn()).await?;
    row.map_or(Ok(0), |r| {
        r.value.parse().map_err(|_| StoreError::Corrupt {
            table: "house_state",
            column: "value",
            row: EPOCH.into(),
        })
    })
}

/// Says that a rule changed.
pub async fn bump(tx: &Tx) -> Result<(), StoreError> {
    // Two changes at once must not draw one number: whoever read the rules between them would keep half.
    super::hold_alone(tx, super::RULES_LOCK).await?;
    let next = epoch(tx).await? + 1;
    let row = house_state::ActiveModel { key: Set(EPOCH.to_owned()), value: Set(next.to_string()) };
    house_state::Entity::insert(row)
        .on_conflict(
            OnConflict::column(house_state::Column::Key).update_column(house_state::Column::Value).to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Reads all rules.
pub async fn load(door: &impl Door) -> Result<Rules, StoreError> {
    let mut rules = Rules { epoch: epoch(door).await?, ..Rules::default() };
    let standing = unit::Entity::find().filter(unit::Column::WithdrawnAt.is_null());
    let mut units = standing.all(door.conn()).await?;
    // Codes are reused: of several units with one code the last wins, so those that stand come last.
    units.sort_by_key(|row| (row.valid_to.is_none(), row.valid_to));
    rules.units = UnitTree::new(
        units
            .into_iter()
            .map(|row| {
                let kind = word(UnitKind::parse(&row.kind), "unit", "kind", &row.code)?;
                Ok(Unit { id: row.id, code: row.code, name: row.name, kind, parent_id: row.parent_id })
            })
            .collect::<Result<_, StoreError>>()?,
    );
    for row in official::Entity::find().all(door.conn()).await? {
        if row.withdrawn_at.is_some() {
            rules.withdrawn.insert(row.id, row.full_name);
            continue;
        }
        let role = word(OfficialRole::parse(&row.role), "official", "role", &row.code)?;
        rules.officials_by_code.insert(row.code.clone(), row.id);
        let official = Official {
            id: row.id,
            code: row.code,
            unit_id: row.unit_id,
            full_name: row.full_name,
            role,
            email: row.email,
            language: row.language,
        };
        rules.officials.insert(row.id, official);
    }
    load_calendars(door, &mut rules).await?;
    for row in procedure::Entity::find().all(door.conn()).await? {
        rules.procedure_codes.insert(row.id, row.code.clone());
        if row.withdrawn_at.is_none() {
            rules.procedures_by_code.insert(row.code, row.id);
        }
    }
    for row in procedure_version::Entity::find().all(door.conn()).await? {
        // Those of a withdrawn procedure are superseded; histories find them in the book.
        let superseded = row.superseded;
        let version = Arc::new(version(row)?);
        if !superseded {
            rules.versions.entry(version.procedure_id).or_default().push(version.clone());
        }
        rules.book.versions.insert(version.id, version);
    }
    for versions in rules.versions.values_mut() {
        versions.sort_by_key(|v| v.effective_on);
    }
    let reminders = reminder_rule::Entity::find().all(door.conn()).await?;
    rules.reminders = reminders.iter().map(reminder).collect::<Result<_, _>>()?;
    for row in unit_judging::Entity::find().all(door.conn()).await? {
        let judge_by = word(JudgeBy::parse(&row.judge_by), "unit_judging", "judge_by", row.id)?;
        rules.judging.entry(row.unit_id).or_default().push((row.effective_on, judge_by));
    }
    for settings in rules.judging.values_mut() {
        settings.sort_unstable();
    }
    Ok(rules)
}

/// Reads a stored version of a procedure.
pub fn version(row: procedure_version::Model) -> Result<ProcedureVersion, StoreError> {
    let id = row.id;
    Ok(ProcedureVersion {
        id,
        procedure_id: row.procedure_id,
        effective_on: row.effective_on,
        name: row.name,
        field: row.field,
        level: word(ProcedureLevel::parse(&row.level), "procedure_version", "level", id)?,
        unit_id: row.unit_id,
        term: word(Term::parse(&row.term_unit, row.term.into()).ok(), "procedure_version", "term", id)?,
        online_level: word(OnlineLevel::parse(&row.online_level), "procedure_version", "online_level", id)?,
        resume_policy: word(
            ResumePolicy::parse(&row.resume_policy),
            "procedure_version",
            "resume_policy",
            id,
        )?,
        watched_list: row.watched_list,
        recorded_at: row.recorded_at,
    })
}

/// Reads a stored version of a rule of reminding.
pub fn reminder(row: &reminder_rule::Model) -> Result<Rule, StoreError> {
    Ok(Rule {
        id: row.rule_id,
        version: row.version,
        valid_from: row.valid_from,
        code: row.code.clone(),
        unit_id: row.unit_id,
        subject_kind: word(SubjectKind::parse(&row.subject_kind), "reminder_rule", "subject_kind", row.id)?,
        kind: word(RuleKind::parse(&row.kind), "reminder_rule", "kind", row.id)?,
        working_days: row.working_days.into(),
        office_minutes: row.office_minutes.into(),
        months: row.months.into(),
        watched_list: row.watched_list.clone(),
        repeat_working_days: row.repeat_working_days.unwrap_or(0).into(),
        role: word(NoticeRole::parse(&row.role), "reminder_rule", "role", row.id)?,
        enabled: row.enabled,
        since: row.valid_from,
    })
}

async fn load_calendars(door: &impl Door, rules: &mut Rules) -> Result<(), StoreError> {
    let mut days: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in calendar_day::Entity::find().all(door.conn()).await? {
        days.entry(row.calendar_id).or_default().push(row);
    }
    let mut versions = calendar::Entity::find().all(door.conn()).await?;
    versions.sort_by_key(|v| v.version);
    for row in versions {
        let (id, unit_id, in_force) =
            (row.id, row.unit_id, row.state == "in_force" && row.withdrawn_at.is_none());
        let calendar = Arc::new(tables(&row, days.remove(&id).unwrap_or_default())?);
        rules.calendar_versions.insert(id, (unit_id, row.version));
        if in_force {
            rules.calendars.insert(unit_id, calendar.clone());
        }
        rules.book.calendars.insert(id, calendar);
    }
    Ok(())
}

/// Reads a version of a calendar with its days.
pub fn tables(row: &calendar::Model, days: Vec<calendar_day::Model>) -> Result<Calendar, StoreError> {
    let mut overrides = BTreeMap::new();
    for day in days {
        let kind = word(DayKind::parse(&day.kind), "calendar_day", "kind", day.day)?;
        overrides.insert(day.day, DayOverride { kind, name: day.name, swapped_with: day.swapped_with });
    }
    Calendar::new(row.id, spec(row, overrides)?).map_err(|_| StoreError::Corrupt {
        table: "calendar",
        column: "office_hours",
        row: row.id.to_string(),
    })
}

fn spec(row: &calendar::Model, days: BTreeMap<NaiveDate, DayOverride>) -> Result<CalendarSpec, StoreError> {
    let id = row.id;
    let corrupt = |column| StoreError::Corrupt { table: "calendar", column, row: id.to_string() };
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
    let weekdays: Option<Vec<u8>> = row.working_weekdays.split(',').map(|d| d.parse().ok()).collect();
    let hours: Option<Vec<_>> = row
        .office_hours
        .split(',')
        .map(|span| span.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?))))
        .collect();
    Ok(CalendarSpec {
        time_zone: row.time_zone.parse().map_err(|_| corrupt("time_zone"))?,
        working_weekdays: weekdays.ok_or_else(|| corrupt("working_weekdays"))?,
        office_hours: hours.ok_or_else(|| corrupt("office_hours"))?,
        same_day_cutoff: time(&row.same_day_cutoff).ok_or_else(|| corrupt("same_day_cutoff"))?,
        days,
        loaded_years: row.first_year.zip(row.last_year),
    })
}

impl Rules {
    /// The calendar in force for a unit: its own, its parent's …, the house's.
    pub fn calendar_for(&self, unit_id: Option<Uuid>) -> Option<&Arc<Calendar>> {
        let path = unit_id.map(|id| self.units.ancestry(id)).unwrap_or_default();
        path.into_iter().map(Some).chain([None]).find_map(|unit| self.calendars.get(&unit))
    }

    /// The calendar versions by which open dossiers aren't to be reckoned any more, in a lasting order: of which units;
    /// None of all. Their units go by other ones.
    pub fn superseded_calendars(&self) -> Vec<(Uuid, Option<Vec<Uuid>>)> {
        let mut versions: Vec<Uuid> = self.book.calendars.keys().copied().collect();
        versions.sort_unstable();
        let counts = |id: Uuid| self.calendars.values().any(|calendar| calendar.id() == id);
        let units_beyond = |id: Uuid| {
            let units = self.units.all().map(|unit| unit.id);
            units
                .filter(|unit| self.calendar_for(Some(*unit)).is_some_and(|c| c.id() != id))
                .collect::<Vec<_>>()
        };
        let of = |id: Uuid| {
            let all = !counts(id) && self.calendars.contains_key(&None);
            (id, if all { None } else { Some(units_beyond(id)) })
        };
        versions
            .into_iter()
            .map(of)
            .filter(|(_, units)| units.as_ref().is_none_or(|u| !u.is_empty()))
            .collect()
    }

    /// Whose date judges what a unit receives on a day: by its own setting of that day, its parent's …, the law's.
    pub fn judging_for(&self, unit_id: Uuid, day: NaiveDate) -> Judging {
        let said = self.units.ancestry(unit_id).into_iter().find_map(|unit| {
            let settings = self.judging.get(&unit)?;
            let (from, judge_by) = settings.iter().rfind(|(from, _)| *from <= day)?;
            Some((*judge_by, unit, *from))
        });
        Judging {
            judge_by: said.map_or(JudgeBy::DEFAULT, |(judge_by, ..)| judge_by),
            said: said.map(|(_, unit, from)| (unit, from)),
        }
    }

    /// The local date of an instant, in the zone of the house.
    pub fn local_date(&self, at: DateTime<Utc>) -> NaiveDate {
        let zone = self.calendar_for(None).map_or(default_spec().time_zone, |c| c.spec().time_zone);
        at.with_timezone(&zone).date_naive()
    }

    /// The rules of reminding that hold for a subject of a unit at an instant.
    pub fn reminders_for(
        &self,
        subject_kind: SubjectKind,
        unit_id: Option<Uuid>,
        at: DateTime<Utc>,
    ) -> Vec<Rule> {
        let path = unit_id.map(|id| self.units.ancestry(id)).unwrap_or_default();
        reminder::in_force(&self.reminders, subject_kind, &path, at)
    }

    /// The next notice of a subject of a unit. What lies beyond the tables of the calendar is reminded of when they
    /// reach it.
    pub fn next_notice(
        &self,
        (subject_kind, unit_id): (SubjectKind, Option<Uuid>),
        calendar: &Calendar,
        marks: &Marks,
        now: DateTime<Utc>,
    ) -> Option<Planned> {
        let in_force = self.reminders_for(subject_kind, unit_id, now);
        reminder::next(&in_force, calendar, marks, None, now).ok().flatten()
    }

    /// The list on which dossiers of a procedure are watched, and since when: what its latest version says, from when that
    /// was recorded on, whenever it takes effect for new ones.
    pub fn watched(&self, procedure_id: Uuid) -> Option<(&str, DateTime<Utc>)> {
        let latest = self.versions.get(&procedure_id)?.last()?;
        (!latest.watched_list.is_empty()).then_some((&*latest.watched_list, latest.recorded_at))
    }

    /// The version of a procedure that holds on a day.
    pub fn version_on(&self, procedure_id: Uuid, day: NaiveDate) -> Option<&Arc<ProcedureVersion>> {
        let versions = self.versions.get(&procedure_id)?;
        versions.iter().rev().find(|v| v.effective_on <= day)
    }

    /// The name of an official, be they withdrawn; empty: there never was one.
    pub fn name_of(&self, official: Uuid) -> &str {
        let name = self.officials.get(&official).map(|official| &official.full_name);
        name.or_else(|| self.withdrawn.get(&official)).map(String::as_str).unwrap_or_default()
    }

    /// An official by code.
    pub fn official(&self, code: &str) -> Option<&Official> {
        self.officials.get(self.officials_by_code.get(code)?)
    }

    /// Code of a procedure, or empty.
    pub fn procedure_code(&self, id: Uuid) -> &str {
        self.procedure_codes.get(&id).map_or("", String::as_str)
    }

    /// The zone in which the house tells instants: that of its calendar.
    pub fn zone(&self) -> Tz {
        self.calendars.get(&None).map_or(chrono_tz::Asia::Ho_Chi_Minh, |calendar| calendar.spec().time_zone)
    }

    /// Code of an official, or empty.
    pub fn official_code(&self, id: Option<Uuid>) -> &str {
        id.and_then(|id| self.officials.get(&id)).map_or("", |o| o.code.as_str())
    }

    /// A unit by its present code, or by its identity.
    pub fn unit(&self, key: &str) -> Option<&Unit> {
        self.units.by_code(key).or_else(|| self.units.get(Uuid::parse_str(key).ok()?))
    }

    /// By what [`Rules::unit`] finds a unit: its code, or its identity where another unit has the code now.
    pub fn unit_key(&self, id: Uuid) -> String {
        let code = self.unit_code(id);
        let named = self.units.by_code(code).is_some_and(|unit| unit.id == id);
        if named { code.to_owned() } else { id.to_string() }
    }

    /// Code of a unit, or empty.
    pub fn unit_code(&self, id: Uuid) -> &str {
        self.units.get(id).map_or("", |u| u.code.as_str())
    }
}
