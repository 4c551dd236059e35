//! Roles and languages between wire and domain.

use crate::domain::official::OfficialRole;
use crate::domain::permission::Role;
use crate::pb::v1;

/// A role of the wire; None where it isn't said.
pub fn read(role: v1::Role) -> Option<Role> {
    Some(match role {
        v1::Role::Unspecified => return None,
        v1::Role::Clerk => Role::Clerk,
        v1::Role::Officer => Role::Officer,
        v1::Role::Head => Role::Head,
        v1::Role::Leader => Role::Leader,
        v1::Role::Coordinator => Role::Coordinator,
        v1::Role::Engineer => Role::Engineer,
        v1::Role::Importer => Role::Importer,
    })
}

/// A role for the wire.
pub fn write(role: Role) -> v1::Role {
    match role {
        Role::Clerk => v1::Role::Clerk,
        Role::Officer => v1::Role::Officer,
        Role::Head => v1::Role::Head,
        Role::Leader => v1::Role::Leader,
        Role::Coordinator => v1::Role::Coordinator,
        Role::Engineer => v1::Role::Engineer,
        Role::Importer => v1::Role::Importer,
    }
}

/// An official's role of the wire; None where it is none of an official.
pub fn official(role: v1::Role) -> Option<OfficialRole> {
    read(role).and_then(|role| OfficialRole::parse(role.as_str()))
}

/// An official's role, from its word, for the wire.
pub fn of_word(word: &str) -> v1::Role {
    Role::parse(word).map_or(v1::Role::Unspecified, write)
}

/// A language of the wire as `vi` or `en`; None where it isn't said.
pub fn language(language: v1::Language) -> Option<&'static str> {
    match language {
        v1::Language::Unspecified => None,
        v1::Language::Vietnamese => Some("vi"),
        v1::Language::English => Some("en"),
    }
}

/// A language's word for the wire.
pub fn wire_language(word: &str) -> v1::Language {
    if word == "en" { v1::Language::English } else { v1::Language::Vietnamese }
}
