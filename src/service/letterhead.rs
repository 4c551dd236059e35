//! Who makes the report: from the settings, else from the register of units. A house of another town
//! must not sign with the name of the first one, and one without an office signs as its committee.

use std::cmp::Reverse;

use super::settings::ReportSettings;
use crate::domain::text::{fold, tidy};
use crate::domain::unit::{Unit, UnitKind, UnitTree};
use crate::report::{Locality, Registered};

/// What localities are, the longer words before those that they contain.
const KINDS: [&str; 9] =
    ["thành phố", "thị trấn", "đặc khu", "thị xã", "phường", "huyện", "quận", "tỉnh", "xã"];
/// How the name of a people's committee begins, folded: it is spelt Ủy and Uỷ.
const COMMITTEE: [&str; 2] = ["uy ban nhan dan", "ubnd"];
/// Where nothing is known, a person writes.
const GAP: &str = "……";

/// The names at the head and the foot of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// The body above the issuing one; empty where the locality's own body issues.
    pub superior: String,
    /// The issuing office.
    pub office: String,
    /// What stands for it in a number.
    pub symbol: &'static str,
    /// The signer's office.
    pub signer_title: String,
    /// The locality's own body issues.
    pub own: bool,
    kind: String,
    name: String,
    upper: String,
    body: String,
    branches: Vec<String>,
    communes: bool,
}

impl Letterhead {
    /// What the settings say, and for what they leave empty what the units say.
    pub fn of(settings: &ReportSettings, units: &UnitTree) -> Self {
        let given =
            |setting: &str, found: &str| if setting.is_empty() { found.to_owned() } else { tidy(setting) };
        let office = highest(units, |u| u.kind == UnitKind::Office);
        let root = house(units, office);
        let committee = root.map_or_else(|| GAP.to_owned(), |u| tidy(&u.name));
        let issuing = given(&settings.office, &office.map_or_else(|| committee.clone(), |u| tidy(&u.name)));
        let own = fold(&issuing) == fold(&committee) || after_committee(&issuing).is_some();
        let (symbol, title) = if own {
            let called = after_committee(&issuing).is_some();
            let is_one =
                root.is_some_and(|u| matches!(u.kind, UnitKind::PeopleCommittee | UnitKind::Commune));
            if called || is_one { ("UBND", "Chủ tịch") } else { (GAP, "Thủ trưởng cơ quan") }
        } else if settings.office.is_empty()
            || ["van phong", "vp"].iter().any(|w| fold(&issuing).starts_with(w))
        {
            ("VP", "Chánh Văn phòng")
        } else {
            (GAP, "Thủ trưởng cơ quan")
        };
        let (kind, name) = locality_of(&committee);
        let kind = given(&settings.locality_kind, &kind);
        let body = body_of(&committee, &kind);
        let branches = units.all().filter(|u| u.kind == UnitKind::LandRegistryBranch);
        Self {
            superior: given(&settings.superior, if own || root.is_none() { "" } else { &committee }),
            symbol,
            signer_title: given(&settings.signer_title, title),
            own,
            office: issuing,
            name: given(&settings.locality, &name),
            upper: settings.locality_upper.clone(),
            body,
            branches: branches.map(|u| tidy(&u.name)).collect(),
            communes: units.all().any(|u| u.kind == UnitKind::Commune && root.is_some_and(|r| r.id != u.id)),
            kind,
        }
    }

    /// That of a unit, on its own paper: what it belongs to stands above it.
    pub fn of_unit(settings: &ReportSettings, units: &UnitTree, unit: &Unit) -> Self {
        let house = Self::of(settings, units);
        let own = matches!(unit.kind, UnitKind::Commune | UnitKind::PeopleCommittee);
        let above = unit.parent_id.and_then(|id| units.get(id)).map(|parent| tidy(&parent.name));
        let (symbol, title) = if own { ("UBND", "Chủ tịch") } else { (GAP, "Thủ trưởng cơ quan") };
        let of_unit = Self {
            superior: above.unwrap_or_default(),
            office: tidy(&unit.name),
            symbol,
            signer_title: title.to_owned(),
            own,
            branches: Vec::new(),
            communes: false,
            ..house
        };
        if !own {
            return of_unit;
        }
        let (kind, name) = locality_of(&unit.name);
        let upper = of_unit.kind;
        Self { body: body_of(&of_unit.office, &kind), kind, name, upper, ..of_unit }
    }

    /// Where the office is.
    pub fn locality(&self) -> Locality<'_> {
        Locality { kind: &self.kind, name: &self.name, upper: &self.upper, body: &self.body }
    }

    /// Where a unit is: a commune in itself, every other one where the office is.
    pub fn place_of(&self, unit: &Unit) -> String {
        if unit.kind == UnitKind::Commune { locality_of(&unit.name).1 } else { self.name.clone() }
    }

    /// What of the units shows in the words.
    pub fn registered(&self) -> Registered<'_> {
        Registered { branches: self.branches.iter().map(String::as_str).collect(), communes: self.communes }
    }
}

/// A committee in running text, `UBND thị xã`; another body by its name.
fn body_of(committee: &str, kind: &str) -> String {
    match after_committee(committee) {
        Some(_) if !kind.is_empty() => format!("UBND {kind}"),
        Some(rest) => format!("UBND {rest}"),
        None => committee.to_owned(),
    }
}

/// The locality's own body: the committee above the office, else the highest one, else the root that most
/// units belong to.
fn house<'a>(units: &'a UnitTree, office: Option<&Unit>) -> Option<&'a Unit> {
    let is_committee = |u: &Unit| u.kind == UnitKind::PeopleCommittee;
    let path = office.map(|o| units.ancestry(o.id)).unwrap_or_default();
    let above: Vec<&Unit> = path.into_iter().filter_map(|id| units.get(id)).collect();
    let nearest = above.iter().copied().find(|u| is_committee(u));
    nearest.or_else(|| highest(units, is_committee)).or_else(|| match office {
        Some(office) => above.last().copied().filter(|top| top.id != office.id),
        None => highest(units, |_| true),
    })
}

/// The unit nearest to the root of those asked for; the one with more below it, then by code, where several are.
fn highest(units: &UnitTree, asked: impl Fn(&Unit) -> bool) -> Option<&Unit> {
    let rank = |u: &&Unit| (units.ancestry(u.id).len(), Reverse(units.subtree(u.id).len()), u.code.clone());
    units.all().filter(|u| asked(u)).min_by_key(rank)
}

/// What follows in the name of a people's committee; None where it isn't called one.
fn after_committee(name: &str) -> Option<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    COMMITTEE.iter().find_map(|head| {
        let length = head.split(' ').count();
        let (first, rest) = words.split_at_checked(length)?;
        (fold(&first.join(" ")) == *head).then(|| rest.join(" "))
    })
}

/// `Ủy ban nhân dân thị xã Đức Phổ` is of `thị xã`, `Đức Phổ`; `Sở Nội vụ tỉnh Kon Tum` of `tỉnh`, `Kon Tum`.
/// Where no kind is told, the whole name is the place.
fn locality_of(committee: &str) -> (String, String) {
    let whole = tidy(committee);
    let named = after_committee(&whole);
    let full = named.clone().filter(|rest| !rest.is_empty()).unwrap_or_else(|| whole.clone());
    let words: Vec<&str> = full.split(' ').collect();
    // The kind heads a committee's place; in another body's name it may stand later, before a proper name.
    let starts = if named.is_some() { 0..1 } else { 0..words.len() };
    for start in starts {
        for kind in KINDS {
            let length = kind.split(' ').count();
            let Some((found, rest)) = words[start..].split_at_checked(length) else { continue };
            let proper = rest.first().and_then(|w| w.chars().next()).is_some_and(char::is_uppercase);
            if found.join(" ").to_lowercase() == kind && (proper || (named.is_some() && start == 0)) {
                let name = rest.join(" ");
                return (kind.to_owned(), if name.is_empty() { GAP.to_owned() } else { name });
            }
        }
    }
    (String::new(), full)
}

#[cfg(test)]
#[path = "letterhead_tests.rs"]
mod tests;
