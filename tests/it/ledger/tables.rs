//! Tables of counts: the figures of a row, by unit and procedure, and under other keys.

use std::collections::BTreeMap;

use bonro::pb::v1::DossierFigure;
use uuid::Uuid;

/// The figures of a row, in the order of [`Counts`].
pub const FIGURES: [DossierFigure; 16] = [
    DossierFigure::ReceivedTotal,
    DossierFigure::ReceivedInPeriod,
    DossierFigure::CarriedOver,
    DossierFigure::Resolved,
    DossierFigure::ResolvedEarly,
    DossierFigure::ResolvedOnTime,
    DossierFigure::ResolvedLate,
    DossierFigure::InProcess,
    DossierFigure::InProcessInDue,
    DossierFigure::InProcessPaused,
    DossierFigure::InProcessOverdue,
    DossierFigure::Withdrawn,
    DossierFigure::Stopped,
    DossierFigure::ResolvedLateApologised,
    DossierFigure::InProcessOverdueApologised,
    DossierFigure::ResolvedLateRecorded,
];

/// How many of each of [`FIGURES`].
pub type Counts = [i64; 16];

/// Counts by unit and procedure; what has none is left out.
pub type Table = BTreeMap<(Uuid, Uuid), Counts>;

/// The place of a figure in [`Counts`].
pub fn place(figure: DossierFigure) -> usize {
    FIGURES.iter().position(|f| *f == figure).expect("it is one of them")
}

/// Adds the rows of a table up under other keys.
pub fn fold<K: Ord>(table: &Table, key: impl Fn(&(Uuid, Uuid)) -> K) -> BTreeMap<K, Counts> {
    let mut sums: BTreeMap<K, Counts> = BTreeMap::new();
    for (of, counts) in table {
        let sum = sums.entry(key(of)).or_default();
        sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    sums
}
