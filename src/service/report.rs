//! The figures of a period: sums of the ledger, made into rows by group, unit, procedure or field.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::{ServiceError, Violation};
use super::work::Look;
use crate::domain::figure::{Fact, Sum, Sums};
use crate::domain::period::Period;
use crate::domain::permission::Scope;
use crate::domain::summary::{
    Figures, Identity, ON_REGULATION, PETITION_PORTAL, PaymentFigures, Payments, PeriodSummary,
    PetitionFigures, Rate, Row, RowKey, TaskFigures, identities,
};
use crate::domain::unit::{Group, UnitKind};
use crate::store::figures::{self, Grain, SumRow};
use crate::store::{StoreError, documents, petitions};

/// A breakdown of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakdown {
    /// By group of the report.
    Group,
    /// By unit.
    Unit,
    /// By procedure.
    Procedure,
    /// By field of procedures.
    Field,
}

/// What to summarise.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The period.
    pub period: Period,
    /// Only this unit and what belongs to it.
    pub unit_id: Option<Uuid>,
    /// As known at that ledger number; None: as known now.
    pub as_of: Option<i64>,
    /// The rows; empty: by group.
    pub breakdowns: Vec<Breakdown>,
}

/// Sums of one unit and procedure.
type Cell = ((Uuid, Uuid), Sums);

/// Summarises a period. Writes nothing.
pub async fn summarize(look: &Look, ask: &Ask) -> Result<PeriodSummary, ServiceError> {
    let rules = &look.rules;
    let calendar = rules
        .calendar_for(None)
        .ok_or_else(|| ServiceError::Internal("the house has no calendar".to_owned()))?;
    let last = figures::last_sequence(&look.door).await?;
    if ask.as_of.is_some_and(|asked| !(0..=last).contains(&asked)) {
        return Err(beyond(last));
    }
    let now = look.context.now;
    let (period, complete) = ask.period.until(calendar.local_date(now));
    let until = calendar.midnight(period.end()).min(now);
    let fine = ask.breakdowns.iter().any(|b| matches!(b, Breakdown::Procedure | Breakdown::Field));
    let grain = if fine { Grain::Procedure } else { Grain::Unit };
    let cells = cells(look, ask, &period, grain, until).await?;

    let mut total = Sums::default();
    for (_, sums) in &cells {
        total.merge(sums);
    }
    let mut rows = Vec::new();
    let breakdowns = if ask.breakdowns.is_empty() { vec![Breakdown::Group] } else { ask.breakdowns.clone() };
    for breakdown in breakdowns {
        rows.extend(rows_of(look, &cells, breakdown));
    }
    let mut checks = identities("total", &Figures::of(&total).dossiers);
    for row in &rows {
        checks.extend(identities(&row.code, &row.figures.dossiers));
    }
    let groups = rows_of(look, &cells, Breakdown::Group);
    let online_overall = groups
        .iter()
        .flat_map(|row| [row.figures.online_partial, row.figures.online_full])
        .flatten()
        .fold(Rate::default(), Rate::plus);
    let ratings_total = total.of(|f| matches!(f, Fact::Rated(_))).within;
    let tasks = TaskFigures::of(&total);
    checks.push(Identity {
        row: "tasks".to_owned(),
        name: "in progress = in due + overdue",
        name_vi: "đang thực hiện = trong hạn + quá hạn",
        left: tasks.in_progress,
        right: tasks.in_progress_in_due + tasks.in_progress_overdue,
    });
    Ok(PeriodSummary {
        period: ask.period,
        computed_until: until,
        complete,
        sequence: ask.as_of.unwrap_or(last),
        total: Figures::of(&total),
        rows,
        online_overall,
        tasks,
        procedures: catalogue_size(look, period),
        petitions: petitions(look, ask, &period).await?,
        payments: payments(look, &cells, &total),
        ratings_total,
        documents: documents::issued_between(&look.door, period.first(), period.last()).await?,
        identities: checks,
    })
}

/// The sums of everything that is asked for, without petitions, documents and the like.
pub(super) async fn summed(look: &Look, ask: &Ask) -> Result<Sums, ServiceError> {
    let mut total = Sums::default();
    for (_, sums) in cells(look, ask, &ask.period, Grain::Unit, look.context.now).await? {
        total.merge(&sums);
    }
    Ok(total)
}

/// A number that the ledger hasn't reached would give other figures when asked for again.
fn beyond(last: i64) -> ServiceError {
    ServiceError::OutOfRange(Violation::new(
        "as_of_sequence",
        "BEYOND_LEDGER",
        format!("as_of_sequence: sổ số liệu mới đến {last}; hãy dùng số từ 0 đến {last}"),
        format!("as_of_sequence: the ledger has come to {last}; take a number from 0 to {last}"),
    ))
}

/// The sums of the ledger, with what isn't flagged yet, within the caller's scope.
async fn cells(
    look: &Look,
    ask: &Ask,
    period: &Period,
    grain: Grain,
    until: DateTime<Utc>,
) -> Result<Vec<Cell>, ServiceError> {
    let subtree = ask.unit_id.map(|id| look.rules.units.subtree(id));
    let seen = |unit: Uuid| {
        let asked = subtree.as_ref().is_none_or(|units| units.contains(&unit));
        let allowed = match &look.context.scope {
            Scope::All => true,
            Scope::Units(units) => units.contains(&unit),
            Scope::Own(_) => false,
        };
        asked && allowed
    };
    let key =
        |unit: Uuid, procedure: Uuid| (unit, if grain == Grain::Procedure { procedure } else { Uuid::nil() });
    let mut cells: BTreeMap<(Uuid, Uuid), Sums> = BTreeMap::new();
    for SumRow { unit_id, procedure_id, fact, before, within } in
        figures::sums(&look.door, period, grain, ask.as_of).await?
    {
        if !seen(unit_id) {
            continue;
        }
        let fact = Fact::parse(&fact).ok_or(StoreError::Corrupt {
            table: "figure_entry",
            column: "fact",
            row: fact,
        })?;
        cells.entry(key(unit_id, procedure_id)).or_default().add(fact, Sum { before, within });
    }
    if ask.as_of.is_none() {
        for row in
            figures::unflagged_dossiers(&look.door, until).await?.into_iter().filter(|r| seen(r.unit_id))
        {
            let sums = cells.entry(key(row.unit_id, row.procedure_id)).or_default();
            sums.unflagged_overdue += row.count;
            sums.unflagged_apologised += row.apologised;
        }
        for row in figures::unflagged_tasks(&look.door, until).await?.into_iter().filter(|r| seen(r.unit_id))
        {
            cells.entry(key(row.unit_id, Uuid::nil())).or_default().unflagged_tasks += row.count;
        }
    }
    for (unit_id, procedure_id) in
        figures::with_dossiers(&look.door).await?.into_iter().filter(|(u, _)| seen(*u))
    {
        cells.entry(key(unit_id, procedure_id)).or_default().any_dossier = true;
    }
    Ok(cells.into_iter().collect())
}

fn rows_of(look: &Look, cells: &[Cell], breakdown: Breakdown) -> Vec<Row> {
    let rules = &look.rules;
    let mut sums: BTreeMap<(String, String), (RowKey, Sums)> = BTreeMap::new();
    for ((unit_id, procedure_id), cell) in cells {
        let version = || rules.versions.get(procedure_id).and_then(|v| v.last());
        let found = match breakdown {
            Breakdown::Group => rules.units.get(*unit_id).and_then(|u| u.kind.group()).map(|group| {
                let order = Group::ALL.iter().position(|g| *g == group).unwrap_or_default();
                (RowKey::Group(group), order.to_string(), group.as_str().to_owned())
            }),
            Breakdown::Unit => rules
                .units
                .get(*unit_id)
                .map(|unit| (RowKey::Unit(unit.id), format!("units/{}", unit.code), unit.name.clone())),
            Breakdown::Procedure => version().map(|v| {
                let code = format!("procedures/{}", rules.procedure_code(*procedure_id));
                (RowKey::Procedure(*procedure_id), code, v.name.clone())
            }),
            Breakdown::Field => {
                version().map(|v| (RowKey::Field(v.field.clone()), v.field.clone(), v.field.clone()))
            }
        };
        if let Some((row_key, code, label)) = found {
            sums.entry((code, label)).or_insert_with(|| (row_key, Sums::default())).1.merge(cell);
        }
    }
    sums.into_iter()
        .map(|((code, label), (key, sums))| {
            let (code, label) = match &key {
                RowKey::Group(group) => (group.as_str().to_owned(), group_label(*group).to_owned()),
                RowKey::Unit(_) | RowKey::Procedure(_) | RowKey::Field(_) => (code, label),
            };
            Row { key, code, label, figures: Figures::of(&sums) }
        })
        .collect()
}

/// A group's name in the report.
pub fn group_label(group: Group) -> &'static str {
    match group {
        Group::SpecialisedAgencies => "Các cơ quan chuyên môn",
        Group::Communes => "Các xã, phường",
        Group::LandRegistryBranch => "Chi nhánh Văn phòng Đăng ký đất đai",
    }
}

/// The catalogue by level as it stands on the period's last day.
fn catalogue_size(look: &Look, period: Period) -> BTreeMap<String, i64> {
    let mut sizes = BTreeMap::new();
    for id in look.rules.versions.keys() {
        if let Some(version) = look.rules.version_on(*id, period.last()) {
            *sizes.entry(version.level.as_str().to_owned()).or_default() += 1;
        }
    }
    sizes
}

/// Petitions received in the period; of them answered before its end, and answered in time.
async fn petitions(look: &Look, ask: &Ask, period: &Period) -> Result<PetitionFigures, ServiceError> {
    let mut figures = PetitionFigures::default();
    let mut received = std::collections::HashSet::new();
    let subtree = ask.unit_id.map(|id| look.rules.units.subtree(id));
    let rows = figures::subject_rows(&look.door, "petition", period.end(), ask.as_of).await?;
    let received_fact = Fact::PetitionReceived.to_string();
    for (subject, unit_id, fact, on) in &rows {
        let inside = match &look.context.scope {
            Scope::All => true,
            Scope::Units(units) => units.contains(unit_id),
            Scope::Own(_) => false,
        };
        let asked = subtree.as_ref().is_none_or(|units| units.contains(unit_id));
        if *fact == received_fact && *on >= period.first() && inside && asked {
            received.insert(*subject);
        }
    }
    figures.received = i64::try_from(received.len()).unwrap_or(i64::MAX);
    let mut answered = Vec::new();
    for (subject, _, fact, _) in rows.iter().filter(|(subject, ..)| received.contains(subject)) {
        if let Some(Fact::PetitionAnswered { in_time }) = Fact::parse(fact) {
            answered.push(*subject);
            figures.answered_on_time += i64::from(in_time);
        }
    }
    figures.answered = i64::try_from(answered.len()).unwrap_or(i64::MAX);
    (figures.satisfied, figures.published) = petitions::marks(&look.door, &answered).await?;
    let received: Vec<Uuid> = received.into_iter().collect();
    (figures.on_regulation, figures.by_portal) =
        petitions::sorts(&look.door, &received, ON_REGULATION, PETITION_PORTAL).await?;
    Ok(figures)
}

/// Online payments at the one-stop shop (`town`) and the communes; other places count in the totals.
fn payments(look: &Look, cells: &[Cell], total: &Sums) -> Payments {
    let mut payments = Payments::default();
    for ((unit_id, _), sums) in cells {
        let place = match look.rules.units.get(*unit_id).map(|u| u.kind) {
            Some(UnitKind::OneStopShop) => "town",
            Some(UnitKind::Commune) => "communes",
            _ => continue,
        };
        for (fact, sum) in &sums.facts {
            if sum.within == 0 {
                continue;
            }
            if let Fact::Paid { kind, online: true } = fact {
                entry(&mut payments, place, kind).transactions += sum.within;
            } else if let Fact::PaidAmount { kind, online: true } = fact {
                entry(&mut payments, place, kind).amount_vnd += sum.within;
            }
        }
    }
    payments.online = Rate {
        numerator: total.of(|f| matches!(f, Fact::Paid { online: true, .. })).within,
        denominator: total.of(|f| matches!(f, Fact::Paid { .. })).within,
    };
    payments
}

fn entry<'a>(payments: &'a mut Payments, place: &str, kind: &str) -> &'a mut PaymentFigures {
    payments.by_place.entry((place.to_owned(), kind.to_owned())).or_default()
}
