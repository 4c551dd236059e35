//! The id of an import: drawn from what is imported, so that the same command after a kill goes on
//! with the same import by itself, and a mended directory begins a new one.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::cli::connection::Line;
use crate::intake::Files;
use crate::pb::v1 as pb;
use crate::pb::v1::import_service_client::ImportServiceClient;

/// The `run`-th import of these files from that source, from 0.
pub fn id(files: &Files, source: &str, kind: pb::ImportKind, run: u32) -> Uuid {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    add(b"bonro import");
    add(source.as_bytes());
    add(kind.as_str_name().as_bytes());
    add(&run.to_be_bytes());
    for (name, bytes) in files.records() {
        add(name.as_bytes());
        add(bytes);
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 5 is what says "by name", whatever the hash.
    uuid::Builder::from_sha1_bytes(bytes).into_uuid()
}

/// SHA-256 of what is imported: names and contents, in hexadecimal digits.
pub fn sha256(files: &Files) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in files.records() {
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    hex::encode(hash.finalize())
}

/// The import to go on with: the first of these files that isn't finished. Importing the same files once
/// more after a finished import is a new one, in which what is known is a cheap no-op.
pub async fn open(line: &Line, files: &Files, source: &str, kind: pb::ImportKind) -> anyhow::Result<Uuid> {
    let mut client = ImportServiceClient::new(line.clone());
    let mut run = 0;
    loop {
        let id = id(files, source, kind, run);
        let request = pb::GetImportRequest { name: format!("imports/{id}") };
        match client.get_import(request).await {
            Ok(answer) => {
                let known = answer.into_inner().import_run.unwrap_or_default();
                if known.state() != pb::ImportState::Finished {
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
        let files = |text: &str| Files::of_memory([("units.csv", text.as_bytes().to_vec())]);
        let full = pb::ImportKind::Full;
        let one = id(&files("a"), "x", full, 0);
        assert_eq!(one, id(&files("a"), "x", full, 0));
        assert_eq!(one.get_version_num(), 5);
        for other in [
            id(&files("b"), "x", full, 0),
            id(&files("a"), "y", full, 0),
            id(&files("a"), "x", pb::ImportKind::Partial, 0),
            id(&files("a"), "x", full, 1),
        ] {
            assert_ne!(one, other);
        }
    }
}
