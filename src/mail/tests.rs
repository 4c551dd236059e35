//! What the mails say, in both languages, and how they are sealed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::domain::declared::{Declared, DeclaredIndicator, Whose};
use crate::domain::reminder::{Concern, NoticeRole};
use crate::domain::unit::Group;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub(super) fn local(text: &str) -> NaiveDateTime {
    text.parse().expect("a local time")
}

pub(super) fn line(number: usize, due: &str, working_days: i64) -> Line {
    Line {
        code: format!("000.15.25.H48-240408-{number:04}"),
        subject: Subject::Dossier,
        procedure: "Cấp giấy chứng nhận quyền sử dụng đất lần đầu".to_owned(),
        received_on: day("2024-04-08"),
        due: Some(local(due)),
        step: "in_process".to_owned(),
        holder: None,
        unit: "Phòng Tài nguyên và Môi trường".to_owned(),
        working_days: Some(working_days),
        opens: None,
        measured: None,
        remarks: Vec::new(),
    }
}

pub(super) fn digest() -> Digest {
    let task = Line {
        code: "NV-2024-007".to_owned(),
        subject: Subject::Task,
        procedure: "Báo cáo rà soát <thủ tục> & đơn giản hóa".to_owned(),
        step: "Trình lãnh đạo ký".to_owned(),
        holder: Some("Trần Thị Ánh".to_owned()),
        ..line(0, "2024-05-20T17:00:00", 2)
    };
    Digest {
        recipient: "Nguyễn Văn Ước".to_owned(),
        unit: "Phòng Tài nguyên và Môi trường".to_owned(),
        list_code: "TNMT".to_owned(),
        oversees: false,
        role: NoticeRole::Responsible,
        stands_in: false,
        run_at: local("2024-05-16T07:15:00"),
        data_until: Some(local("2024-05-15T18:00:00")),
        overdue: vec![line(2, "2024-05-14T17:00:00", -1), line(1, "2024-04-26T17:00:00", -11)],
        due_today: vec![line(3, "2024-05-16T17:00:00", 0)],
        due_soon: vec![task],
        concerns: BTreeMap::new(),
        link_template: Some("https://motcua.example/ho-so?ma={code}".to_owned()),
    }
}

pub(super) fn shown(mail: &Rendered) -> String {
    let files: Vec<String> = mail
        .attachments
        .iter()
        .map(|a| format!("=== {} ({})\n{}", a.name, a.mime, String::from_utf8_lossy(&a.bytes)))
        .collect();
    format!("=== {}\n{}\n=== html\n{}\n{}", mail.subject, mail.text, mail.html, files.join("\n"))
        .replace("\r\n", "\n")
}

#[test]
fn a_digest_in_both_languages() {
    insta::assert_snapshot!("digest_vi", shown(&digest().render(Language::Vi)));
    insta::assert_snapshot!("digest_en", shown(&digest().render(Language::En)));
}

/// One line of each concern, as the rules measure it at the run.
pub(super) fn with_concerns() -> Digest {
    let of = |number, from: &str, working_days, office_minutes, missing: &[&str]| Line {
        measured: Some(Measured {
            from: local(from),
            office_minutes: Some(office_minutes),
            day_minutes: 480,
            months: 0,
            missing: missing.iter().map(|word| (*word).to_owned()).collect(),
        }),
        ..line(number, "2024-05-20T17:00:00", working_days)
    };
    let registered = Line {
        due: None,
        step: "registered".to_owned(),
        received_on: day("2024-05-14"),
        ..of(11, "2024-05-14T15:30:00", -1, 585, &[])
    };
    let finished =
        Line { due: None, step: "returned".to_owned(), ..of(14, "2024-05-13T09:00:00", -3, 0, &[]) };
    let unclear = Line {
        code: "NV-2024-013".to_owned(),
        subject: Subject::Task,
        procedure: "Rà soát thủ tục nội bộ".to_owned(),
        due: None,
        step: "assigned".to_owned(),
        ..of(13, "2024-05-13T08:00:00", -3, 0, &["person", "result", "deadline"])
    };
    Digest {
        concerns: BTreeMap::from([
            (Concern::Apology, vec![of(10, "2024-05-17T17:00:00", 1, 0, &[])]),
            (Concern::Acceptance, vec![registered]),
            (
                Concern::Standing,
                vec![Line {
                    holder: Some("Trần Thị Ánh".to_owned()),
                    ..of(12, "2024-05-15T09:00:00", -1, 375, &[])
                }],
            ),
            (Concern::Clarity, vec![unclear]),
            (Concern::Digitisation, vec![finished]),
        ]),
        ..digest()
    }
}

#[test]
fn concerns_have_groups_and_words_of_their_own() {
    insta::assert_snapshot!("digest_concerns_vi", shown(&with_concerns().render(Language::Vi)));
    insta::assert_snapshot!("digest_concerns_en", shown(&with_concerns().render(Language::En)));
    let stored = serde_json::to_string(&with_concerns()).expect("plain data");
    assert_eq!(serde_json::from_str::<Digest>(&stored).expect("what was stored"), with_concerns());
}

#[test]
fn a_long_list_of_concerns_is_in_the_sheet() {
    let mut long = with_concerns();
    long.overdue = (21..=60).map(|i| line(i, "2024-05-02T17:00:00", -9)).collect();
    let mail = long.render(Language::Vi);
    assert_eq!(mail.text.matches("\n* ").count(), 20, "each concern keeps a place");
    for title in ["CHƯA ĐỦ 4 RÕ (1)", "CHƯA SỐ HÓA KẾT QUẢ (1)"] {
        assert!(mail.text.contains(title), "{}", mail.text);
    }
    assert_eq!(long.listing(Language::Vi).entries.len(), 40 + 1 + 1 + 5);
}

#[test]
fn a_long_digest_shows_twenty_lines_and_encloses_all() {
    let mut long = digest();
    long.overdue = (1..=30).map(|i| line(i, "2024-05-02T17:00:00", -9)).collect();
    long.due_today = (31..=40).map(|i| line(i, "2024-05-16T17:00:00", 0)).collect();
    let mail = long.render(Language::Vi);
    assert_eq!(mail.text.matches("\n* ").count(), 20);
    assert!(long.encloses_list() && !digest().encloses_list());
    assert_eq!(long.listing(Language::Vi).entries.len(), 41);
    insta::assert_snapshot!("digest_long_vi", shown(&mail));
}

#[test]
fn a_digest_survives_the_outbox() {
    let stored = serde_json::to_string(&digest()).expect("plain data");
    assert_eq!(serde_json::from_str::<Digest>(&stored).expect("what was stored"), digest());
    assert!(!digest().is_empty());
    assert!(Digest { overdue: vec![], due_today: vec![], due_soon: vec![], ..digest() }.is_empty());
}

#[test]
fn the_places_in_a_digest_go_by_urgency() {
    let places = |overdue: usize, today: usize, soon: usize| {
        let many = |n: usize| (0..n).map(|i| line(i, "2024-05-16T17:00:00", 0)).collect::<Vec<_>>();
        let mail =
            Digest { overdue: many(overdue), due_today: many(today), due_soon: many(soon), ..digest() }
                .render(Language::Vi);
        let after = |title: &str| {
            mail.text.split(title).nth(1).map_or(0, |rest| {
                rest.split("\n\nĐẾN HẠN")
                    .next()
                    .and_then(|r| r.split("\n\nSẮP").next())
                    .map_or(0, |r| r.matches("\n* ").count())
            })
        };
        [after("\nQUÁ HẠN ("), after("\nĐẾN HẠN HÔM NAY ("), after("\nSẮP ĐẾN HẠN (")]
    };
    assert_eq!(places(128, 9, 9), [10, 6, 4]);
    assert_eq!(places(3, 30, 9), [3, 13, 4]);
    assert_eq!(places(0, 0, 30), [0, 0, 20]);
    assert_eq!(places(30, 0, 1), [19, 0, 1]);
}

fn summary_mail() -> SummaryMail {
    let group = |group, received, resolved, late, in_process, overdue, withdrawn| GroupLine {
        group,
        received,
        resolved,
        late,
        in_process,
        overdue,
        withdrawn,
        stopped: 0,
    };
    SummaryMail {
        recipient: "Phòng Nội vụ".to_owned(),
        office: "Văn phòng HĐND và UBND thị xã".to_owned(),
        first: day("2023-12-15"),
        last: day("2024-05-15"),
        complete: true,
        reconciled: None,
        data_until: Some(local("2024-05-15T18:00:00")),
        made_at: local("2024-05-16T07:15:00"),
        groups: vec![
            group(Group::SpecialisedAgencies, 1320, 1277, 2, 37, 0, 6),
            group(Group::Communes, 15_205, 14_909, 8, 142, 0, 154),
            group(Group::LandRegistryBranch, 8055, 6338, 134, 1142, 128, 575),
        ],
        tasks_completed: (9, 1),
        tasks_in_progress: (6, 0),
        online: (15_219, 15_233),
        payments: (10_953, 10_954),
        petitions: (2, 2),
        declared: Vec::new(),
        report_html: String::new(),
        papers: vec![Enclosed {
            name: "report.html".to_owned(),
            mime: "text/html; charset=utf-8".to_owned(),
            bytes: "<p>Báo cáo</p>".as_bytes().to_vec(),
        }],
        summary_json: "{}".to_owned(),
    }
}

#[test]
fn a_summary_mail_in_both_languages() {
    insta::assert_snapshot!("summary_vi", shown(&summary_mail().render(Language::Vi)));
    insta::assert_snapshot!("summary_en", shown(&summary_mail().render(Language::En)));
    let nothing = SummaryMail {
        complete: false,
        groups: vec![],
        tasks_completed: (0, 0),
        tasks_in_progress: (0, 0),
        online: (0, 0),
        payments: (0, 0),
        petitions: (0, 0),
        ..summary_mail()
    };
    insta::assert_snapshot!("summary_of_nothing_vi", shown(&nothing.render(Language::Vi)));
}

#[test]
fn declared_figures_stand_under_a_heading_of_their_own() {
    let declared = Declared {
        code: "KB-1".to_owned(),
        indicator: DeclaredIndicator::SatisfiedRate,
        value: 9932,
        parts: Some((2940, 2960)),
        whose: Whose::Group(Group::Communes),
        source: "Thiết bị đánh giá".to_owned(),
        file: "thiet-bi.pdf".to_owned(),
        office: "Văn phòng <HĐND>".to_owned(),
        declared_on: day("2024-05-15"),
        corrections: 1,
    };
    let plain = summary_mail();
    let mail = SummaryMail { declared: vec![declared], ..plain.clone() };
    let (vi, en) = (mail.render(Language::Vi), mail.render(Language::En));
    let said = "\n\nSỐ LIỆU DO ĐƠN VỊ KHAI BÁO, KHÔNG DO HỆ THỐNG ĐẾM\n- Tỷ lệ hài lòng, các xã, phường: 99,32% (2.940/2.960) (nguồn: Thiết bị đánh giá, tệp thiet-bi.pdf; Văn phòng <HĐND> khai báo ngày 15/5/2024).\n";
    assert!(vi.text.contains(said), "{}", vi.text);
    let said = "- Satisfied rate, communes: 99.32% (2,940/2,960) (source: Thiết bị đánh giá, file thiet-bi.pdf; declared by Văn phòng <HĐND> on 15 May 2024).";
    assert!(en.text.contains(said), "{}", en.text);
    assert!(
        vi.html.contains("<h2>Số liệu do đơn vị khai báo, không do hệ thống đếm</h2>\n<p>Tỷ lệ hài lòng,"),
        "{}",
        vi.html
    );
    assert!(vi.html.contains("Văn phòng &#60;HĐND&#62; khai báo"), "{}", vi.html);
    // Nothing that is counted reads otherwise.
    let without = |text: &str| {
        text.lines().filter(|l| !l.contains("KHAI BÁO") && !l.contains("khai báo")).collect::<String>()
    };
    assert_eq!(without(&vi.text), without(&plain.render(Language::Vi).text));
    // A mail that was put in the outbox before there were declared figures can still be written.
    let mut old = serde_json::to_value(&plain).expect("it is data");
    old.as_object_mut().expect("an object").remove("declared");
    assert_eq!(serde_json::from_value::<SummaryMail>(old).expect("an old one"), plain);
    let kept = serde_json::from_value::<SummaryMail>(serde_json::to_value(&mail).expect("data"));
    assert_eq!(kept.expect("it comes back"), mail);
}

#[test]
fn a_summary_mail_tells_of_every_dossier_that_came_in() {
    let mut mail = summary_mail();
    mail.groups.truncate(1);
    // Received 1,320: resolved, in process, withdrawn, stopped.
    mail.groups[0] = GroupLine { resolved: 1270, stopped: 7, ..mail.groups[0].clone() };
    let vi = mail.render(Language::Vi);
    assert!(vi.text.contains("- Rút hồ sơ: 6\n- Dừng giải quyết: 7\n"), "{}", vi.text);
    assert!(vi.html.contains(">Dừng giải quyết</td><td class=\"number\">7</td>"), "{}", vi.html);
    let en = mail.render(Language::En);
    assert!(en.text.contains("- Stopped for good: 7\n"), "{}", en.text);
    // One that was put in the outbox before it was told.
    let mut kept = serde_json::to_value(&mail).expect("JSON");
    kept["groups"][0].as_object_mut().expect("a group").remove("stopped");
    let old: SummaryMail = serde_json::from_value(kept).expect("it is read");
    assert!(!old.render(Language::Vi).text.contains("Dừng giải quyết"));
}

#[test]
fn a_notice_to_the_operator() {
    let notice = OperatorNotice {
        headline: "Chưa có lượt nhắc việc nào trong ngày".to_owned(),
        noticed_at: local("2024-05-16T08:00:00"),
        house: "bonro.example".to_owned(),
        details: vec!["Lượt 07:15 ngày 16/5/2024 chưa bắt đầu".to_owned()],
        mend: Some("Kiểm tra dịch vụ rồi chạy lại lượt này.".to_owned()),
    };
    insta::assert_snapshot!("operator_vi", shown(&notice.render(Language::Vi)));
}

fn letter() -> Letter {
    let mail = summary_mail().render(Language::Vi);
    Letter {
        message_id: "<0190f2c4-9d2e-7c3a-8a1b-000000000001@bonro.example>".to_owned(),
        from: Mailbox {
            name: "Văn phòng HĐND và UBND thị xã Đức Phổ".to_owned(),
            address: "bonro@ducpho.example".to_owned(),
        },
        to: Mailbox { name: "Nguyễn Văn Ước".to_owned(), address: "noivu@ducpho.example".to_owned() },
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        attachments: mail.attachments,
        date: "2024-05-16T00:15:00Z".parse::<DateTime<Utc>>().expect("an instant"),
        list_id: Some("<reports.bonro.ducpho.example>".to_owned()),
        thread: None,
    }
}

#[test]
fn sealing_is_deterministic_and_plain_ascii() {
    let sealed = seal(&letter(), None).expect("a good letter");
    assert_eq!(sealed, seal(&letter(), None).expect("a good letter"));
    let text = String::from_utf8(sealed).expect("ASCII");
    assert!(text.is_ascii());
    assert!(text.lines().all(|l| l.len() <= 998) && !text.replace("\r\n", "").contains('\n'));
    insta::assert_snapshot!("sealed", text.replace("\r\n", "\n"));
}

#[test]
fn what_cannot_be_sealed_is_named() {
    let with = |change: &dyn Fn(&mut Letter)| {
        let mut changed = letter();
        change(&mut changed);
        seal(&changed, None)
    };
    assert_eq!(with(&|l| l.to.address = "nobody".to_owned()), Err(MailError::Address("nobody".to_owned())));
    for id in ["a@b", "<>", "<a b@c>", "<a@b>\r\nBcc: x@y", "<a@b\r\nBcc: x@y>", "<đ@b>"] {
        assert_eq!(with(&|l| l.message_id = id.to_owned()), Err(MailError::Identifier(id.to_owned())));
    }
    let injected = with(&|l| l.subject = "a\r\nBcc: x@y.example".to_owned()).expect("made one line");
    assert!(!String::from_utf8(injected).expect("ASCII").contains("\r\nBcc:"));
    let injected = with(&|l| l.to.name = "a\r\nBcc: x@y.example".to_owned()).expect("made one line");
    assert!(!String::from_utf8(injected).expect("ASCII").contains("\r\nBcc:"));
}

#[test]
fn a_deadline_on_a_day_off_is_not_said_to_be_todays() {
    let friday = "2024-05-17T07:15:00";
    let said = |due: &str, working_days, language| {
        let (overdue, due_today) = (vec![], vec![]);
        let due_soon = vec![line(1, due, working_days)];
        Digest { run_at: local(friday), overdue, due_today, due_soon, ..digest() }.render(language).text
    };
    let saturday = "2024-05-18T17:00:00";
    let text = said(saturday, 0, Language::Vi);
    assert!(text.contains("0001 - hết hạn 18/5, trước ngày làm việc tới\n"), "{text}");
    let text = said(saturday, 0, Language::En);
    assert!(text.contains("0001 - due 18 May, before the next working day\n"), "{text}");
    assert!(said("2024-05-20T17:00:00", 1, Language::Vi).contains("0001 - còn 1 ngày làm việc\n"));
    let beyond = Line { working_days: None, ..line(1, "2025-01-02T17:00:00", 0) };
    let mail = |overdue: &[Line], due_soon: &[Line]| Digest {
        overdue: overdue.to_vec(),
        due_today: vec![],
        due_soon: due_soon.to_vec(),
        ..digest()
    };
    let text = mail(&[], std::slice::from_ref(&beyond)).render(Language::Vi).text;
    assert!(text.contains("0001 - hết hạn 02/01/2025\n"), "{text}");
    let text = mail(&[beyond], &[]).render(Language::En).text;
    assert!(text.contains("0001 - overdue\n"), "{text}");
}
