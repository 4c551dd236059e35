//! Whom a promise binds, who sees it, by which day it is judged, and that no proposal is left out unnoticed.

use bonro::pb::v1;
use bonro::pb::v1::commitment_service_client::CommitmentServiceClient;
use bonro::pb::v1::proposal_service_client::ProposalServiceClient;
use bonro::pb::v1::unit_service_client::UnitServiceClient;
use tonic::Code;

use super::desk::{Desk, PLACES, refusal};
use super::promised::{Carried, has};
use crate::records::town::date;
use crate::support::both;

async fn opened(desk: &mut Desk, from: &str, to: &str) -> String {
    let range = v1::DateRange { from_on: Some(date(from)), to_on: Some(date(to)) };
    let request = v1::OpenReportRequest {
        period: Some(v1::Period { choice: Some(v1::period::Choice::Range(range)) }),
        ..Default::default()
    };
    let opened = desk.reports.open_report(request).await.expect("it is opened").into_inner().report;
    opened.expect("a report").name
}

async fn place(desk: &mut Desk, name: &str, place: &str) -> v1::NarrativePlace {
    let request = v1::ListNarrativeRequest { name: name.into() };
    let places = desk.reports.list_narrative(request).await.expect("they are read").into_inner().places;
    places.into_iter().find(|found| found.place == place).expect("the form has it")
}

async fn written(desk: &mut Desk, name: &str) {
    for (place, text) in PLACES {
        desk.write(name, place, text).await;
    }
}

async fn signed(desk: &mut Desk, name: &str, number: &str) {
    desk.submit(name).await;
    let pdf = desk.file(name, v1::ReportPaper::Pdf).await.expect("it is printed");
    desk.sign(name, number, &pdf, "").await.expect("it is signed");
}

both!(a_day_that_is_not_over_is_not_missed, |house| {
    let mut at = Carried::open(&house.url).await;
    at.make("Niêm yết số điện thoại", "15/TB-VP", "2024-05-10", &["P1", "P2"]).await;
    at.make("Tập huấn", "16/TB-VP", "2024-05-16", &["VP"]).await;
    at.make("Tổng kết", "17/TB-VP", "2024-05-20", &["VP"]).await;
    at.desk.set("2024-05-16T03:00:00Z");
    let early = opened(&mut at.desk, "2024-05-01", "2024-05-31").await;
    let page = at.page(&early).await;
    has(
        &page,
        "đến ngày 16/5/2024 chưa có đơn vị nào trong 02 đơn vị hoàn thành; 02 đơn vị quá hạn chưa hoàn thành: Đơn vị P1, Đơn vị P2.",
    );
    has(&page, "- Tập huấn (văn bản số 16/TB-VP): Đơn vị VP thực hiện, thời hạn chậm nhất ngày 16/5/2024.");
    has(&page, "- Tổng kết (văn bản số 17/TB-VP): Đơn vị VP thực hiện, thời hạn chậm nhất ngày 20/5/2024.");
    assert!(!page.contains("chưa hoàn thành, đã quá hạn"), "neither is overdue");
    written(&mut at.desk, &early).await;
    at.desk.submit(&early).await;

    // The last day of a period that is over is over too.
    at.desk.set("2024-05-17T03:00:00Z");
    let over = opened(&mut at.desk, "2024-05-01", "2024-05-16").await;
    let page = at.page(&over).await;
    has(&page, "- Tập huấn (văn bản số 16/TB-VP): Đơn vị VP thực hiện, đã quá thời hạn ngày 16/5/2024.");
    has(
        &page,
        "(văn bản số 16/TB-VP, thời hạn chậm nhất ngày 16/5/2024): Đơn vị VP chưa hoàn thành, đã quá hạn.",
    );

    // What was frozen is translated as of the day on which it was.
    at.desk.set("2024-06-20T03:00:00Z");
    let english = at.desk.translated(&early, v1::ReportPaper::Html).await.expect("it is printed");
    let english = String::from_utf8(english).expect("text");
    has(&english, "by 16/5/2024 none of 2 units had completed it; overdue at 2 units");
    has(&english, "by Đơn vị VP, due by 16/5/2024.");
});

both!(a_second_correction_keeps_the_promises_of_the_first_issue, |house| {
    let mut at = Carried::open(&house.url).await;
    let first = at.desk.draft().await.name;
    let promise = v1::MakeCommitmentRequest {
        commitment: Some(v1::Commitment {
            text: "Số hóa kho hồ sơ".into(),
            report: first.clone(),
            made_on: Some(date("2024-05-16")),
            due_on: Some(date("2024-06-10")),
            ..Default::default()
        }),
        units: vec!["units/VP".into()],
        ..Default::default()
    };
    at.promises.make_commitment(promise).await.expect("it is promised");
    written(&mut at.desk, &first).await;
    signed(&mut at.desk, &first, "05/BC-VP").await;
    let mut last = first;
    for number in ["06/BC-VP", "07/BC-VP"] {
        let name = last;
        let correct =
            v1::CorrectReportRequest { name, reason: "Ghi nhầm số".into(), ..Default::default() };
        let next = at.desk.reports.correct_report(correct).await.expect("it is begun").into_inner().report;
        last = next.expect("a report").name;
        let page = at.page(&last).await;
        has(&page, "- Số hóa kho hồ sơ: Đơn vị VP thực hiện, thời hạn chậm nhất ngày 10/6/2024.");
        signed(&mut at.desk, &last, number).await;
    }
});

both!(units_that_ended_are_promised_for_no_more, |house| {
    let mut at = Carried::open(&house.url).await;
    let key = at.desk.line.key(&[v1::Role::Engineer], "", "").await;
    let merge = v1::MergeUnitsRequest {
        names: vec!["units/P1".into(), "units/P2".into()],
        new_unit: Some(v1::Unit {
            code: "P1".into(),
            display_name: "Phường mới".into(),
            kind: "commune".into(),
            ..Default::default()
        }),
        on: Some(date("2024-05-16")),
        ..Default::default()
    };
    UnitServiceClient::new(at.desk.line.call(&key)).merge_units(merge).await.expect("they are merged");
    let every = at.make("Mỗi đơn vị rà soát ít nhất 01 TTHC", "52/KH-UBND", "2024-05-31", &[]).await;
    let units: Vec<_> = every.parts.iter().map(|part| (part.unit.as_str(), part.task.as_str())).collect();
    assert_eq!(units, [("units/P1", "tasks/CK-2024-001-P1")]);
    let named = v1::MakeCommitmentRequest {
        commitment: Some(v1::Commitment {
            text: "Niêm yết".into(),
            document: "15/TB-VP".into(),
            due_on: Some(date("2024-05-31")),
            ..Default::default()
        }),
        units: vec!["units/P2".into()],
        ..Default::default()
    };
    let status = at.promises.make_commitment(named).await.expect_err("it has ended");
    assert_eq!(refusal(&status).1, ["units"]);
    let done = at.settle("CK-2024-001", &["P1"], "2024-05-16").await.expect("the new ward has done it");
    assert_eq!(done.state(), v1::CommitmentState::Done);
});

both!(units_see_their_own_parts, |house| {
    let mut at = Carried::open(&house.url).await;
    at.make("Niêm yết số điện thoại", "15/TB-VP", "2024-05-31", &["P1", "P2"]).await;
    at.make("Tập huấn", "16/TB-VP", "2024-06-10", &["VP"]).await;
    let ward = at.desk.line.key(&[v1::Role::Head], "", "P1").await;
    let mut wards = CommitmentServiceClient::new(at.desk.line.call(&ward));
    let get = |code: &str| v1::GetCommitmentRequest { name: format!("commitments/{code}") };
    let seen = wards.get_commitment(get("CK-2024-001")).await.expect("a part is its own").into_inner();
    let seen = seen.commitment.expect("a commitment").parts;
    assert_eq!(seen.iter().map(|part| part.unit.as_str()).collect::<Vec<_>>(), ["units/P1"]);
    let status = wards.get_commitment(get("CK-2024-002")).await.expect_err("no part is");
    assert_eq!(status.code(), Code::NotFound);
    let list = v1::ListCommitmentsRequest::default();
    let listed = wards.list_commitments(list.clone()).await.expect("listed").into_inner().commitments;
    let codes: Vec<_> = listed.iter().map(|of| (of.code.as_str(), of.parts.len())).collect();
    assert_eq!(codes, [("CK-2024-001", 1)]);
    let all = at.promises.list_commitments(list).await.expect("listed").into_inner().commitments;
    assert_eq!(all.iter().map(|of| of.parts.len()).collect::<Vec<_>>(), [2, 1]);
    let mut proposals = ProposalServiceClient::new(at.desk.line.call(&ward));
    let status =
        proposals.list_proposals(v1::ListProposalsRequest::default()).await.expect_err("the house's");
    assert_eq!(status.code(), Code::PermissionDenied);
});

/// Says that a unit has done its part, again where another writer was faster.
async fn settled(mut client: CommitmentServiceClient<crate::support::Call>, code: String, unit: &str) {
    let request = v1::SettleCommitmentRequest {
        name: format!("commitments/{code}"),
        units: vec![format!("units/{unit}")],
        ..Default::default()
    };
    for _ in 0..5 {
        match client.settle_commitment(request.clone()).await {
            Ok(_) => return,
            Err(status) => assert_eq!(status.code(), Code::Aborted, "{status:?}"),
        }
    }
    panic!("{code}: another writer was faster each time");
}

both!(parts_that_are_done_at_once_end_what_was_promised, |house| {
    let mut at = Carried::open(&house.url).await;
    for _ in 0..8 {
        let made = at.make("Niêm yết số điện thoại", "15/TB-VP", "2024-05-31", &["P1", "P2"]).await;
        let (one, other) = (at.promises.clone(), at.promises.clone());
        tokio::join!(settled(one, made.code.clone(), "P1"), settled(other, made.code.clone(), "P2"));
        let get = v1::GetCommitmentRequest { name: made.name };
        let ended = at.promises.get_commitment(get).await.expect("it is read").into_inner().commitment;
        assert_eq!(ended.expect("a commitment").state(), v1::CommitmentState::Done);
    }
});

both!(an_earlier_day_that_makes_it_timely_needs_a_note, |house| {
    let mut at = Carried::open(&house.url).await;
    at.make("Niêm yết số điện thoại", "15/TB-VP", "2024-05-10", &["P1"]).await;
    let settle = |on: &str, note: &str| v1::SettleCommitmentRequest {
        name: "commitments/CK-2024-001".into(),
        done_on: Some(date(on)),
        note: note.into(),
        ..Default::default()
    };
    let status = at.promises.settle_commitment(settle("2024-05-09", "")).await.expect_err("by what?");
    assert_eq!(refusal(&status).1, ["note"]);
    let done = at.promises.settle_commitment(settle("2024-05-13", "")).await.expect("late all the same");
    assert!(done.into_inner().commitment.expect("a commitment").parts[0].late);
});

both!(no_proposal_is_left_out_unnoticed, |house| {
    let mut desk = Desk::open(&house.url).await;
    let key = desk.line.key(&[v1::Role::Coordinator], "", "").await;
    let mut proposals = ProposalServiceClient::new(desk.line.call(&key));
    let make = |text: &str, on: &str| v1::MakeProposalRequest {
        proposal: Some(v1::Proposal {
            text: text.into(),
            addressee: "UBND tỉnh".into(),
            made_on: Some(date(on)),
            ..Default::default()
        }),
        request_id: String::new(),
    };
    let draft = desk.draft().await.name;
    proposals.make_proposal(make("Cấp mới chứng thư số.", "2024-05-10")).await.expect("it is made");
    // Made after the period: it is the next one's.
    proposals.make_proposal(make("Nâng cấp đường truyền", "2024-05-16")).await.expect("it is made");
    written(&mut desk, &draft).await;
    let submit = |without_proposals: bool| v1::SubmitReportRequest {
        name: draft.clone(),
        without_proposals,
        ..Default::default()
    };
    let status = desk.reports.submit_report(submit(false)).await.expect_err("“Không có.” isn't so");
    assert_eq!(refusal(&status).0, "PROPOSALS_LEFT_OUT");
    assert!(status.message().contains("“Cấp mới chứng thư số”"), "{}", status.message());
    assert!(!status.message().contains("Nâng cấp"), "{}", status.message());
    desk.reports.submit_report(submit(true)).await.expect("somebody said so");
    let back = v1::ReturnReportRequest { name: draft.clone(), ..Default::default() };
    desk.reports.return_report(back).await.expect("it is given back");
    desk.write(&draft, "proposals", "Đề nghị UBND tỉnh: Cấp mới chứng thư số cho công chức.").await;
    signed(&mut desk, &draft, "05/BC-VP").await;

    // Once all is answered nobody's words of the last report say it again.
    for code in ["KN-2024-001", "KN-2024-002"] {
        let answer = v1::AnswerProposalRequest {
            name: format!("proposals/{code}"),
            document: "Công văn số 812/STTTT-CNTT".into(),
            ..Default::default()
        };
        proposals.answer_proposal(answer).await.expect("it is answered");
    }
    desk.set("2024-05-28T03:00:00Z");
    let next = opened(&mut desk, "2024-05-15", "2024-05-27").await;
    assert!(place(&mut desk, &next, "proposals").await.written.is_none(), "it is answered");
    assert!(place(&mut desk, &next, "causes").await.written.is_some(), "the others are carried");
});
