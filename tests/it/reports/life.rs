//! From the letter that asks for a report to the issue that was signed, and what is refused on the way.

use bonro::domain::period::Period;
use bonro::domain::schedule::JobName;
use bonro::pb::v1;
use bonro::service::House;
use bonro::service::jobs::{Asked, run};
use bonro::service::settings::{Closing, OfficeSettings};
use bonro::world::Clock as _;
use tonic::Code;

use super::desk::{Desk, PLACES, pdf, refusal};
use crate::records::town::{date, day};
use crate::support::both;

both!(a_report_is_written_submitted_and_signed, |house| {
    let mut desk = Desk::open(&house.url).await;
    let draft = desk.draft().await;
    assert_eq!((draft.code.as_str(), draft.state()), ("BC-2024-001", v1::ReportState::Draft));
    assert_eq!(draft.addressee, "Phòng Nội vụ");

    // What is missing is told all at once, by its place.
    let submit = v1::SubmitReportRequest { name: draft.name.clone(), ..Default::default() };
    let status = desk.reports.submit_report(submit).await.expect_err("it isn't written");
    let missing: Vec<String> = PLACES.iter().map(|(place, _)| format!("narrative.{place}")).collect();
    assert_eq!((status.code(), refusal(&status).1), (Code::InvalidArgument, missing));

    let request = v1::ListNarrativeRequest { name: draft.name.clone() };
    let places = desk.reports.list_narrative(request).await.expect("they are read").into_inner().places;
    let lacking = places.iter().find(|place| place.place == "lacking").expect("the form has it");
    assert!(
        lacking.prefill.contains("01 hồ sơ giải quyết trễ hạn; 01 hồ sơ đang giải quyết đã quá hạn"),
        "{lacking:?}"
    );
    assert!(lacking.written.is_none() && lacking.section.starts_with("4. "));

    for (place, text) in PLACES {
        desk.write(&draft.name, place, text).await;
    }
    desk.write(&draft.name, "causes", "- Quên luân chuyển hồ sơ.").await;
    let again = desk.write(&draft.name, "causes", "  - Quên luân chuyển   hồ sơ.\n\n").await;
    let request = v1::ListNarrativeVersionsRequest { name: draft.name.clone(), place: "causes".to_owned() };
    let versions =
        desk.reports.list_narrative_versions(request).await.expect("they are read").into_inner().versions;
    let told: Vec<_> = versions.iter().map(|v| (v.version, v.text.as_str(), v.written_by.as_str())).collect();
    assert_eq!(told, [(2, "- Quên luân chuyển hồ sơ.", "test"), (1, PLACES[1].1, "test")]);

    // A draft is printed as it stands.
    let page = desk.file(&draft.name, v1::ReportPaper::Html).await.expect("it is printed");
    let page = String::from_utf8(page).expect("text");
    assert!(page.contains("Nguyên nhân của tồn tại, hạn chế: - Quên luân chuyển hồ sơ."), "{page}");
    assert!(page.contains("Theo đề nghị của Phòng Nội vụ tại Công văn số 549/PNV ngày 15/5/2024 về việc báo cáo cải cách hành chính, "), "{page}");
    assert!(page.contains("(phần do người soạn thảo bổ sung)"), "figures alone stand at some places");

    // Somebody who saw an older state doesn't submit what others wrote since.
    let old =
        v1::SubmitReportRequest { name: draft.name.clone(), etag: draft.etag.clone(), ..Default::default() };
    let status = desk.reports.submit_report(old).await.expect_err("it was written at");
    assert_eq!(status.code(), Code::Aborted);
    let request_id = "0190b3f0-0000-7000-8000-0000000000aa".to_owned();
    let submit = v1::SubmitReportRequest {
        name: draft.name.clone(),
        etag: again.etag,
        request_id,
        without_proposals: false,
    };
    let answer = desk.reports.submit_report(submit.clone()).await.expect("it is submitted").into_inner();
    let repeated = desk.reports.submit_report(submit).await.expect("the kept answer").into_inner();
    assert_eq!(answer, repeated);
    let submitted = answer.report.expect("a report");
    assert_eq!(submitted.state(), v1::ReportState::Submitted);
    assert!(submitted.frozen_sequence > 0 && submitted.figures_sha256.len() == 64);
    let page = desk.file(&draft.name, v1::ReportPaper::Html).await.expect("it is kept");
    assert!(!String::from_utf8(page).expect("text").contains("<mark>"), "nothing is left to be written");

    // Nobody writes in what lies before the signer, but the signer may give it back.
    let write = v1::WriteNarrativeRequest {
        name: draft.name.clone(),
        place: "causes".into(),
        text: "Khác.".into(),
        ..Default::default()
    };
    let status = desk.reports.write_narrative(write.clone()).await.expect_err("it is frozen");
    assert_eq!(refusal(&status).0, "FORBIDDEN_TRANSITION");
    let back = v1::ReturnReportRequest { name: draft.name.clone(), ..Default::default() };
    let back = desk.reports.return_report(back).await.expect("it is given back").into_inner();
    let back = back.report.expect("a report");
    assert_eq!((back.state(), back.frozen_sequence, back.files.len()), (v1::ReportState::Draft, 0, 0));
    desk.reports.write_narrative(write).await.expect("it is a draft again");
    desk.submit(&draft.name).await;

    // A file that says another number isn't the report.
    let wrong = pdf(&vec!["So lieu: 9 nhiem vu trong nam 2024 da duoc thuc hien xong".to_owned(); 6]);
    let status = desk.sign(&draft.name, "05/BC-VP", &wrong, "").await.expect_err("it differs");
    assert_eq!(
        (status.code(), refusal(&status).0.as_str()),
        (Code::FailedPrecondition, "SIGNED_FILE_DIFFERS")
    );
    let status = desk.sign(&draft.name, "", &wrong, "").await.expect_err("it has no number");
    assert_eq!(refusal(&status).1, ["number"]);
    let status = desk.sign(&draft.name, "05/BC-VP", b"no pdf", "").await.expect_err("it is none");
    assert_eq!(refusal(&status).1, ["content"]);
    let right = desk.signed_pdf(&draft.name).await;
    let signed = desk.sign(&draft.name, "05/BC-VP", &right, "").await.expect("its numbers are right");
    let check = signed.signed_check.clone().expect("a check");
    assert!(check.readable && check.missing.is_empty() && check.sentences > 0, "{check:?}");
    let reworded = i32::try_from(check.reworded.len()).expect("few");
    assert_eq!(check.found + reworded, check.sentences);
    assert_eq!((signed.state(), signed.number.as_str()), (v1::ReportState::Signed, "05/BC-VP"));
    assert_eq!(desk.file(&draft.name, v1::ReportPaper::Signed).await.expect("it is kept"), right);
    assert_eq!(desk.get("reports/05/BC-VP").await.code, "BC-2024-001");
    assert!(desk.check("reports/05/BC-VP").await.equal);
});

both!(a_report_is_translated_as_a_courtesy_that_is_never_sent, |house| {
    let mut desk = Desk::open(&house.url).await;
    let frozen = desk.submitted().await;
    // What comes later isn't told by it: it has the figures that were frozen.
    desk.town.import(vec![super::desk::dossier("H-9", None)]).await;
    let page = desk.translated(&frozen.name, v1::ReportPaper::Html).await.expect("it is printed");
    let page = String::from_utf8(page).expect("text");
    for words in [
        "Courtesy translation. Only the Vietnamese report is signed and valid",
        "5 dossiers received (5 in the period, 0 carried over), 3 resolved",
        "[Vietnamese original] - Một số công chức chưa chủ động.",
    ] {
        assert!(page.contains(words), "{words}\n\n{page}");
    }
    let pdf = desk.translated(&frozen.name, v1::ReportPaper::Pdf).await.expect("it is printed");
    assert!(pdf.starts_with(b"%PDF-"));
    desk.translated(&frozen.name, v1::ReportPaper::Docx).await.expect("it is printed");
    let status = desk.translated(&frozen.name, v1::ReportPaper::Xlsx).await.expect_err("it isn't");
    assert_eq!(refusal(&status).0, "VIETNAMESE_ONLY");
    let status = desk.translated(&frozen.name, v1::ReportPaper::Sentences).await.expect_err("it isn't");
    assert_eq!(refusal(&status).1, ["language"]);
    let english = v1::Language::English;
    let kept: Vec<_> = frozen.files.iter().filter(|file| file.language() == english).collect();
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(desk.check(&frozen.name).await.equal);
    // The same for good, whatever is declared or proposed later; and no mail encloses it.
    desk.set("2024-05-17T01:00:00Z");
    assert_eq!(desk.translated(&frozen.name, v1::ReportPaper::Pdf).await.expect("it is kept"), pdf);
});

both!(what_can_not_be_asked_for_is_refused_with_its_field, |house| {
    let mut desk = Desk::open(&house.url).await;
    let asked = |period: Option<v1::Period>| v1::OpenReportRequest { period, ..Default::default() };
    let status = desk.reports.open_report(asked(None)).await.expect_err("no period");
    assert_eq!(refusal(&status).1, ["period"]);
    let later = v1::DateRange { from_on: Some(date("2024-06-01")), to_on: Some(date("2024-06-14")) };
    let later = v1::Period { choice: Some(v1::period::Choice::Range(later)) };
    let request = v1::OpenReportRequest {
        form: "annual".into(),
        addressee: "Ông A, 012345678912".into(),
        request: Some(v1::ReportRequest { dated_on: Some(date("2024-05-20")), ..Default::default() }),
        ..asked(Some(later))
    };
    let status = desk.reports.open_report(request).await.expect_err("all of it is wrong");
    let named = refusal(&status).1;
    for field in ["form", "addressee", "request.dated_on", "period", "request.number"] {
        assert!(named.contains(&field.to_owned()), "{field}: {named:?}");
    }
    let draft = desk.draft().await;
    let write = |place: &str, text: &str| v1::WriteNarrativeRequest {
        name: draft.name.clone(),
        place: place.into(),
        text: text.into(),
        ..Default::default()
    };
    for (place, text, field) in
        [("weather", "Nắng", "place"), ("causes", "a\u{7}b", "text"), ("causes", &"x".repeat(20_001), "text")]
    {
        let status = desk.reports.write_narrative(write(place, text)).await.expect_err("it can't be");
        assert_eq!(refusal(&status).1, [field]);
    }
    let status = desk.file(&draft.name, v1::ReportPaper::Signed).await.expect_err("nobody signed it");
    assert_eq!(status.code(), Code::NotFound);
    let check = v1::CheckReportRequest { name: draft.name.clone() };
    let status = desk.reports.check_report(check).await.expect_err("a draft has nothing to prove");
    assert_eq!(refusal(&status).0, "NOT_FROZEN");
    let cancel = v1::CancelReportRequest { name: draft.name.clone(), ..Default::default() };
    let status = desk.reports.cancel_report(cancel.clone()).await.expect_err("no reason");
    assert_eq!(refusal(&status).1, ["reason"]);
    let cancel = v1::CancelReportRequest { reason: "Phòng Nội vụ rút yêu cầu".into(), ..cancel };
    let gone = desk.reports.cancel_report(cancel).await.expect("it is given up").into_inner();
    assert_eq!(gone.report.expect("a report").state(), v1::ReportState::Cancelled);
});

both!(a_closed_period_has_a_draft_once, |house| {
    let mut desk = Desk::open(&house.url).await;
    let mut settings = OfficeSettings::default();
    let closed = Period::new(day("2024-05-01"), day("2024-05-14")).expect("in order");
    settings.report.closing = Closing::Fixed(closed);
    let closing =
        House::with_settings(desk.town.house.store.clone(), desk.town.house.world.clone(), settings);
    closing.enter_jobs().await.expect("jobs are entered");
    for hour in ["2024-05-16T00:30:00Z", "2024-05-17T00:30:00Z"] {
        desk.set(hour);
        run(&closing, JobName::ReportPeriod, desk.town.clock.now(), Asked::ByHand).await.expect("it runs");
    }
    let answer = desk.reports.list_reports(v1::ListReportsRequest::default()).await.expect("they are listed");
    let reports = answer.into_inner().reports;
    let told: Vec<_> = reports.iter().map(|r| (r.code.as_str(), r.origin(), r.state())).collect();
    assert_eq!(told, [("BC-2024-001", v1::ReportOrigin::Schedule, v1::ReportState::Draft)]);
});

both!(a_corrected_issue_supersedes_and_the_first_stays, |house| {
    let mut desk = Desk::open(&house.url).await;
    let first = desk.submitted().await;
    // The pages that were printed to be signed say every sentence word for word.
    let pdf = desk.file(&first.name, v1::ReportPaper::Pdf).await.expect("it is printed");
    let signed = desk.sign(&first.name, "05/BC-VP", &pdf, "").await.expect("it is signed");
    let check = signed.signed_check.expect("a check");
    assert_eq!((check.found, check.reworded.len()), (check.sentences, 0), "{check:?}");
    let correct = v1::CorrectReportRequest {
        name: first.name.clone(),
        reason: "Phường P1 ghi nhầm ngày trả".into(),
        ..Default::default()
    };
    let draft = desk.reports.correct_report(correct.clone()).await.expect("it is begun").into_inner();
    let draft = draft.report.expect("a report");
    assert_eq!((draft.corrects.as_str(), draft.code.as_str()), (first.name.as_str(), "BC-2024-002"));
    let status = desk.reports.correct_report(correct).await.expect_err("one at a time");
    assert_eq!(refusal(&status).0, "CORRECTED_ALREADY");
    // Its words are those of the first, confirmed already: it is of the same period.
    desk.submit(&draft.name).await;
    let status = desk.sign(&draft.name, "05/BC-VP", &pdf, "").await.expect_err("that number is taken");
    assert_eq!(status.code(), Code::AlreadyExists);
    let second = desk.sign(&draft.name, "06/BC-VP", &pdf, "").await.expect("it is signed");
    assert_eq!(second.state(), v1::ReportState::Signed);
    let first = desk.get(&first.name).await;
    assert_eq!(
        (first.state(), first.superseded_by.as_str()),
        (v1::ReportState::Superseded, "reports/BC-2024-002")
    );
    assert!(desk.check(&first.name).await.equal, "what was issued stays as it is");
});

both!(the_next_report_begins_with_the_words_of_the_last_to_be_looked_at, |house| {
    let mut desk = Desk::open(&house.url).await;
    desk.submitted().await;
    desk.set("2024-05-28T03:00:00Z");
    let range = v1::DateRange { from_on: Some(date("2024-05-15")), to_on: Some(date("2024-05-27")) };
    let request = v1::OpenReportRequest {
        period: Some(v1::Period { choice: Some(v1::period::Choice::Range(range)) }),
        ..Default::default()
    };
    let next = desk.reports.open_report(request).await.expect("it is opened").into_inner().report;
    let next = next.expect("a report").name;
    let submit = v1::SubmitReportRequest { name: next.clone(), ..Default::default() };
    let status = desk.reports.submit_report(submit.clone()).await.expect_err("nobody looked at it");
    let all: Vec<String> = PLACES.iter().map(|(place, _)| format!("narrative.{place}")).collect();
    assert_eq!(refusal(&status).1, all);
    let page =
        String::from_utf8(desk.file(&next, v1::ReportPaper::Html).await.expect("a page")).expect("text");
    assert!(page.contains(PLACES[2].1), "{page}");
    for (place, text) in PLACES {
        desk.write(&next, place, text).await;
    }
    desk.submit(&next).await;
});
