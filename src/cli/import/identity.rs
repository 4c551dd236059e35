//! The id of an import: drawn from what is imported, so that the same command after a kill goes on
//! with the same import by itself, and a mended directory begins a new one.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::cli::connection::Line;
use crate::pb::v1 as pb;
use crate::pb::v1::import_service_client::ImportServiceClient;

/// A file by name, or whatever else makes the records what they are, such as the mapping.
pub type Part<'p> = (&'p str, &'p [u8]);

/// The `run`-th import of these parts from that source, from 0.
pub fn id(parts: &[Part<'_>], source: &str, kind: pb::ImportKind, run: u32) -> Uuid {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    add(b"bonro import");
    add(source.as_bytes());
    add(kind.as_str_name().as_bytes());
    add(&run.to_be_bytes());
    for (name, bytes) in parts {
        add(name.as_bytes());
        add(bytes);
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 5 is what says "by name", whatever the hash.
    uuid::Builder::from_sha1_bytes(bytes).into_uuid()
}

/// SHA-256 in hexadecimal digits: of a single file its own, of several that of their names and contents.
pub fn sha256(parts: &[Part<'_>]) -> String {
    if let [(_, bytes)] = parts {
        return hex::encode(Sha256::digest(bytes));
    }
    let mut hash = Sha256::new();
    for (name, bytes) in parts {
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    hex::encode(hash.finalize())
}

/// The import to go on with: the first of these files that isn't finished. Importing the same files once
/// more after a finished import is a new one, in which what is known is a cheap no-op.
pub async fn open(
    line: &Line,
    parts: &[Part<'_>],
    source: &str,
    kind: pb::ImportKind,
) -> anyhow::Result<Uuid> {
    let mut client = ImportServiceClient::new(line.clone());
    let mut run = 0;
    loop {
        let id = id(parts, source, kind, run);
        let request = pb::GetImportRequest { name: format!("imports/{id}") };
        match client.get_import(request).await {
            Ok(answer) => {
                let known = answer.into_inner().import_run.unwrap_or_default();
                if known.state() == pb::ImportState::Open {
                    return Ok(id);
                }
            }
            Err(status) if status.code() == tonic::Code::NotFound => return Ok(id),
            Err(status) => return Err(status.into()),
        }
        run += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_content_source_kind_and_run_only() {
        let full = pb::ImportKind::Full;
        let one = id(&[("units.csv", b"a")], "x", full, 0);
        assert_eq!(one, id(&[("units.csv", b"a")], "x", full, 0));
        assert_eq!(one.get_version_num(), 5);
        for other in [
            id(&[("units.csv", b"b")], "x", full, 0),
            id(&[("units.csv", b"a")], "y", full, 0),
            id(&[("units.csv", b"a")], "x", pb::ImportKind::Partial, 0),
            id(&[("units.csv", b"a")], "x", full, 1),
        ] {
            assert_ne!(one, other);
        }
    }
}
