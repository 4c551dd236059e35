//! Forms that recipients send: kept, filled with the report, frozen and sent with it, and read by programs that this
//! project didn't write.

use bonro::domain::text::tidy;
use bonro::mail::ReportMail;
use bonro::pb::v1;
use rust_xlsxwriter::Workbook;
use sea_orm::{ConnectionTrait, Database};
use sha2::Digest as _;
use tonic::Code;
use tonic_types::StatusExt as _;

use super::blanks::{document, rows_of_many_columns, workbook};
use super::desk::{Desk, PLACES, dossier_of, period, refusal};
use crate::sample::papers::{converted, said};
use crate::support::letters::mails_of;
use crate::support::packages::{parts, words};
use crate::support::{both, house, sqlite};

fn draft(code: &str, unit: &str) -> v1::ReportFormDraft {
    v1::ReportFormDraft {
        code: code.into(),
        display_name: "Biểu của Phòng Nội vụ".into(),
        unit: unit.into(),
        ..Default::default()
    }
}

both!(a_form_is_kept_filled_frozen_and_sent, |house| {
    let mut desk = Desk::open(&house.url).await;
    let word = desk.put_form(draft("noi-vu", ""), &document()).await.expect("it is kept");
    assert_eq!((word.kind(), word.places, word.etag.as_str()), (v1::ReportFormKind::Docx, 13, "1"));
    let excel = desk.put_form(draft("noi-vu-so", ""), &workbook()).await.expect("it is kept");
    assert_eq!((excel.kind(), excel.places), (v1::ReportFormKind::Xlsx, 7));
    desk.put_form(draft("rieng", "units/P1"), &workbook()).await.expect("it is a unit's");

    // A draft is filled as things stand; the names tell what there is.
    let report = desk.draft().await;
    let filled = words(&desk.filled(&report.name, "noi-vu").await.expect("it is filled"));
    assert!(filled.contains("Tiếp nhận 5 hồ sơ, trễ hạn 01 hồ sơ, đúng hạn 66,67%."), "{filled}");
    let request = v1::ListReportNamesRequest { name: report.name.clone() };
    let names = desk.reports.list_report_names(request).await.expect("they are listed").into_inner().names;
    let one = |name: &str| names.iter().find(|line| line.name == name).expect("it is there").clone();
    assert_eq!(one("units/P1/dossiers/received_total").value, "5");
    assert_eq!((one("unit.name").items, one("unit.name").cell_name.as_str()), (Some(1), "bonro_unit_name"));
    assert_eq!(one("total/not_late/percent").raw_value, "66.67");

    // Frozen with the report: those of the house, not the unit's.
    for (place, text) in PLACES {
        desk.write(&report.name, place, text).await;
    }
    let frozen = desk.submit(&report.name).await;
    let forms: Vec<(&str, &str)> = frozen
        .files
        .iter()
        .filter(|file| file.paper() == v1::ReportPaper::Form)
        .map(|file| (file.form.as_str(), file.extension.as_str()))
        .collect();
    assert_eq!(forms, [("reportForms/noi-vu", "docx"), ("reportForms/noi-vu-so", "xlsx")]);
    // Today's figures would pass for those that were frozen.
    let request = v1::ListReportNamesRequest { name: report.name.clone() };
    let status = desk.reports.list_report_names(request).await.expect_err("it is no draft any more");
    assert_eq!((status.code(), refusal(&status).0.as_str()), (Code::FailedPrecondition, "NOT_A_DRAFT"));
    let kept = desk.filled(&report.name, "noi-vu").await.expect("it is kept");
    assert!(
        words(&kept).contains("Nguyên nhân: - Một số công chức chưa chủ động. - Phần mềm"),
        "{}",
        words(&kept)
    );
    let status = desk.filled(&report.name, "rieng").await.expect_err("it wasn't filled");
    assert_eq!(status.code(), Code::NotFound);
    // What becomes of the form changes nothing of what was frozen.
    let withdraw = v1::WithdrawReportFormRequest { name: "reportForms/noi-vu".into(), ..Default::default() };
    let gone = desk.reports.withdraw_report_form(withdraw).await.expect("it is withdrawn").into_inner().form;
    assert!(gone.expect("a form").withdraw_time.is_some());
    assert_eq!(desk.filled(&report.name, "noi-vu").await.expect("it is kept"), kept);
    let checked = desk.check(&report.name).await;
    assert!(checked.equal, "{checked:?}");

    let pdf = desk.signed_pdf(&report.name).await;
    desk.sign(&report.name, "05/BC-VP", &pdf, "").await.expect("it is signed");
    let send = v1::SendReportRequest {
        name: report.name.clone(),
        recipients: vec!["noivu@tinh.example".into()],
        ..Default::default()
    };
    desk.reports.send_report(send).await.expect("it is sent");
    let tables = Database::connect(&desk.town.url).await.expect("the database opens");
    let mail = mails_of(&tables).await.into_iter().find(|row| row.kind == "report").expect("a mail");
    let mail: ReportMail = serde_json::from_str(&mail.render_input).expect("what it says");
    let enclosed: Vec<&str> = mail.files.iter().map(|file| file.name.as_str()).collect();
    assert!(enclosed.contains(&"bieu-mau-noi-vu-05-BC-VP.docx"), "{enclosed:?}");
    assert!(enclosed.contains(&"bieu-mau-noi-vu-so-05-BC-VP.xlsx"), "{enclosed:?}");

    // Whoever alters a filled form is found out.
    let alter = "UPDATE report_file SET sha256 = 'x' WHERE paper = 'form/docx/noi-vu'";
    tables.execute_unprepared(alter).await.expect("it is altered");
    let checked = desk.check(&report.name).await;
    assert_eq!(checked.unlike_audit, ["files/form/docx/noi-vu"]);
    tables.close().await.expect("it closes");
});

both!(a_form_is_replaced_listed_named_and_refused, |house| {
    let mut desk = Desk::open(&house.url).await;
    // A workbook bears the second in which it was made.
    let workbook = workbook();
    let first = desk.put_form(draft("a", ""), &document()).await.expect("it is kept");
    let old = v1::ReportFormDraft { etag: "7".into(), ..draft("a", "") };
    let status = desk.put_form(old, &workbook).await.expect_err("somebody saw another one");
    assert_eq!(status.code(), Code::Aborted);
    let id = "0190b3f0-0000-7000-8000-0000000000ab".to_owned();
    let again = v1::ReportFormDraft { etag: first.etag, request_id: id, ..draft("a", "") };
    let second = desk.put_form(again.clone(), &workbook).await.expect("it is replaced");
    assert_eq!((second.kind(), second.etag.as_str()), (v1::ReportFormKind::Xlsx, "2"));
    assert_eq!(desk.put_form(again.clone(), &workbook).await.expect("the kept answer"), second);
    let status = desk.put_form(again, &document()).await.expect_err("another file");
    assert_eq!(status.code(), Code::InvalidArgument);
    let download = v1::DownloadReportFormRequest { name: "reportForms/a".into() };
    let mut pieces = desk.reports.download_report_form(download).await.expect("it is there").into_inner();
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.message().await.expect("a piece") {
        bytes.extend(piece.chunk);
    }
    assert_eq!(bytes, workbook);

    // Named when the report is opened: only these, a unit's too.
    desk.put_form(draft("b", "units/P1"), &document()).await.expect("it is a unit's");
    let list = v1::ListReportFormsRequest { page_size: 1, ..Default::default() };
    let page = desk.reports.list_report_forms(list.clone()).await.expect("a page").into_inner();
    let next = v1::ListReportFormsRequest { page_token: page.next_page_token, ..list };
    let rest = desk.reports.list_report_forms(next).await.expect("a page").into_inner();
    let codes: Vec<&str> = page.forms.iter().chain(&rest.forms).map(|form| form.code.as_str()).collect();
    assert_eq!((codes, rest.forms[0].unit.as_str()), (vec!["a", "b"], "units/P1"));
    let open = |forms: &[&str]| v1::OpenReportRequest {
        period: Some(period()),
        recipient_forms: forms.iter().map(|form| format!("reportForms/{form}")).collect(),
        ..Default::default()
    };
    let status = desk.reports.open_report(open(&["c"])).await.expect_err("there is no such form");
    assert_eq!(refusal(&status).1, ["recipient_forms"]);
    let report = desk.reports.open_report(open(&["b"])).await.expect("it is opened").into_inner().report;
    let report = report.expect("a report");
    assert_eq!(report.recipient_forms, ["reportForms/b"]);

    // A draft's may be changed while they fit its form.
    desk.put_form(v1::ReportFormDraft { report_form: "period".into(), ..draft("d", "") }, &document())
        .await
        .expect("it is of the periods' reports");
    let update = |forms: &[&str]| v1::UpdateReportRequest {
        report: Some(v1::Report {
            name: report.name.clone(),
            recipient_forms: forms.iter().map(|form| format!("reportForms/{form}")).collect(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["recipient_forms".into()] }),
        request_id: String::new(),
    };
    let status = desk.reports.update_report(update(&["b", "c"])).await.expect_err("there is no such form");
    assert_eq!(refusal(&status).1, ["report.recipient_forms"]);
    for forms in [&["d", "b", "b"][..], &[], &["b"]] {
        let changed = desk.reports.update_report(update(forms)).await.expect("it is changed").into_inner();
        let forms: Vec<String> = forms.iter().map(|form| format!("reportForms/{form}")).collect();
        assert_eq!(changed.report.expect("a report").recipient_forms, forms);
    }
    for (place, text) in PLACES {
        desk.write(&report.name, place, text).await;
    }
    let frozen = desk.submit(&report.name).await;
    let forms: Vec<&str> =
        frozen.files.iter().map(|file| file.form.as_str()).filter(|form| !form.is_empty()).collect();
    assert_eq!(forms, ["reportForms/b"]);

    // What can't be a form is told with its place, and changes nothing.
    let mut wrong = Workbook::new();
    wrong.add_worksheet().set_name("A").expect("a name");
    wrong.define_name("bonro_total_dossiers_resolvd", "=A!$B$2").expect("a name");
    let wrong = wrong.save_to_buffer().expect("it is saved");
    let many = rows_of_many_columns();
    for (bytes, reason, told) in [
        (many.as_slice(), "TOO_LARGE", "cells or places"),
        (wrong.as_slice(), "UNKNOWN_NAME", "bonro_total_dossiers_resolvd (A!$B$2)"),
        (b"%PDF-1.7", "NOT_A_FORM", ".docx"),
        (b"", "TOO_LARGE", "10 MiB"),
    ] {
        let status = desk.put_form(draft("c", ""), bytes).await.expect_err("it is no form");
        assert_eq!(refusal(&status).1, ["content"]);
        let bad = status.get_details_bad_request().expect("what is wrong").field_violations.remove(0);
        assert!(bad.reason == reason && bad.description.contains(told), "{bad:?}");
    }
    let nameless =
        v1::ReportFormDraft { code: "a b".into(), report_form: "none".into(), ..Default::default() };
    let status = desk.put_form(nameless, &document()).await.expect_err("it has no name");
    assert_eq!(refusal(&status).1, ["form.code", "form.name", "form.report_form"]);
});

#[tokio::test]
async fn a_form_that_names_another_forms_place_or_a_number_of_earlier_days_stays_empty_there() {
    let fresh = sqlite::fresh(house::migrate).await;
    let mut desk = Desk::open(fresh.url()).await;
    let form = |names: &[&str]| {
        let mut form = Workbook::new();
        form.add_worksheet().set_name("A").expect("a name");
        for (row, name) in (1..).zip(names) {
            form.define_name(*name, &format!("=A!$A${row}")).expect("a name");
        }
        form.save_to_buffer().expect("it is saved")
    };
    for name in ["bonro_report_number", "Bonro_Report_Dated", "bonro_report_signer"] {
        let status = desk.put_form(draft("so", ""), &form(&[name])).await.expect_err("it isn't known yet");
        let bad = status.get_details_bad_request().expect("what is wrong").field_violations.remove(0);
        assert!(bad.reason == "KNOWN_AT_SIGNING" && bad.description.contains("at signing"), "{bad:?}");
    }
    // As it was put when these names were there, and its place was one of the house's.
    desk.put_form(draft("so", ""), &form(&["bonro_period_range"])).await.expect("it is kept");
    let old = form(&["bonro_period_range", "bonro_report_number", "bonro_place_of_another"]);
    let tables = Database::connect(fresh.url()).await.expect("the database opens");
    let sha256 = hex::encode(sha2::Sha256::digest(&old));
    let is_it = "(SELECT id FROM report_form WHERE code = 'so')";
    for change in [
        format!("UPDATE report_form_content SET bytes = X'{}' WHERE form_id = {is_it}", hex::encode(&old)),
        format!("UPDATE report_form SET sha256 = '{sha256}' WHERE code = 'so'"),
    ] {
        tables.execute_unprepared(&change).await.expect("it is changed");
    }
    tables.close().await.expect("it closes");
    let report = desk.submitted().await;
    let filled = parts(&desk.filled(&report.name, "so").await.expect("it is filled"));
    let sheet = &filled["xl/worksheets/sheet1.xml"];
    assert!(sheet.contains("từ ngày 01/5/2024") && sheet.contains("<c r=\"A2\"/>"), "{sheet}");
}

#[tokio::test]
async fn a_form_without_room_keeps_the_report_back_and_says_why() {
    let fresh = sqlite::fresh(house::migrate).await;
    let mut desk = Desk::open(fresh.url()).await;
    desk.town.import(vec![dossier_of("D-1", "P2", "2024-05-13T02:00:00Z", None)]).await;
    let narrow = |rows: &str| {
        let mut form = Workbook::new();
        form.add_worksheet().set_name("A").expect("a name");
        form.define_name("bonro_unit_name", &format!("=A!$A$2:$A${rows}")).expect("a name");
        form.save_to_buffer().expect("it is saved")
    };
    desk.put_form(draft("hep", ""), &narrow("2")).await.expect("it is kept");
    let report = desk.draft().await;
    for (place, text) in PLACES {
        desk.write(&report.name, place, text).await;
    }
    let submit = v1::SubmitReportRequest { name: report.name.clone(), ..Default::default() };
    let status = desk.reports.submit_report(submit).await.expect_err("two units, one row");
    assert_eq!(refusal(&status).0, "FORM_NOT_FILLED");
    let told = status.get_details_precondition_failure().expect("what is wrong").violations.remove(0);
    assert_eq!(told.subject, "reportForms/hep");
    assert!(told.description.contains("2 rows are needed, rows 2 to 2 are 1"), "{told:?}");
    assert_eq!(desk.get(&report.name).await.state(), v1::ReportState::Draft);
    desk.put_form(draft("hep", ""), &narrow("3")).await.expect("it is mended");
    desk.submit(&report.name).await;
}

#[tokio::test]
async fn other_programs_read_and_reckon_what_was_filled() {
    let fresh = sqlite::fresh(house::migrate).await;
    let mut desk = Desk::open(fresh.url()).await;
    desk.put_form(draft("chu", ""), &document()).await.expect("it is kept");
    desk.put_form(draft("so", ""), &workbook()).await.expect("it is kept");
    let report = desk.submitted().await;
    let out = tempfile::tempdir().expect("a directory");
    let (chu, so) = (out.path().join("chu.docx"), out.path().join("so.xlsx"));
    std::fs::write(&chu, desk.filled(&report.name, "chu").await.expect("it is kept")).expect("written");
    let bytes = desk.filled(&report.name, "so").await.expect("it is kept");
    std::fs::write(&so, &bytes).expect("written");
    if let Some(keep) = std::env::var_os("BONRO_KEEP_FORMS") {
        for file in [&chu, &so] {
            let name = file.file_name().expect("a name");
            std::fs::copy(file, std::path::Path::new(&keep).join(name)).expect("copied");
        }
    }
    assert!(!parts(&bytes)["xl/worksheets/sheet1.xml"].contains("</f><v>"), "no result is left from before");

    let Some(converted_to) = converted(out.path(), &chu, "pdf") else { return };
    let pdf = converted_to.join("chu.pdf").display().to_string();
    let Some(text) = said("pdftotext", &["-layout", &pdf, "-"]) else { return };
    let text: String = tidy(&text);
    let sentences = desk.file(&report.name, v1::ReportPaper::Sentences).await.expect("they are kept");
    let sentences = String::from_utf8(sentences).expect("text");
    let dossiers = sentences.lines().find(|said| said.contains("Đã tiếp nhận")).expect("a sentence");
    assert!(text.contains(&tidy(dossiers)), "{dossiers}\n\n{text}");
    for words in ["Kỳ báo cáo: kỳ báo cáo", "1 Đơn vị P1 3", "Tiếp nhận 5 hồ sơ, trễ hạn 01 hồ sơ"]
    {
        assert!(text.contains(words), "{words}\n\n{text}");
    }

    // The sums are LibreOffice's own: the file has none.
    let csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1";
    let Some(converted_to) = converted(out.path(), &so, csv) else { return };
    let sheet =
        |name: &str| std::fs::read_to_string(converted_to.join(format!("so-{name}.csv"))).expect("a sheet");
    let (first, second) = (sheet("Biểu 01"), sheet("Tỷ lệ"));
    assert!(first.contains("Tổng cộng,5,3,66.67%"), "{first}");
    assert!(first.contains("từ ngày 01/5/2024 đến ngày 14/5/2024"), "{first}");
    assert_eq!(second.trim(), "60", "{first}");
}
