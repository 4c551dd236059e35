//! What was promised and proposed is carried from report to report: kept, open, overdue, answered or not.

use bonro::domain::record::{DocumentRecord, Record};
use bonro::pb::v1;
use bonro::pb::v1::commitment_service_client::CommitmentServiceClient;
use bonro::pb::v1::proposal_service_client::ProposalServiceClient;
use bonro::pb::v1::task_service_client::TaskServiceClient;
use tonic::Code;

use super::desk::{Desk, PLACES, refusal};
use crate::records::town::{date, day, told};
use crate::support::{Call, both};

pub struct Carried {
    pub desk: Desk,
    pub promises: CommitmentServiceClient<Call>,
    tasks: TaskServiceClient<Call>,
}

impl Carried {
    /// The desk, with the plan of review in the register.
    pub async fn open(url: &str) -> Self {
        let desk = Desk::open(url).await;
        let plan = Record::Document(DocumentRecord {
            number: "52/KH-UBND".into(),
            kind: "plan".into(),
            issued_on: Some(day("2024-03-12")),
            issuer: "Đơn vị UB".into(),
            subject: "Rà soát, đánh giá thủ tục hành chính năm 2024".into(),
        });
        assert_eq!(told(&desk.town.import(vec![plan]).await), ["landed"]);
        // Identities are drawn from the instant: what comes now is no twin of what the town has.
        desk.set("2024-05-16T01:00:00Z");
        let key = desk.line.key(&[v1::Role::Coordinator], "", "").await;
        let promises = CommitmentServiceClient::new(desk.line.call(&key));
        let tasks = TaskServiceClient::new(desk.line.call(&key));
        Self { desk, promises, tasks }
    }

    pub async fn make(&mut self, text: &str, document: &str, due: &str, units: &[&str]) -> v1::Commitment {
        let request = v1::MakeCommitmentRequest {
            commitment: Some(v1::Commitment {
                text: text.into(),
                document: document.into(),
                made_on: Some(date("2024-05-02")),
                due_on: Some(date(due)),
                ..Default::default()
            }),
            units: units.iter().map(|unit| format!("units/{unit}")).collect(),
            unit_kinds: if units.is_empty() { vec!["commune".into()] } else { Vec::new() },
            request_id: String::new(),
        };
        let made = self.promises.make_commitment(request).await.expect("it is promised").into_inner();
        made.commitment.expect("a commitment")
    }

    pub async fn settle(
        &mut self,
        code: &str,
        units: &[&str],
        on: &str,
    ) -> Result<v1::Commitment, tonic::Status> {
        let request = v1::SettleCommitmentRequest {
            name: format!("commitments/{code}"),
            units: units.iter().map(|unit| format!("units/{unit}")).collect(),
            done_on: Some(date(on)),
            note: "Công văn số 15/UBND".into(),
            ..Default::default()
        };
        let settled = self.promises.settle_commitment(request).await?.into_inner();
        Ok(settled.commitment.expect("a commitment"))
    }

    pub async fn page(&mut self, name: &str) -> String {
        let page = self.desk.file(name, v1::ReportPaper::Html).await.expect("a page");
        String::from_utf8(page).expect("text")
    }
}

fn paragraphs(page: &str) -> Vec<&str> {
    page.lines().map(str::trim).filter(|line| line.starts_with("<p")).collect()
}

pub fn has(page: &str, said: &str) {
    assert!(page.contains(said), "{said}\n{}", paragraphs(page).join("\n"));
}

both!(promises_are_tasks_of_units_and_said_by_the_report, |house| {
    let mut at = Carried::open(&house.url).await;
    let every = at.make("Mỗi đơn vị rà soát ít nhất 01 TTHC", "52/KH-UBND", "2024-05-31", &[]).await;
    assert_eq!((every.code.as_str(), every.state()), ("CK-2024-001", v1::CommitmentState::Open));
    let units: Vec<_> = every.parts.iter().map(|part| (part.unit.as_str(), part.task.as_str())).collect();
    assert_eq!(units, [("units/P1", "tasks/CK-2024-001-P1"), ("units/P2", "tasks/CK-2024-001-P2")]);
    at.make("Niêm yết số điện thoại tiếp nhận phản ánh", "15/TB-VP", "2024-05-10", &["P1"]).await;
    at.make("Mở hội nghị đối thoại", "54/KH-UBND", "2024-05-13", &["VP"]).await;
    at.make("Tập huấn công chức Một cửa", "16/TB-VP", "2024-06-10", &["VP"]).await;

    // The units' parts are tasks with their deadlines; none of them counts as given from above.
    let get = v1::GetTaskRequest { name: "tasks/CK-2024-001-P1".into() };
    let task = at.tasks.get_task(get).await.expect("a task").into_inner().task.expect("a task");
    assert_eq!(
        (task.title.as_str(), task.commitment.as_str(), task.due_on),
        ("Mỗi đơn vị rà soát ít nhất 01 TTHC", "commitments/CK-2024-001", Some(date("2024-05-31")))
    );
    at.desk.set("2024-05-16T03:00:00Z");
    assert_eq!(at.desk.town.ledger("task").await.len(), 0, "they aren't in the ledger");

    at.settle("CK-2024-001", &["P2"], "2024-05-13").await.expect("ward 2 has done it");
    let kept = at.settle("CK-2024-003", &[], "2024-05-14").await.expect("the office has");
    assert_eq!((kept.state(), kept.ended_on), (v1::CommitmentState::Done, Some(date("2024-05-14"))));
    assert!(kept.parts[0].late, "a day late");

    let draft = at.desk.draft().await;
    let page = at.page(&draft.name).await;
    has(
        &page,
        "Kế hoạch số 52/KH-UBND ngày 12/3/2024: Mỗi đơn vị rà soát ít nhất 01 TTHC, thời hạn chậm nhất ngày 31/5/2024; đến ngày 14/5/2024 đã có 01/02 đơn vị hoàn thành.",
    );
    has(&page, "Nhiệm vụ đã đề ra, hoàn thành trong kỳ:");
    has(
        &page,
        "- Mở hội nghị đối thoại (văn bản số 54/KH-UBND): Đơn vị VP đã hoàn thành ngày 14/5/2024, chậm so với thời hạn.",
    );
    has(&page, "Nhiệm vụ đã đề ra, quá hạn chưa hoàn thành:");
    has(
        &page,
        "- Niêm yết số điện thoại tiếp nhận phản ánh (văn bản số 15/TB-VP, thời hạn chậm nhất ngày 10/5/2024): Đơn vị P1 chưa hoàn thành, đã quá hạn.",
    );
    has(&page, "Nhiệm vụ có thời hạn:");
    has(
        &page,
        "- Niêm yết số điện thoại tiếp nhận phản ánh (văn bản số 15/TB-VP): Đơn vị P1 thực hiện, đã quá thời hạn ngày 10/5/2024.",
    );
    has(
        &page,
        "- Tập huấn công chức Một cửa (văn bản số 16/TB-VP): Đơn vị VP thực hiện, thời hạn chậm nhất ngày 10/6/2024.",
    );
    assert!(page.contains("Trong kỳ không ghi nhận nhiệm vụ nào"), "nobody gave any");

    // What was said is kept; what comes later is the next report's.
    for (place, text) in PLACES {
        at.desk.write(&draft.name, place, text).await;
    }
    at.desk.submit(&draft.name).await;
    let frozen = at.page(&draft.name).await;
    at.settle("CK-2024-001", &["P1"], "2024-05-16").await.expect("ward 1 has done it");
    let dropped = v1::DropCommitmentRequest {
        name: "commitments/CK-2024-004".into(),
        reason: "Đã lồng ghép vào kế hoạch của tỉnh".into(),
        ..Default::default()
    };
    let dropped = at.promises.drop_commitment(dropped).await.expect("it is dropped").into_inner().commitment;
    let dropped = dropped.expect("a commitment");
    assert_eq!((dropped.state(), dropped.parts[0].taken_back), (v1::CommitmentState::Dropped, true));
    assert_eq!(at.page(&draft.name).await, frozen);
    assert!(at.desk.check(&draft.name).await.equal);

    at.desk.set("2024-05-28T03:00:00Z");
    let range = v1::DateRange { from_on: Some(date("2024-05-15")), to_on: Some(date("2024-05-27")) };
    let next = v1::OpenReportRequest {
        period: Some(v1::Period { choice: Some(v1::period::Choice::Range(range)) }),
        ..Default::default()
    };
    let next = at.desk.reports.open_report(next).await.expect("the next one").into_inner().report;
    let page = at.page(&next.expect("a report").name).await;
    has(&page, "thời hạn chậm nhất ngày 31/5/2024; cả 02 đơn vị đã hoàn thành.");
    for gone in ["Mở hội nghị", "Tập huấn"] {
        assert!(!page.contains(gone), "{gone}: it was over before, or dropped");
    }
});

both!(a_unit_keeps_its_part_by_its_task, |house| {
    let mut at = Carried::open(&house.url).await;
    at.make("Niêm yết số điện thoại", "15/TB-VP", "2024-05-31", &["P1", "P2"]).await;
    let ward = at.desk.line.key(&[v1::Role::Head], "", "P1").await;
    let mut tasks = TaskServiceClient::new(at.desk.line.call(&ward));
    let name = "tasks/CK-2024-001-P1".to_owned();
    let complete =
        v1::CompleteTaskRequest { name, document_number: "15/BC-UBND".into(), ..Default::default() };
    tasks.complete_task(complete).await.expect("the ward says so");
    let get = |code: &str| v1::GetCommitmentRequest { name: format!("commitments/{code}") };
    let open = at.promises.get_commitment(get("CK-2024-001")).await.expect("it is read").into_inner();
    assert!(open.commitment.expect("a commitment").parts[0].done_on.is_none(), "nobody has confirmed it");
    let done = at.settle("CK-2024-001", &[], "2024-05-15").await.expect("all is confirmed");
    assert_eq!(done.state(), v1::CommitmentState::Done);
    // What the ward said itself counts by its own word.
    let on: Vec<_> = done.parts.iter().map(|part| part.done_on).collect();
    assert_eq!(on, [Some(date("2024-05-16")), Some(date("2024-05-15"))]);

    // Who may promise, and what can't be promised.
    let mut wards = CommitmentServiceClient::new(at.desk.line.call(&ward));
    let empty = v1::MakeCommitmentRequest::default();
    let status = wards.make_commitment(empty.clone()).await.expect_err("a ward promises nothing for others");
    assert_eq!(status.code(), Code::PermissionDenied);
    let status = at.promises.make_commitment(empty).await.expect_err("nothing is said");
    assert!(refusal(&status).1.contains(&"commitment".to_owned()), "{status:?}");
    let wrong = v1::MakeCommitmentRequest {
        commitment: Some(v1::Commitment {
            made_on: Some(date("2024-06-01")),
            due_on: Some(date("2024-05-01")),
            report: "reports/BC-1999-001".into(),
            ..Default::default()
        }),
        units: vec!["units/NOWHERE".into()],
        unit_kinds: vec!["castle".into()],
        request_id: String::new(),
    };
    let status = at.promises.make_commitment(wrong).await.expect_err("all of it is wrong");
    let fields = refusal(&status).1;
    for field in [
        "commitment.text",
        "commitment.report",
        "commitment.made_on",
        "commitment.due_on",
        "units",
        "unit_kinds",
    ] {
        assert!(fields.contains(&field.to_owned()), "{field}: {fields:?}");
    }
    let status = at.settle("CK-2024-001", &[], "2024-05-15").await.expect_err("it is done");
    assert_eq!(refusal(&status).0, "FORBIDDEN_TRANSITION");
    let list = |filter: &str| v1::ListCommitmentsRequest { filter: filter.into(), ..Default::default() };
    let done = at.promises.list_commitments(list("state = done")).await.expect("listed").into_inner();
    assert_eq!(done.commitments.len(), 1);
    let open =
        wards.list_commitments(list("state = COMMITMENT_STATE_OPEN")).await.expect("listed").into_inner();
    assert_eq!(open.commitments.len(), 0);
});

both!(proposals_are_carried_until_they_are_answered, |house| {
    let mut desk = Desk::open(&house.url).await;
    let key = desk.line.key(&[v1::Role::Coordinator], "", "").await;
    let mut proposals = ProposalServiceClient::new(desk.line.call(&key));
    let draft = desk.draft().await;
    let make = |text: &str, report: &str, first: &str| v1::MakeProposalRequest {
        proposal: Some(v1::Proposal {
            text: text.into(),
            addressee: "UBND tỉnh".into(),
            report: report.into(),
            first_document: first.into(),
            ..Default::default()
        }),
        request_id: String::new(),
    };
    let certificates = "Kiến nghị Ban Cơ yếu Chính phủ kịp thời cấp mới chứng thư số cho công chức một cửa.";
    let software = "Kiến nghị Bộ Tư pháp khắc phục tình trạng mất kết nối với phần mềm hộ tịch";
    let first = make(certificates, &draft.name, "");
    let first = proposals.make_proposal(first).await.expect("it is made").into_inner().proposal;
    let first = first.expect("a proposal");
    assert_eq!((first.code.as_str(), first.state()), ("KN-2024-001", v1::ProposalState::Open));
    let mut before = make(software, "", "Báo cáo số 02/BC-VP ngày 15/4/2024");
    before.proposal.as_mut().expect("one").made_on = Some(date("2024-04-15"));
    proposals.make_proposal(before).await.expect("it is made");

    // Nobody has to write where proposals speak.
    for (place, text) in PLACES.iter().filter(|(place, _)| *place != "proposals") {
        desk.write(&draft.name, place, text).await;
    }
    desk.submit(&draft.name).await;
    let page = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let said = page(desk.file(&draft.name, v1::ReportPaper::Html).await.expect("a page"));
    has(&said, "Đề nghị UBND tỉnh:");
    has(&said, "chứng thư số cho công chức một cửa.</p>");
    has(&said, "phần mềm hộ tịch (đã kiến nghị tại Báo cáo số 02/BC-VP ngày 15/4/2024; chưa được trả lời).");
    let pdf = desk.signed_pdf(&draft.name).await;
    desk.sign(&draft.name, "05/BC-VP", &pdf, "").await.expect("it is signed");

    // The next one cites the reports that said it, and nobody's words of the last one hide that.
    desk.set("2024-05-28T03:00:00Z");
    let range = v1::DateRange { from_on: Some(date("2024-05-15")), to_on: Some(date("2024-05-27")) };
    let next = v1::OpenReportRequest {
        period: Some(v1::Period { choice: Some(v1::period::Choice::Range(range)) }),
        ..Default::default()
    };
    let next = desk.reports.open_report(next).await.expect("the next one").into_inner().report.expect("one");
    let said = page(desk.file(&next.name, v1::ReportPaper::Html).await.expect("a page"));
    has(&said, "một cửa (đã kiến nghị tại Báo cáo số 05/BC-VP ngày 16/5/2024; chưa được trả lời).");
    has(
        &said,
        "(đã kiến nghị tại Báo cáo số 02/BC-VP ngày 15/4/2024, Báo cáo số 05/BC-VP ngày 16/5/2024; chưa được trả lời).",
    );

    let answer = v1::AnswerProposalRequest {
        name: first.name.clone(),
        document: "Công văn số 812/STTTT-CNTT".into(),
        text: "Đã cấp đủ".into(),
        ..Default::default()
    };
    let stale = v1::AnswerProposalRequest { etag: "7".into(), ..answer.clone() };
    assert_eq!(proposals.answer_proposal(stale).await.expect_err("another version").code(), Code::Aborted);
    let answered = proposals.answer_proposal(answer.clone()).await.expect("answered").into_inner().proposal;
    let answered = answered.expect("a proposal");
    assert_eq!(
        (answered.state(), answered.said_in[0].number.as_str()),
        (v1::ProposalState::Answered, "05/BC-VP")
    );
    let status = proposals.answer_proposal(answer).await.expect_err("it is answered");
    assert_eq!(refusal(&status).0, "FORBIDDEN_TRANSITION");
    let said = page(desk.file(&next.name, v1::ReportPaper::Html).await.expect("a page"));
    assert!(!said.contains("Ban Cơ yếu") && said.contains("Bộ Tư pháp"), "only what nobody has answered");
    assert!(desk.check(&draft.name).await.equal, "what was issued stays");

    // Once all is answered somebody has to write there.
    let withdraw = v1::WithdrawProposalRequest {
        name: "proposals/KN-2024-002".into(),
        reason: "Đã khắc phục".into(),
        ..Default::default()
    };
    proposals.withdraw_proposal(withdraw).await.expect("it is withdrawn");
    for (place, text) in PLACES.iter().filter(|(place, _)| *place != "proposals") {
        desk.write(&next.name, place, text).await;
    }
    let submit = v1::SubmitReportRequest { name: next.name, ..Default::default() };
    let status = desk.reports.submit_report(submit).await.expect_err("section 6 is empty");
    assert_eq!(refusal(&status).1, ["narrative.proposals"]);
    let list = v1::ListProposalsRequest { filter: "state != open".into(), ..Default::default() };
    let rows = proposals.list_proposals(list).await.expect("listed").into_inner().proposals;
    assert_eq!(rows.len(), 2);
});
