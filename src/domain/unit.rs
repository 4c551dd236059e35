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

impl UnitKind {
    /// The report's group of that kind, if any.
    pub fn group(self) -> Option<Group> {
        match self {
            Self::SpecialisedAgency => Some(Group::SpecialisedAgencies),
            Self::Commune => Some(Group::Communes),
            Self::LandRegistryBranch => Some(Group::LandRegistryBranch),
            Self::PeopleCommittee | Self::Office | Self::OneStopShop | Self::PublicServiceUnit | Self::Other => None,
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
