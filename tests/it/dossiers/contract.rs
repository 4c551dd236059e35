//! A walk over all RPCs of the contract: each is served, none lets in who has no key or not the role.

use std::collections::HashMap;
use std::time::Duration;

use bonro::domain::permission::Role;
use bonro::grpc::{Right, Rights};
use bonro::pb::v1;
use prost::bytes::{Buf as _, Bytes};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use super::office::Office;
use crate::support::{Call, both};

/// Messages as bytes: an empty one is any request with nothing said.
#[derive(Debug, Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = ();
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = ();
    type Error = Status;

    fn encode(&mut self, (): (), _: &mut EncodeBuf<'_>) -> Result<(), Status> {
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// The end of a call with an empty message: how an answer begins, or the refusal.
async fn empty(call: &Call, rpc: &str) -> Result<(), Status> {
    let mut client = Grpc::new(call.clone());
    client.ready().await.expect("routes are always ready");
    let path: PathAndQuery = format!("/{rpc}").parse().expect("a path");
    let asking = client.streaming(Request::new(tokio_stream::once(())), path, Raw);
    let mut answers =
        tokio::time::timeout(Duration::from_secs(20), asking).await.expect("in time")?.into_inner();
    let first = tokio::time::timeout(Duration::from_secs(20), answers.message()).await;
    first.expect("in time").map(|_| ())
}

fn rights() -> Vec<Right> {
    let rights = Rights::read(bonro::pb::DESCRIPTOR).expect("rights beside each RPC");
    let mut all: Vec<Right> = rights.all().cloned().collect();
    all.sort_by(|a, b| a.rpc.cmp(&b.rpc));
    assert!(all.len() >= 100, "{} RPCs", all.len());
    all
}

const ROLES: [(Role, v1::Role); 7] = [
    (Role::Clerk, v1::Role::Clerk),
    (Role::Officer, v1::Role::Officer),
    (Role::Head, v1::Role::Head),
    (Role::Leader, v1::Role::Leader),
    (Role::Coordinator, v1::Role::Coordinator),
    (Role::Engineer, v1::Role::Engineer),
    (Role::Importer, v1::Role::Importer),
];

/// What any doing leaves behind.
async fn traces(office: &Office) -> [i64; 3] {
    [office.count("event").await, office.count("audit").await, office.count("request_replay").await]
}

both!(no_rpc_opens_without_a_key, |house| {
    let office = Office::open(&house).await;
    let before = traces(&office).await;
    for right in rights().into_iter().filter(|right| !right.open) {
        for (key, reason) in [("", "MISSING_KEY"), ("bonro_nobody", "UNKNOWN_KEY")] {
            let refused = empty(&office.line.call(key), &right.rpc).await.expect_err(&right.rpc);
            assert_eq!(refused.code(), Code::Unauthenticated, "{}", right.rpc);
            let info = refused.get_details_error_info().expect("a reason");
            assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason, "bonro"), "{}", right.rpc);
        }
    }
    assert_eq!(traces(&office).await, before);
});

both!(no_rpc_opens_without_the_role, |house| {
    let office = Office::open(&house).await;
    let mut keys: HashMap<Vec<Role>, String> = HashMap::new();
    let mut tried = 0;
    for right in rights().into_iter().filter(|right| !right.open) {
        let others: Vec<(Role, v1::Role)> =
            ROLES.into_iter().filter(|(role, _)| !right.roles.contains(role)).collect();
        if others.is_empty() {
            continue;
        }
        let named: Vec<Role> = others.iter().map(|(role, _)| *role).collect();
        if !keys.contains_key(&named) {
            let wire: Vec<v1::Role> = others.iter().map(|(_, role)| *role).collect();
            let key = office.line.key(&wire, "", "").await;
            keys.insert(named.clone(), key);
        }
        let before = traces(&office).await;
        let refused = empty(&office.line.call(&keys[&named]), &right.rpc).await.expect_err(&right.rpc);
        assert_eq!(refused.code(), Code::PermissionDenied, "{}", right.rpc);
        let info = refused.get_details_error_info().expect("a reason");
        assert_eq!(info.reason, "ROLE_MISSING", "{}", right.rpc);
        assert_eq!(info.metadata.get("rpc"), Some(&right.rpc));
        assert_eq!(traces(&office).await, before, "{}", right.rpc);
        tried += 1;
    }
    assert!(tried >= 60, "{tried} RPCs are closed to somebody, the rest is open to every role");
});

both!(every_rpc_is_served_and_bears_an_empty_message, |house| {
    let office = Office::open(&house).await;
    let key = office.line.key(&ROLES.map(|(_, role)| role), "A-09", "").await;
    let call = office.line.call(&key);
    for right in rights() {
        if let Err(status) = empty(&call, &right.rpc).await {
            let code = status.code();
            assert_ne!(code, Code::Unimplemented, "{}: {status:?}", right.rpc);
            assert!(!matches!(code, Code::Internal | Code::Unknown), "{}: {status:?}", right.rpc);
            let info = status.get_details_error_info();
            let info = info.unwrap_or_else(|| panic!("{}: no reason: {status:?}", right.rpc));
            assert_eq!(info.domain, "bonro", "{}", right.rpc);
            let said = status.get_details_localized_message().expect("a sentence for people");
            assert!(!said.message.is_empty(), "{}", right.rpc);
        }
    }
    let unknown = empty(&call, "bonro.v1.DossierService/BurnDossier").await.expect_err("no such RPC");
    assert_eq!(unknown.code(), Code::Unimplemented, "what isn't served is told so");
});
