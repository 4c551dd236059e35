//! DKIM (RFC 6376): mails are signed in the name of a domain, so that the receiving side can tell them from forged ones.

use std::fmt;

use lettre::Message;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::HeaderName;

/// What is signed besides the body. Each stands once, or not at all and may not be added later. Not Content-Type: lettre
/// counts a multipart's to its body, and so would sign that there is none.
const SIGNED: [&str; 10] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "List-Id",
    "Auto-Submitted",
    "MIME-Version",
];

/// A domain's key, and the name under which its other half is published.
pub struct Signing(DkimConfig);

/// Why a key can't sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSigningKey {
    /// PKCS#8, which `openssl genrsa` writes unless told otherwise.
    #[error("it is a PKCS#8 key; write it anew with `openssl rsa -traditional`")]
    Pkcs8,
    /// Neither kind.
    #[error(
        "it is neither an RSA key in PEM (-----BEGIN RSA PRIVATE KEY-----) nor 32 bytes of Ed25519 in base64: {0}"
    )]
    Unreadable(String),
}

impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the key.
        f.write_str("Signing")
    }
}

impl Signing {
    /// Reads a key: RSA in PEM (PKCS#1), or 32 bytes of Ed25519 in base64. The receiver looks for its other half at
    /// `SELECTOR._domainkey.DOMAIN`.
    pub fn new(selector: &str, domain: &str, key: &str) -> Result<Self, BadSigningKey> {
        let key = key.trim();
        if key.contains("BEGIN PRIVATE KEY") {
            return Err(BadSigningKey::Pkcs8);
        }
        let algorithm =
            if key.contains("-----") { DkimSigningAlgorithm::Rsa } else { DkimSigningAlgorithm::Ed25519 };
        let key =
            DkimSigningKey::new(key, algorithm).map_err(|e| BadSigningKey::Unreadable(e.to_string()))?;
        // Servers on the way may fold a header anew or cut blanks at an end; nothing that is read changes by it.
        let relaxed = DkimCanonicalization {
            header: DkimCanonicalizationType::Relaxed,
            body: DkimCanonicalizationType::Relaxed,
        };
        let headers = SIGNED.iter().map(|name| HeaderName::new_from_ascii_str(name)).collect();
        Ok(Self(DkimConfig::new(selector.to_owned(), domain.to_owned(), key, headers, relaxed)))
    }

    pub(super) fn sign(&self, message: &mut Message) {
        message.sign(&self.0);
    }
}
