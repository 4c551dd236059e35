//! `request_id`: the same again returns the first answer and does nothing more.

use bonro::pb::v1;
use bonro::pb::v1::dossier_service_client::DossierServiceClient;
use prost::Message as _;
use sea_orm::{ConnectionTrait as _, Statement};
use tonic::Code;

use super::office::{Office, fields, refusal};
use crate::support::both;

const ID: &str = "01900000-0000-7000-8000-0000000000aa";

fn receipt(code: &str) -> v1::ReceiveDossierRequest {
    v1::ReceiveDossierRequest { request_id: ID.to_owned(), ..Office::new_dossier(code) }
}

/// What a mutation writes beside its work.
async fn written(office: &Office) -> [i64; 4] {
    let mut counts = [0; 4];
    for (count, table) in counts.iter_mut().zip(["event", "figure_entry", "audit", "request_replay"]) {
        *count = office.count(table).await;
    }
    counts
}

both!(a_replay_returns_the_first_answer_and_writes_nothing, |house| {
    let office = Office::open(&house).await;
    let mut client = office.dossiers();
    let first = client.receive_dossier(receipt("D")).await.expect("received").into_inner();
    office.does("start", "D").await;
    let before = written(&office).await;
    office.tick();
    let again = client.receive_dossier(receipt("D")).await.expect("the first answer").into_inner();
    assert_eq!(again.encode_to_vec(), first.encode_to_vec(), "byte for byte, though it has moved on");
    let verb = |reason: &str| v1::WithdrawDossierRequest {
        name: "dossiers/D".to_owned(),
        reason: reason.to_owned(),
        etag: "2".to_owned(),
        request_id: ID.to_owned(),
        ..Default::default()
    };
    assert_eq!(written(&office).await, before);
    // Ids belong to an RPC: the same one names another change elsewhere.
    let first = client.withdraw_dossier(verb("đổi ý")).await.expect("withdrawn").into_inner();
    let before = written(&office).await;
    let again = client.withdraw_dossier(verb("đổi ý")).await.expect("the first answer").into_inner();
    assert_eq!(again.encode_to_vec(), first.encode_to_vec(), "the etag of then is no stale one");
    assert_eq!(written(&office).await, before);
});

both!(another_payload_under_the_same_id_is_refused, |house| {
    let office = Office::open(&house).await;
    let mut client = office.dossiers();
    client.receive_dossier(receipt("D")).await.expect("received");
    let before = written(&office).await;
    let refused = client.receive_dossier(receipt("E")).await.expect_err("another payload");
    assert_eq!(refusal(&refused), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
    assert_eq!(fields(&refused), ["request_id"]);
    assert_eq!(written(&office).await, before);
    // An id belongs to a key; keys may share a label.
    let other = office.line.key(&[v1::Role::Clerk], "", "A").await;
    let mut other = DossierServiceClient::new(office.line.call(&other));
    let made = other.receive_dossier(receipt("E")).await.expect("its own id").into_inner();
    assert_eq!(made.dossier.expect("the dossier").code, "E");
});

both!(a_refusal_is_not_kept, |house| {
    let office = Office::open(&house).await;
    let mut client = office.dossiers();
    let wrong = v1::ReceiveDossierRequest { unit: "units/NONE".to_owned(), ..receipt("D") };
    client.receive_dossier(wrong).await.expect_err("no such unit");
    client.receive_dossier(receipt("D")).await.expect("mended, under the same id");
    let resolve = |name: &str| v1::ReturnResultRequest {
        name: name.to_owned(),
        request_id: ID.to_owned(),
        ..Default::default()
    };
    let refused = client.return_result(resolve("dossiers/D")).await.expect_err("not resolved");
    assert_eq!(refused.code(), Code::FailedPrecondition);
    office.does("resolve", "D").await;
    office.tick();
    client.return_result(resolve("dossiers/D")).await.expect("now it may be");
});

both!(concurrent_twins_get_one_answer, |house| {
    let office = Office::open(&house).await;
    for round in 0..5 {
        let code = format!("D{round}");
        let id = format!("01900000-0000-7000-8000-00000000000{round}");
        let before = written(&office).await;
        let twins = futures_util::future::join_all((0..4).map(|_| {
            let mut client = office.dossiers();
            let request = v1::ReceiveDossierRequest { request_id: id.clone(), ..Office::new_dossier(&code) };
            async move { client.receive_dossier(request).await }
        }));
        let answers: Vec<Vec<u8>> = twins
            .await
            .into_iter()
            .map(|twin| twin.expect("each is answered").into_inner().encode_to_vec())
            .collect();
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "round {round}");
        let after = written(&office).await;
        assert_eq!((after[0], after[2], after[3]), (before[0] + 1, before[2] + 1, before[3] + 1));
        // The same of a verb: without a code that could be taken, the id alone holds them together.
        let before = written(&office).await;
        office.tick();
        let twins = futures_util::future::join_all((0..4).map(|_| {
            let mut client = office.dossiers();
            let request = v1::HandOverRequest {
                name: format!("dossiers/{code}"),
                to_holder: "officials/A-02".to_owned(),
                request_id: id.clone(),
                ..Default::default()
            };
            async move { client.hand_over(request).await }
        }));
        let answers: Vec<Vec<u8>> = twins
            .await
            .into_iter()
            .map(|twin| twin.expect("each is answered").into_inner().encode_to_vec())
            .collect();
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "round {round}");
        assert_eq!(written(&office).await[0], before[0] + 1);
    }
});

both!(nothing_kept_tells_of_the_applicant, |house| {
    const WORDS: [&str; 4] = ["Người Thử Nghiệm", "0900000123", "thu@example.org", "Ngõ Thử 7"];
    let office = Office::open(&house).await;
    let applicant = v1::Applicant {
        kind: v1::ApplicantKind::Person.into(),
        full_name: WORDS[0].to_owned(),
        phone: WORDS[1].to_owned(),
        email: WORDS[2].to_owned(),
        address: WORDS[3].to_owned(),
    };
    let request = v1::ReceiveDossierRequest { applicant: Some(applicant), ..receipt("D") };
    let answer = office.dossiers().receive_dossier(request.clone()).await.expect("received").into_inner();
    let holds = |bytes: &[u8]| WORDS.iter().any(|w| bytes.windows(w.len()).any(|b| b == w.as_bytes()));
    assert!(holds(&request.encode_to_vec()), "the search finds what is there");
    assert!(!holds(&answer.encode_to_vec()), "an answer needs no name");

    let database = office.behind().await;
    let engine = database.get_database_backend();
    let rows = async |sql: &str| {
        database.query_all_raw(Statement::from_string(engine, sql)).await.expect("the rows are read")
    };
    let kept = rows("SELECT answer, request_hash FROM request_replay").await;
    assert_eq!(kept.len(), 1);
    let bytes: Vec<u8> = kept[0].try_get("", "answer").expect("bytes");
    let hash: String = kept[0].try_get("", "request_hash").expect("a hash");
    assert!(bytes == answer.encode_to_vec() && !holds(&bytes) && hash.len() == 64);
    for (table, columns) in [
        ("event", "payload || reason || actor_label"),
        ("audit", "subject || detail || caller"),
        ("dossier", "code || flags"),
    ] {
        for row in rows(&format!("SELECT {columns} AS said FROM {table}")).await {
            let said: String = row.try_get("", "said").expect("a text");
            assert!(!holds(said.as_bytes()), "{table}: {said}");
        }
    }
    // Kept apart, where it can be erased alone.
    let rows = rows("SELECT name, contact FROM applicant").await;
    let name: String = rows[0].try_get("", "name").expect("a name");
    let contact: String = rows[0].try_get("", "contact").expect("a contact");
    assert_eq!((rows.len(), name.as_str()), (1, WORDS[0]));
    assert!(WORDS[1..].iter().all(|word| contact.contains(word)), "{contact}");
    database.close().await.expect("an idle connection closes");
});
