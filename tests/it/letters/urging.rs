//! The Office urges a unit.

use bonro::pb::v1;
use tonic::Code;

use super::{bytes, client, receive, refused, sentence};
use crate::dossiers::office::Office;
use crate::support::both;
use crate::support::packages::{parts, words};

fn of(unit: &str, days: Option<i32>) -> v1::DraftUrgingRequest {
    v1::DraftUrgingRequest { unit: format!("units/{unit}"), due_within_working_days: days }
}

/// On Tuesday, 28 May 2024, at 09:00, what came in on the 16th was due on the 23rd, what came in on the 22nd is due on
/// the 29th.
async fn late(office: &Office) {
    receive(office, "U-1", "A", "A-01").await;
    office.tick();
    receive(office, "U-2", "A", "A-02").await;
    office.does("reappoint", "U-2").await;
    office.tick();
    receive(office, "U-3", "B", "B-01").await;
    receive(office, "U-4", "A1", "").await;
    receive(office, "U-5", "A", "A-01").await;
    office.does("start", "U-5").await;
    office.does("supplement", "U-5").await;
    office.set("2024-05-22T02:00:00Z");
    receive(office, "U-6", "A", "A-01").await;
    office.set("2024-05-28T02:00:00Z");
}

both!(a_unit_is_urged_by_its_officials, |house| {
    let office = Office::open(&house).await;
    late(&office).await;
    let mut letters = client(&office, &office.key);
    let drawn = letters.draft_urging(of("A", None)).await.expect("a letter").into_inner();
    // U-3 is another unit's, the clock of U-5 stands.
    assert_eq!((drawn.overdue_count, drawn.near_due_count), (3, 1));
    let file = bytes(drawn.file, "cong-van-don-doc-A-2024-05-28.docx");
    insta::assert_snapshot!("urging", words(&file));
    let text = parts(&file).remove("word/document.xml").expect("the document");
    assert_eq!(text.matches("<w:tblHeader/>").count(), 1);
    let again = letters.draft_urging(of("A", Some(3))).await.expect("a letter").into_inner();
    assert_eq!(bytes(again.file, "cong-van-don-doc-A-2024-05-28.docx"), file, "the same at the same instant");

    let only = letters.draft_urging(of("A", Some(0))).await.expect("a letter").into_inner();
    assert_eq!((only.overdue_count, only.near_due_count), (3, 0));
    let whole = letters.draft_urging(of("T", Some(0))).await.expect("a letter").into_inner();
    assert_eq!(whole.overdue_count, 4, "with all that is below it");
    office.does("start", "U-4").await;
    office.does("resolve", "U-4").await;
    let fewer = letters.draft_urging(of("A", Some(0))).await.expect("a letter").into_inner();
    assert_eq!(fewer.overdue_count, 2);
    assert!(!words(&fewer.file.expect("a file").content).contains("U-4"));
});

both!(only_who_answers_for_a_unit_urges_it, |house| {
    let office = Office::open(&house).await;
    late(&office).await;
    let ask = async |roles: &[v1::Role], official: &str, unit: &str, of_unit: &str| {
        let key = office.line.key(roles, official, unit).await;
        client(&office, &key).draft_urging(of(of_unit, None)).await
    };
    ask(&[v1::Role::Head], "A-09", "A", "A").await.expect("its head");
    ask(&[v1::Role::Head], "A-09", "A", "A1").await.expect("what is below it");
    ask(&[v1::Role::Leader], "", "", "A").await.expect("a leader");
    ask(&[v1::Role::Coordinator], "", "", "A").await.expect("the coordinator");
    let other = refused(ask(&[v1::Role::Head], "A-09", "A", "B").await);
    assert_eq!((other.0, other.1.as_str()), (Code::NotFound, "NOT_FOUND"), "another unit isn't even known");
    assert_eq!(refused(ask(&[v1::Role::Head], "A-09", "A", "T").await).0, Code::NotFound);
    for role in [v1::Role::Officer, v1::Role::Clerk, v1::Role::Engineer, v1::Role::Importer] {
        let (code, reason, _) = refused(ask(&[role], "", "", "A").await);
        assert_eq!((code, reason.as_str()), (Code::PermissionDenied, "ROLE_MISSING"), "{role:?}");
    }
    assert_eq!(refused(client(&office, "").draft_urging(of("A", None)).await).0, Code::Unauthenticated);
});

both!(without_anything_overdue_there_is_nothing_to_urge, |house| {
    let office = Office::open(&house).await;
    receive(&office, "U-1", "A", "A-01").await;
    office.set("2024-05-22T02:00:00Z");
    let mut letters = client(&office, &office.key);
    let none = letters.draft_urging(of("A", None)).await.map(tonic::Response::into_inner);
    assert_eq!(refused(none.clone()).1, "NOTHING_OVERDUE");
    let said = sentence(none);
    assert_eq!(
        said,
        "units/A has no overdue dossier (1 soon fall due), so there is nothing to urge; choose another unit"
    );
    for days in [-1, 23] {
        let (code, reason, fields) = refused(letters.draft_urging(of("A", Some(days))).await);
        assert_eq!((code, reason.as_str()), (Code::InvalidArgument, "OUT_OF_RANGE"));
        assert_eq!(fields, ["due_within_working_days"]);
    }
    assert_eq!(refused(letters.draft_urging(v1::DraftUrgingRequest::default()).await).2, ["unit"]);
    let unknown = refused(letters.draft_urging(of("NONE", None)).await);
    assert_eq!((unknown.0, unknown.2.len()), (Code::NotFound, 0));
});
