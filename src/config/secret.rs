//! Values that must not be shown: they are masked wherever they are printed.

use std::fmt;

use serde::{Serialize, Serializer};

/// A secret. Only `expose` gives it away.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Secret {
    /// A URL without its password; three stars for anything else.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((scheme, rest)) = self.0.split_once(':') else { return f.write_str("***") };
        let is_scheme = !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric());
        if !is_scheme {
            return f.write_str("***");
        }
        let authority_ends = rest.strip_prefix("//").and_then(|rest| rest.rfind('@'));
        match authority_ends {
            None => f.write_str(&self.0),
            Some(at) => {
                let (login, place) = (&rest[2..2 + at], &rest[2 + at..]);
                let name = login.split_once(':').map_or(login, |(name, _)| name);
                write!(f, "{scheme}://{name}:***{place}")
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
