//! Units: agencies in a tree that changes over time (domain.md §9). Identity is the system's own
//! id; a code is an attribute with validity.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::dossier::state::words;

words! {
    /// What a unit is. The report's groups come from it, not from the tree.
    UnitKind {
        /// Ủy ban nhân dân.
        PeopleCommittee = "people_committee",
        /// Văn phòng.
        Office = "office",
        /// Bộ phận Tiếp nhận và Trả kết quả.
        OneStopShop = "one_stop_shop",
        /// Cơ quan chuyên môn.
        SpecialisedAgency = "specialised_agency",
        /// Xã, phường.
        Commune = "commune",
        /// Chi nhánh Văn phòng Đăng ký đất đai.
        LandRegistryBranch = "land_registry_branch",
        /// Đơn vị sự nghiệp công lập.
        PublicServiceUnit = "public_service_unit",
        /// Anything else; in no group.
        Other = "other",
    }
}

words! {
    /// A group of the period report.
    Group {
        /// Các cơ quan chuyên môn.
        SpecialisedAgencies = "specialised_agencies",
        /// Các xã, phường.
        Communes = "communes",
        /// Chi nhánh Văn phòng Đăng ký đất đai.
        LandRegistryBranch = "land_registry_branch",
    }
}

impl Group {
    /// Its name as a heading.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::SpecialisedAgencies => "Các cơ quan chuyên môn",
            Self::Communes => "Các xã, phường",
            Self::LandRegistryBranch => "Chi nhánh Văn phòng Đăng ký đất đai",
        }
    }
}

impl UnitKind {
    /// The report's group of that kind, if any.
    pub fn group(self) -> Option<Group> {
        match self {
            Self::SpecialisedAgency => Some(Group::SpecialisedAgencies),
            Self::Commune => Some(Group::Communes),
            Self::LandRegistryBranch => Some(Group::LandRegistryBranch),
            Self::PeopleCommittee
            | Self::Office
            | Self::OneStopShop
            | Self::PublicServiceUnit
            | Self::Other => None,
        }
    }
}

/// A unit as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its identity.
    pub id: Uuid,
    /// Its present code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// What it belongs to.
    pub parent_id: Option<Uuid>,
}

/// The tree of units.
#[derive(Debug, Clone, Default)]
pub struct UnitTree {
    units: HashMap<Uuid, Unit>,
    by_code: HashMap<String, Uuid>,
}

impl UnitTree {
    /// Builds the tree.
    pub fn new(units: Vec<Unit>) -> Self {
        let by_code = units.iter().map(|u| (u.code.clone(), u.id)).collect();
        Self { units: units.into_iter().map(|u| (u.id, u)).collect(), by_code }
    }

    /// A unit by id.
    pub fn get(&self, id: Uuid) -> Option<&Unit> {
        self.units.get(&id)
    }

    /// A unit by its present code.
    pub fn by_code(&self, code: &str) -> Option<&Unit> {
        self.units.get(self.by_code.get(code)?)
    }

    /// All units, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Unit> {
        self.units.values()
    }

    /// The unit and what it belongs to, from itself upwards. A circle ends where it closes.
    pub fn ancestry(&self, id: Uuid) -> Vec<Uuid> {
        let mut path = Vec::new();
        let mut next = Some(id);
        while let Some(at) = next.filter(|at| !path.contains(at)) {
            path.push(at);
            next = self.units.get(&at).and_then(|u| u.parent_id);
        }
        path
    }

    /// The unit and all below it.
    pub fn subtree(&self, root: Uuid) -> HashSet<Uuid> {
        self.units.keys().copied().filter(|id| self.ancestry(*id).contains(&root)).chain([root]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(number: u128, kind: UnitKind, parent: Option<u128>) -> Unit {
        Unit {
            id: Uuid::from_u128(number),
            code: format!("U{number}"),
            name: format!("Đơn vị {number}"),
            kind,
            parent_id: parent.map(Uuid::from_u128),
        }
    }

    fn tree() -> UnitTree {
        UnitTree::new(vec![
            unit(1, UnitKind::PeopleCommittee, None),
            unit(2, UnitKind::Office, Some(1)),
            unit(3, UnitKind::OneStopShop, Some(2)),
            unit(4, UnitKind::Commune, Some(1)),
            unit(5, UnitKind::Other, Some(99)),
        ])
    }

    fn ids(numbers: &[u128]) -> Vec<Uuid> {
        numbers.iter().map(|n| Uuid::from_u128(*n)).collect()
    }

    #[test]
    fn the_tree_is_walked_up_and_down() {
        let tree = tree();
        assert_eq!(tree.ancestry(Uuid::from_u128(3)), ids(&[3, 2, 1]));
        assert_eq!(tree.ancestry(Uuid::from_u128(5)), ids(&[5, 99]), "a parent that isn't there ends it");
        assert_eq!(tree.subtree(Uuid::from_u128(2)), ids(&[2, 3]).into_iter().collect());
        assert_eq!(tree.subtree(Uuid::from_u128(1)), ids(&[1, 2, 3, 4]).into_iter().collect());
        assert_eq!(tree.subtree(Uuid::from_u128(7)), ids(&[7]).into_iter().collect());
        assert_eq!(tree.by_code("U4").map(|u| u.id), Some(Uuid::from_u128(4)));
        assert_eq!((tree.by_code("u4"), tree.get(Uuid::from_u128(7))), (None, None));
        assert_eq!(tree.all().count(), 5);
    }

    #[test]
    fn a_circle_ends_where_it_closes() {
        let circle = UnitTree::new(vec![
            unit(1, UnitKind::Office, Some(3)),
            unit(2, UnitKind::Office, Some(1)),
            unit(3, UnitKind::Office, Some(2)),
        ]);
        assert_eq!(circle.ancestry(Uuid::from_u128(1)), ids(&[1, 3, 2]));
        assert_eq!(circle.subtree(Uuid::from_u128(2)).len(), 3);
    }

    #[test]
    fn groups_come_from_the_kind() {
        let grouped: Vec<(UnitKind, Group)> =
            UnitKind::ALL.iter().filter_map(|kind| Some((*kind, kind.group()?))).collect();
        let expected = [
            (UnitKind::SpecialisedAgency, Group::SpecialisedAgencies),
            (UnitKind::Commune, Group::Communes),
            (UnitKind::LandRegistryBranch, Group::LandRegistryBranch),
        ];
        assert_eq!(grouped, expected);
        for kind in UnitKind::ALL {
            assert_eq!(UnitKind::parse(kind.as_str()), Some(*kind));
        }
    }
}
