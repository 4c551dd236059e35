//! Facts for whoever writes what is lacking and why: late dossiers by the cause that was recorded, and dossiers that stood
//! with somebody beyond the hours of a rule. Units are named, never officials; nothing is said where nothing was recorded.

use std::collections::BTreeMap;

use crate::domain::summary::DossierFigures;
use crate::domain::text::count;

use super::sentences::groups;
use super::wording::period_name;
use super::{DossierLine, ReportInput};

/// What is enclosed.
const LIST: &str = "Danh sách hồ sơ trễ hạn kèm theo";

/// Dossiers that were to be handed on and stood, by the unit of whoever held them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stood {
    /// Minutes of office time after which a rule speaks; None: several rules speak after others.
    pub office_minutes: Option<i64>,
    /// How many dossiers.
    pub dossiers: usize,
    /// Units and how many dossiers stood there, the most first.
    pub units: Vec<(String, usize)>,
}

fn n(number: usize) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Late dossiers by the cause that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByCause<'a> {
    /// They were resolved late; else they are open and overdue.
    pub closed: bool,
    /// The enclosed list has others than the report counts (units of no group, or more than it holds): it is said of the list.
    pub of_list: bool,
    /// How many.
    pub all: usize,
    /// Causes and how many, the most first.
    pub causes: Vec<(&'a str, usize)>,
    /// Of how many nobody recorded a cause.
    pub unsaid: usize,
}

/// The late dossiers by cause: those that were resolved late, and those that are open and overdue.
pub fn late_by_cause<'a>(input: &'a ReportInput<'_>) -> Vec<ByCause<'a>> {
    let counted = |figure: fn(&DossierFigures) -> i64| -> i64 {
        groups(input.summary).map(|(_, figures)| figure(&figures.dossiers)).sum()
    };
    [(true, counted(|f| f.resolved_late)), (false, counted(|f| f.in_process_overdue))]
        .into_iter()
        .filter_map(|(closed, counted)| {
            let lines: Vec<&DossierLine> =
                input.late_dossiers.iter().filter(|line| line.closed_on.is_some() == closed).collect();
            let of_list = i64::try_from(lines.len()) != Ok(counted);
            let said = !lines.is_empty() && (!of_list || input.has_appendix());
            said.then(|| by_cause(&lines, closed, of_list))
        })
        .collect()
}

fn by_cause<'a>(lines: &[&'a DossierLine], closed: bool, of_list: bool) -> ByCause<'a> {
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for cause in lines.iter().filter_map(|line| line.cause.as_deref()) {
        *causes.entry(cause).or_default() += 1;
    }
    let unsaid = lines.iter().filter(|line| line.cause.is_none()).count();
    let mut causes: Vec<(&str, usize)> = causes.into_iter().collect();
    causes.sort_by_key(|(cause, times)| (std::cmp::Reverse(*times), *cause));
    ByCause { closed, of_list, all: lines.len(), causes, unsaid }
}

/// The late dossiers by cause, in words.
pub fn late(input: &ReportInput<'_>) -> Vec<String> {
    let said = |of: &ByCause<'_>| {
        let what = if of.closed {
            "hồ sơ giải quyết trễ hạn"
        } else {
            "hồ sơ đang giải quyết đã quá hạn"
        };
        let said = worded(of, what);
        if of.of_list {
            format!("{LIST} có {said}.")
        } else {
            format!("Trong {} có {said}.", period_name(input.summary.period))
        }
    };
    late_by_cause(input).iter().map(said).collect()
}

/// `21 hồ sơ …: 12 hồ sơ do A, 06 hồ sơ do B; 03 hồ sơ chưa ghi nguyên nhân`.
fn worded(of: &ByCause<'_>, what: &str) -> String {
    let all = n(of.all);
    match (of.causes.as_slice(), of.unsaid) {
        ([], _) => format!("{all} {what}, chưa ghi nguyên nhân"),
        ([(cause, 1)], 0) => format!("{all} {what}, {cause}"),
        ([(cause, _)], 0) => format!("{all} {what}, đều {cause}"),
        (causes, unsaid) => {
            let said: Vec<String> =
                causes.iter().map(|(cause, times)| format!("{} hồ sơ {cause}", n(*times))).collect();
            let rest = if unsaid > 0 {
                format!("; {} hồ sơ chưa ghi nguyên nhân", n(unsaid))
            } else {
                String::new()
            };
            format!("{all} {what}: {}{rest}", said.join(", "))
        }
    }
}

/// Dossiers that stood.
pub fn stood(stood: &Stood) -> Option<String> {
    if stood.dossiers == 0 {
        return None;
    }
    let hours = match stood.office_minutes.map(|minutes| (minutes / 60, minutes % 60)) {
        None => "thời gian quy định".to_owned(),
        Some((hours, 0)) => format!("{} giờ làm việc", count(hours)),
        Some((0, minutes)) => format!("{} phút làm việc", count(minutes)),
        Some((hours, minutes)) => format!("{} giờ {} phút làm việc", count(hours), count(minutes)),
    };
    let units: Vec<String> =
        stood.units.iter().map(|(unit, dossiers)| format!("{unit} ({})", n(*dossiers))).collect();
    let at = if let [(only, _)] = stood.units.as_slice() { only.clone() } else { units.join(", ") };
    Some(format!("Có {} hồ sơ chưa được luân chuyển sau {hours} tại: {at}.", n(stood.dossiers)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stood_is_said_by_unit_or_not_at_all() {
        assert_eq!(stood(&Stood::default()), None);
        let one = Stood { office_minutes: Some(480), dossiers: 1, units: vec![("Phường A".into(), 1)] };
        assert_eq!(
            stood(&one).as_deref(),
            Some("Có 01 hồ sơ chưa được luân chuyển sau 08 giờ làm việc tại: Phường A.")
        );
        let two = Stood {
            office_minutes: None,
            dossiers: 14,
            units: vec![("Phòng A".into(), 12), ("Phòng B".into(), 2)],
        };
        assert_eq!(
            stood(&two).as_deref(),
            Some("Có 14 hồ sơ chưa được luân chuyển sau thời gian quy định tại: Phòng A (12), Phòng B (02).")
        );
        let half = Stood { office_minutes: Some(270), ..one };
        assert!(stood(&half).is_some_and(|said| said.contains("sau 04 giờ 30 phút làm việc tại")));
    }

    #[test]
    fn causes_are_counted_and_what_nobody_said_stands_apart() {
        let line = |cause: Option<&str>| DossierLine {
            code: "A".into(),
            unit: "Phòng A".into(),
            procedure: "B".into(),
            received_on: chrono::NaiveDate::default(),
            due_on: None,
            closed_on: None,
            cause: cause.map(str::to_owned),
            apologised: false,
        };
        let said = |causes: &[Option<&str>]| {
            let lines: Vec<DossierLine> = causes.iter().map(|cause| line(*cause)).collect();
            worded(&by_cause(&lines.iter().collect::<Vec<_>>(), true, false), "hồ sơ trễ hạn")
        };
        let (a, b) = (Some("do cơ quan giải quyết"), Some("do quy định"));
        assert_eq!(said(&[None]), "01 hồ sơ trễ hạn, chưa ghi nguyên nhân");
        assert_eq!(said(&[a]), "01 hồ sơ trễ hạn, do cơ quan giải quyết");
        assert_eq!(said(&[a, a]), "02 hồ sơ trễ hạn, đều do cơ quan giải quyết");
        assert_eq!(
            said(&[b, a, a, None]),
            "04 hồ sơ trễ hạn: 02 hồ sơ do cơ quan giải quyết, 01 hồ sơ do quy định; 01 hồ sơ chưa ghi nguyên nhân"
        );
    }
}
