//! What the letters say, word by word, and that they are laid out by styles.

use chrono::{NaiveDate, NaiveDateTime};

use super::super::docx::{Block, Document, Paragraph, Run, Style};
use super::super::unpacked::parts;
use super::*;

fn local(text: &str) -> NaiveDateTime {
    text.parse().expect("a local time")
}

fn issuer() -> Issuer<'static> {
    Issuer {
        superior: "Ủy ban nhân dân thị xã Đức Phổ",
        office: "Văn phòng HĐND và UBND thị xã",
        place: "Đức Phổ",
        signer_title: "Chánh Văn phòng",
    }
}

fn line(code: &str, due: &str, days: i64) -> UrgedLine {
    UrgedLine {
        code: format!("000.15.25.H48-240408-{code}"),
        procedure: "Đăng ký & cấp Giấy chứng nhận quyền sử dụng đất <lần đầu>".to_owned(),
        received_on: "2024-04-08".parse().expect("a date"),
        due: local(due),
        by_the_hour: false,
        state: "đang xử lý".to_owned(),
        overdue: days < 0,
        days: Some(days),
        apologised: false,
    }
}

fn urging() -> Urging<'static> {
    Urging {
        issuer: issuer(),
        symbol: "VP",
        unit: "Phòng Tài nguyên và Môi trường",
        holders: vec![
            HolderList {
                holder: Some("Nguyễn Văn Ước".to_owned()),
                unit: None,
                lines: vec![
                    line("0001", "2024-04-26T17:00:00", -12),
                    UrgedLine { apologised: true, ..line("0002", "2024-05-13T17:00:00", -3) },
                    UrgedLine { by_the_hour: true, ..line("0003", "2024-05-17T10:30:00", 1) },
                ],
            },
            HolderList {
                holder: None,
                unit: Some("Chi nhánh Văn phòng Đăng ký đất đai".to_owned()),
                lines: vec![UrgedLine { overdue: true, ..line("0004", "2024-05-16T08:00:00", 0) }],
            },
        ],
        near_days: 3,
        made_at: (local("2024-05-16T09:05:00"), "2024-05-16T02:05:00Z".parse().expect("an instant")),
        data_until: Some(local("2024-05-15T18:00:00")),
    }
}

fn apology() -> Apology<'static> {
    Apology {
        issuer: Issuer {
            superior: "UBND thị xã Đức Phổ",
            office: "Phòng Tài nguyên và Môi trường",
            place: "Đức Phổ",
            signer_title: "Thủ trưởng cơ quan, đơn vị",
        },
        code: "000.15.25.H48-240408-0001",
        procedure: "Đăng ký & cấp Giấy chứng nhận quyền sử dụng đất <lần đầu>",
        received_at: local("2024-04-08T08:30:00"),
        promised_at: local("2024-05-17T17:00:00"),
        passed: false,
        cause: Some(Cause::CooperatingAgency),
        new_promise: Some(local("2024-06-03T17:00:00")),
        made_at: "2024-05-16T02:05:00Z".parse().expect("an instant"),
    }
}

/// The document's text, a line a paragraph with its style, and tables by rows.
fn told(document: &Document) -> String {
    let text = |p: &Paragraph| {
        let runs = p.runs.iter().map(|run| match run {
            Run::Plain(text) => text.clone(),
            Run::Bold(text) => format!("*{text}*"),
            Run::Draft(text) => format!("[{text}]"),
            Run::Break => " / ".to_owned(),
            Run::Dots => "……>".to_owned(),
        });
        format!("{}: {}", p.style.id(), runs.collect::<String>())
    };
    let mut lines = vec![format!("{} ({})", document.title, document.creator)];
    for section in &document.sections {
        lines.push(if section.landscape { "--- landscape" } else { "--- portrait" }.to_owned());
        for block in &section.blocks {
            match block {
                Block::Paragraph(paragraph) => lines.push(text(paragraph)),
                Block::Table(table) => {
                    lines.push(format!(
                        "table {} of {:?} mm, {} head",
                        table.caption, table.widths, table.heads
                    ));
                    for row in &table.rows {
                        for cell in &row.cells {
                            let said: Vec<String> = cell.paragraphs.iter().map(text).collect();
                            lines.push(format!("  | {}", said.join("\n  |   ")));
                        }
                        lines.push("  ----".to_owned());
                    }
                }
            }
        }
    }
    lines.join("\n")
}

#[test]
fn an_urging_letter() {
    insta::assert_snapshot!("urging", told(&urging().draw()));
}

#[test]
fn an_urging_letter_of_what_is_overdue_only_and_of_an_unknown_office() {
    let mut bare = urging();
    bare.issuer = Issuer { superior: "", office: "", place: "", signer_title: "" };
    (bare.symbol, bare.near_days, bare.data_until) = ("", 0, None);
    bare.holders.truncate(1);
    bare.holders[0].lines.truncate(1);
    insta::assert_snapshot!("urging_bare", told(&bare.draw()));
}

#[test]
fn a_letter_of_apology() {
    insta::assert_snapshot!("apology", told(&apology().draw()));
    let unknown = Apology { cause: None, new_promise: None, passed: true, ..apology() };
    insta::assert_snapshot!("apology_blank", told(&unknown.draw()));
}

#[test]
fn a_dossier_keeps_the_form_of_its_receipt() {
    let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
    assert_eq!(form_of(day("2024-04-08")).name, "Phiếu xin lỗi và hẹn lại ngày trả kết quả");
    assert_eq!(form_of(day("2025-09-14")).name, "Phiếu xin lỗi và hẹn lại ngày trả kết quả");
    assert_eq!(form_of(day("2025-09-15")).name, "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết");
    assert_eq!(form_of(day("2010-01-01")).name, "Phiếu xin lỗi và hẹn lại ngày trả kết quả");
    let later = Apology { received_at: local("2026-03-02T08:30:00"), ..apology() };
    insta::assert_snapshot!("apology_2025", told(&later.draw()));
}

#[test]
fn every_cause_is_said_to_the_citizen() {
    let said = |cause| {
        let letter = told(&Apology { cause: Some(cause), ..apology() }.draw());
        let line = letter.lines().find(|line| line.contains("Lý do")).expect("a reason");
        line.trim_start_matches("BodyText: Lý do: ").to_owned()
    };
    assert_eq!(said(Cause::OwnAgency), "cơ quan giải quyết chưa hoàn thành việc xử lý hồ sơ đúng thời hạn.");
    assert_eq!(
        said(Cause::Citizen),
        "chờ cá nhân, tổ chức hoàn thiện hồ sơ hoặc thực hiện nghĩa vụ theo yêu cầu."
    );
    assert_eq!(said(Cause::Regulation), "có vướng mắc trong việc áp dụng quy định.");
    assert_eq!(said(Cause::SoftwareOutage(None)), "sự cố phần mềm giải quyết thủ tục hành chính.");
    let system = Cause::SoftwareOutage(Some("phần mềm Một cửa của tỉnh"));
    assert_eq!(said(system), "sự cố của phần mềm Một cửa của tỉnh.");
}

#[test]
fn a_letter_is_the_same_file_each_time() {
    let bytes = urging().draw().docx();
    assert_eq!(bytes, urging().draw().docx());
    assert_eq!(apology().draw().docx(), apology().draw().docx());
    let document = &parts(&bytes)["word/document.xml"];
    assert!(document.contains("Đăng ký &#38; cấp Giấy chứng nhận quyền sử dụng đất &#60;lần đầu&#62;"));
    assert!(!document.contains("  "), "nothing is laid out by blanks");
    assert_eq!(document.matches("<w:tblHeader/>").count(), 1, "the list's head is repeated");
    for style in [Style::Addressee, Style::Body, Style::NumberedItem, Style::TableGroup] {
        assert!(document.contains(&format!("<w:pStyle w:val=\"{}\"/>", style.id())), "{style:?}");
    }
}
