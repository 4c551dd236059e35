//! Pages: walked they are the whole list, in every published order both ways, and their tokens are bound.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bonro::pb::v1;
use bonro::pb::v1::dossier_service_client::DossierServiceClient;
use tonic::Code;

use super::filters::{fill, list};
use super::office::{ALL, Office, fields, refusal};
use crate::support::both;

/// The key by which a dossier is ordered; none counts as the latest due date.
fn key(dossier: &v1::Dossier, order: &str) -> (i64, String) {
    let at = |at: Option<prost_types::Timestamp>| at.map_or(i64::MAX, |at| at.seconds);
    match order {
        "code" => (0, dossier.code.clone()),
        "received_at" => (at(dossier.received_at), String::new()),
        _ => (at(dossier.due_at), String::new()),
    }
}

both!(pages_in_every_order_make_up_the_whole_list, |house| {
    let office = Office::open(&house).await;
    fill(&office).await;
    let mut client = office.dossiers();
    for order in ["code", "received_at", "due_at"] {
        for filter in ["", "unit = \"units/A\"", "closed_at = null"] {
            let whole =
                client.list_dossiers(list(filter, order, 1000, "")).await.expect("a list").into_inner();
            assert!(whole.next_page_token.is_empty());
            let whole = whole.dossiers;
            let keys: Vec<_> = whole.iter().map(|d| key(d, order)).collect();
            assert!(keys.is_sorted(), "{order}: {keys:?}");
            let mut distinct = keys.clone();
            distinct.dedup();
            assert!(order == "code" || distinct.len() < keys.len(), "{order}: equal keys are tried too");
            for (direction, step) in [("", 1), ("", 4), (" asc", 5), (" desc", 1), (" desc", 3)] {
                let order_by = format!("{order}{direction}");
                let mut walked = Vec::new();
                let mut token = String::new();
                loop {
                    let page = client.list_dossiers(list(filter, &order_by, step, &token)).await;
                    let page = page.expect("a page").into_inner();
                    let last = page.next_page_token.is_empty();
                    assert!(last || page.dossiers.len() == usize::try_from(step).expect("small"));
                    assert!(!page.dossiers.is_empty(), "no empty page");
                    walked.extend(page.dossiers);
                    if last {
                        break;
                    }
                    token = page.next_page_token;
                }
                if direction == " desc" {
                    walked.reverse();
                }
                assert_eq!(walked, whole, "{filter} {order_by} by {step}");
            }
        }
    }
    // Where nothing is said: by receipt, the oldest first.
    let usual = client.list_dossiers(list("", "", 0, "")).await.expect("a list").into_inner();
    let asked = client.list_dossiers(list("", "received_at", 0, "")).await.expect("a list").into_inner();
    assert_eq!(usual.dossiers, asked.dossiers);
});

both!(a_page_has_a_size, |house| {
    let office = Office::open(&house).await;
    for number in 0..55 {
        office.receive(Office::new_dossier(&format!("D-{number:02}"))).await;
    }
    let mut client = office.dossiers();
    let mut count = async |size: i32| {
        let page = client.list_dossiers(list("", "code", size, "")).await.map(tonic::Response::into_inner);
        page.map(|page| (page.dossiers.len(), page.next_page_token.is_empty()))
    };
    assert_eq!(count(0).await.expect("the usual size"), (50, false));
    assert_eq!(count(54).await.expect("a size"), (54, false));
    assert_eq!(count(55).await.expect("a size"), (55, true));
    assert_eq!(count(1_000_000).await.expect("coerced"), (55, true));
    for size in [-1, i32::MIN] {
        let refused = count(size).await.expect_err("negative");
        assert_eq!(refusal(&refused), (Code::InvalidArgument, "NEGATIVE".to_owned()));
        assert_eq!(fields(&refused), ["page_size"]);
    }
});

both!(a_token_belongs_to_one_caller_and_question, |house| {
    let office = Office::open(&house).await;
    fill(&office).await;
    let mut client = office.dossiers();
    let (filter, order) = ("open = true", "due_at");
    let page = client.list_dossiers(list(filter, order, 2, "")).await.expect("a page").into_inner();
    let token = page.next_page_token;
    let next = client.list_dossiers(list(filter, order, 2, &token)).await.expect("the next").into_inner();
    let again = client.list_dossiers(list(filter, order, 3, &token)).await.expect("any size").into_inner();
    assert_eq!(again.dossiers[..2], next.dossiers[..]);

    let refused = |status: tonic::Status| {
        assert_eq!(refusal(&status), (Code::InvalidArgument, "FOREIGN_PAGE_TOKEN".to_owned()));
        assert_eq!(fields(&status), ["page_token"]);
    };
    for (filter, order) in
        [("open = false", order), ("", order), (filter, "due_at desc"), (filter, "received_at"), (filter, "")]
    {
        refused(client.list_dossiers(list(filter, order, 2, &token)).await.expect_err("another question"));
    }
    // Another caller with the same rights, and one with a smaller reach.
    for unit in ["", "A"] {
        let key = office.line.key(&ALL, "", unit).await;
        let mut other = DossierServiceClient::new(office.line.call(&key));
        refused(other.list_dossiers(list(filter, order, 2, &token)).await.expect_err("another caller"));
    }
    // Another RPC.
    let events = v1::ListDossierEventsRequest {
        parent: "dossiers/A-1".to_owned(),
        page_token: token.clone(),
        ..Default::default()
    };
    refused(client.list_dossier_events(events).await.expect_err("another list"));
    // Tampered with: each byte of seal and cursor matters, and so does what is added.
    let bytes = URL_SAFE_NO_PAD.decode(&token).expect("it is base64");
    let mut forged: Vec<Vec<u8>> = (0..bytes.len())
        .map(|place| {
            let mut bytes = bytes.clone();
            bytes[place] ^= 1;
            bytes
        })
        .collect();
    forged.extend([bytes[..bytes.len() - 1].to_vec(), [&bytes[..], b" "].concat(), bytes[..16].to_vec()]);
    for bytes in forged {
        let token = URL_SAFE_NO_PAD.encode(bytes);
        refused(client.list_dossiers(list(filter, order, 2, &token)).await.expect_err("forged"));
    }
    refused(client.list_dossiers(list(filter, order, 2, "không phải token")).await.expect_err("no token"));
});
