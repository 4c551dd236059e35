//! Who makes the report: from the settings, else from the register of units. A house of another town
//! must not sign with the name of the first one.

use super::settings::ReportSettings;
use crate::domain::unit::{Unit, UnitKind, UnitTree};
use crate::report::Locality;

/// What localities are, the longer words before those that they contain.
const KINDS: [&str; 9] =
    ["thành phố", "thị trấn", "đặc khu", "thị xã", "phường", "huyện", "quận", "tỉnh", "xã"];
/// How the name of a people's committee begins.
const COMMITTEE: [&str; 2] = ["Ủy ban nhân dân ", "UBND "];

/// The names at the head and the foot of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// The body above the issuing one.
    pub superior: String,
    /// The issuing office.
    pub office: String,
    kind: String,
    name: String,
    upper: String,
}

impl Letterhead {
    /// What the settings say, and for what they leave empty what the units say.
    pub fn of(settings: &ReportSettings, units: &UnitTree) -> Self {
        let given =
            |setting: &str, found: String| if setting.is_empty() { found } else { setting.to_owned() };
        let office = highest(units, UnitKind::Office);
        let committee = office
            .and_then(|o| {
                let above = units.ancestry(o.id).into_iter().filter_map(|id| units.get(id));
                above.into_iter().find(|u| u.kind == UnitKind::PeopleCommittee)
            })
            .or_else(|| highest(units, UnitKind::PeopleCommittee));
        let committee = committee.map(|u| u.name.clone()).unwrap_or_default();
        let (kind, name) = locality_of(&committee);
        Self {
            office: given(&settings.office, office.map_or_else(|| committee.clone(), |u| u.name.clone())),
            kind: given(&settings.locality_kind, kind),
            name: given(&settings.locality, name),
            upper: settings.locality_upper.clone(),
            superior: given(&settings.superior, committee),
        }
    }

    /// Where the office is.
    pub fn locality(&self) -> Locality<'_> {
        Locality { kind: &self.kind, name: &self.name, upper: &self.upper }
    }
}

/// The unit of a kind that is nearest to the root; by code where several are.
fn highest(units: &UnitTree, kind: UnitKind) -> Option<&Unit> {
    units.all().filter(|u| u.kind == kind).min_by_key(|u| (units.ancestry(u.id).len(), &u.code))
}

/// `Ủy ban nhân dân thị xã Đức Phổ` is of `thị xã`, `Đức Phổ`.
fn locality_of(committee: &str) -> (String, String) {
    let full = COMMITTEE.iter().find_map(|head| committee.strip_prefix(head)).unwrap_or(committee).trim();
    let split = KINDS.iter().find_map(|kind| {
        let name = full.strip_prefix(kind)?.strip_prefix(' ')?;
        Some(((*kind).to_owned(), name.trim().to_owned()))
    });
    split.unwrap_or_else(|| (String::new(), full.to_owned()))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::service::settings::OfficeSettings;

    fn unit(number: u128, kind: UnitKind, name: &str, parent: Option<u128>) -> Unit {
        Unit {
            id: Uuid::from_u128(number),
            code: format!("U{number}"),
            name: name.to_owned(),
            kind,
            parent_id: parent.map(Uuid::from_u128),
        }
    }

    #[test]
    fn names_come_from_the_units_unless_the_settings_say_otherwise() {
        let units = UnitTree::new(vec![
            unit(1, UnitKind::PeopleCommittee, "Ủy ban nhân dân thành phố Hội An", None),
            unit(2, UnitKind::Office, "Văn phòng HĐND và UBND thành phố", Some(1)),
            unit(3, UnitKind::Commune, "UBND xã Cẩm Hà", Some(1)),
        ]);
        let mut settings = OfficeSettings::default().report;
        let head = Letterhead::of(&settings, &units);
        assert_eq!(head.superior, "Ủy ban nhân dân thành phố Hội An");
        assert_eq!(head.office, "Văn phòng HĐND và UBND thành phố");
        assert_eq!(head.locality().full(), "thành phố Hội An");
        settings.office = "VĂN PHÒNG".to_owned();
        settings.locality = "Hội An cổ".to_owned();
        let head = Letterhead::of(&settings, &units);
        assert_eq!((head.office.as_str(), head.locality().name), ("VĂN PHÒNG", "Hội An cổ"));
    }

    #[test]
    fn a_house_without_an_office_signs_as_its_committee() {
        let units = UnitTree::new(vec![unit(1, UnitKind::PeopleCommittee, "UBND xã Phổ An", None)]);
        let head = Letterhead::of(&OfficeSettings::default().report, &units);
        assert_eq!((head.office.as_str(), head.locality().full().as_str()), ("UBND xã Phổ An", "xã Phổ An"));
        let head = Letterhead::of(&OfficeSettings::default().report, &UnitTree::default());
        assert_eq!((head.superior.as_str(), head.locality().full().as_str()), ("", ""));
    }
}
