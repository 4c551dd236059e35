//! The rights declared beside each RPC of the contract, read once from its descriptors.
//! Who calls is not known here: that is `caller`.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value};

use super::convert::role;
use crate::domain::permission::{Reach, Role};
use crate::pb::v1;

/// Name of the method option.
const OPTION: &str = "bonro.v1.rights";

/// Who may call an RPC, and how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// The RPC, such as `bonro.v1.UnitService/GetUnit`.
    pub rpc: String,
    /// One of these is needed.
    pub roles: Vec<Role>,
    /// How far it reaches.
    pub reach: Reach,
    /// Anybody may call it, without a key too.
    pub open: bool,
}

/// Why a contract can't be served.
#[derive(Debug, thiserror::Error)]
pub enum BadRights {
    /// The descriptors can't be read.
    #[error("the contract's descriptors can't be read: {0}")]
    Descriptors(String),
    /// An RPC without complete rights.
    #[error("{rpc}: {why}")]
    Rpc {
        /// The RPC.
        rpc: String,
        /// What is missing.
        why: &'static str,
    },
}

/// The rights of all RPCs by path.
#[derive(Debug)]
pub struct Rights(HashMap<String, Right>);

impl Rights {
    /// Reads them from an encoded descriptor set; every RPC must have them.
    pub fn read(descriptors: &[u8]) -> Result<Self, BadRights> {
        let pool = DescriptorPool::decode(descriptors).map_err(|e| BadRights::Descriptors(e.to_string()))?;
        let option = pool
            .get_extension_by_name(OPTION)
            .ok_or_else(|| BadRights::Descriptors(format!("no option {OPTION}")))?;
        let mut rights = HashMap::new();
        for service in pool.services() {
            for method in service.methods() {
                let rpc = format!("{}/{}", service.full_name(), method.name());
                let options = method.options();
                let bad = |why| BadRights::Rpc { rpc: rpc.clone(), why };
                if !options.has_extension(&option) {
                    return Err(bad("has no rights"));
                }
                let declared =
                    declared(&options.get_extension(&option)).ok_or_else(|| bad("unreadable rights"))?;
                rights.insert(format!("/{rpc}"), right(&rpc, &declared).map_err(bad)?);
            }
        }
        Ok(Self(rights))
    }

    /// The right of a path such as `/bonro.v1.UnitService/GetUnit`.
    pub fn of(&self, path: &str) -> Option<&Right> {
        self.0.get(path)
    }

    /// All of them, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Right> {
        self.0.values()
    }
}

fn declared(value: &Value) -> Option<v1::Rights> {
    let message: &DynamicMessage = value.as_message()?;
    debug_assert_eq!(message.descriptor().full_name(), "bonro.v1.Rights");
    message.transcode_to().ok()
}

fn right(rpc: &str, declared: &v1::Rights) -> Result<Right, &'static str> {
    let roles: Option<Vec<Role>> = declared.roles().map(role::read).collect();
    let roles = roles.ok_or("has an unspecified role")?;
    let reach = match declared.scope() {
        v1::Scope::All => Reach::All,
        v1::Scope::UnitSubtree => Reach::UnitSubtree,
        v1::Scope::OwnWork => Reach::OwnWork,
        v1::Scope::Unspecified => return Err("has no scope"),
    };
    if roles.is_empty() != declared.open {
        return Err("needs roles, or to be open to anybody, but not both");
    }
    Ok(Right { rpc: rpc.to_owned(), roles, reach, open: declared.open })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rpc_of_the_contract_has_rights() {
        let rights = Rights::read(crate::pb::DESCRIPTOR).expect("rights beside each RPC");
        assert!(rights.all().count() > 70, "the whole contract is walked");
        let get = rights.of("/bonro.v1.UnitService/GetUnit").expect("a known RPC");
        assert_eq!((get.reach, get.open, get.roles.len()), (Reach::All, false, 7));
        assert_eq!(rights.of("/bonro.v1.UnitService/Nothing"), None);
    }

    #[test]
    fn rights_say_who_and_how_far() {
        let declared = |roles: &[v1::Role], scope: v1::Scope, open| v1::Rights {
            roles: roles.iter().map(|r| (*r).into()).collect(),
            scope: scope.into(),
            open,
        };
        assert!(right("x", &declared(&[v1::Role::Head], v1::Scope::All, false)).is_ok());
        assert!(right("x", &declared(&[], v1::Scope::All, true)).is_ok());
        assert!(right("x", &declared(&[], v1::Scope::All, false)).is_err());
        assert!(right("x", &declared(&[v1::Role::Head], v1::Scope::Unspecified, false)).is_err());
        assert!(right("x", &declared(&[v1::Role::Unspecified], v1::Scope::All, false)).is_err());
    }
}
