//! What was promised and proposed, as the next report words it: one unit, several, none, all, late.

use super::super::promises::{
    PromiseLine, PromisePart, ProposalLine, ahead, kept, overdue, proposals, reviews,
};
use super::super::sample::{document, sample};
use super::super::{Following, Narrated, ReportInput};
use super::{day, input, reference};

fn part(unit: &str, done_on: Option<&str>, late: bool) -> PromisePart {
    PromisePart { unit: unit.to_owned(), done_on: done_on.map(day), late }
}

fn promise(text: &str, units: Vec<PromisePart>) -> PromiseLine {
    PromiseLine {
        text: text.to_owned(),
        document: None,
        unregistered: String::new(),
        report: Some(("02/BC-VP".to_owned(), day("2024-02-15"))),
        due_on: day("2024-08-31"),
        until: day("2024-05-15"),
        passed: false,
        own: false,
        units,
    }
}

/// What each function says of these.
fn said(following: &Following, say: fn(&ReportInput<'_>) -> Vec<String>) -> Vec<String> {
    let (summary, wording) = (sample(), reference());
    let mut input = input(&summary, &wording, false);
    input.following = following;
    say(&input)
}

fn promises(promises: Vec<PromiseLine>) -> Following {
    Following { promises, ..Following::default() }
}

#[test]
fn nothing_is_said_of_nothing() {
    for say in [kept, overdue, ahead, reviews, proposals] {
        assert_eq!(said(&Following::default(), say), Vec::<String>::new());
    }
}

#[test]
fn one_unit_is_named_and_several_are_counted() {
    let one = promise("Mở hội nghị đối thoại.", vec![part("Phòng Tư pháp", None, false)]);
    assert_eq!(
        said(&promises(vec![one.clone()]), ahead),
        [
            "Nhiệm vụ có thời hạn:",
            "- Mở hội nghị đối thoại (Báo cáo số 02/BC-VP ngày 15/02/2024): Phòng Tư pháp thực hiện, thời hạn chậm nhất ngày 31/8/2024."
        ]
    );
    // The report that promises it cites nothing.
    let own = PromiseLine { own: true, ..one.clone() };
    assert_eq!(
        said(&promises(vec![own]), ahead)[1],
        "- Mở hội nghị đối thoại: Phòng Tư pháp thực hiện, thời hạn chậm nhất ngày 31/8/2024."
    );
    assert_eq!(said(&promises(vec![one.clone()]), kept), Vec::<String>::new());
    let late = PromiseLine { due_on: day("2024-03-31"), ..one };
    let late = PromiseLine { units: vec![part("Phòng Tư pháp", Some("2024-04-02"), true)], ..late };
    assert_eq!(
        said(&promises(vec![late]), kept),
        [
            "Nhiệm vụ đã đề ra, hoàn thành trong kỳ:",
            "- Mở hội nghị đối thoại (Báo cáo số 02/BC-VP ngày 15/02/2024): Phòng Tư pháp đã hoàn thành ngày 02/4/2024, chậm so với thời hạn."
        ]
    );
    let several = |done: [Option<&str>; 3], late| {
        let units = ["A", "B", "C"].into_iter().zip(done);
        let units = units.map(|(unit, done)| part(unit, done, late && done.is_none())).collect();
        let line = PromiseLine {
            unregistered: "15/TB-VP".to_owned(),
            ..promise("Niêm yết số điện thoại", units)
        };
        promises(vec![line])
    };
    assert_eq!(
        said(&several([None, None, None], true), overdue),
        [
            "Nhiệm vụ đã đề ra, quá hạn chưa hoàn thành:",
            "- Niêm yết số điện thoại (văn bản số 15/TB-VP, thời hạn chậm nhất ngày 31/8/2024): đến ngày 15/5/2024 chưa có đơn vị nào trong 03 đơn vị hoàn thành; 03 đơn vị quá hạn chưa hoàn thành: A, B, C."
        ]
    );
    let some = said(&several([Some("2024-05-01"), None, None], true), overdue);
    assert!(
        some[1].ends_with(
            "đến ngày 15/5/2024 đã có 01/03 đơn vị hoàn thành; 02 đơn vị quá hạn chưa hoàn thành: B, C."
        ),
        "{some:?}"
    );
    let all = said(&several([Some("2024-05-01"); 3], false), kept);
    assert!(all[1].ends_with(": cả 03 đơn vị đã hoàn thành."), "{all:?}");
    let many: Vec<PromisePart> = (1..=12).map(|n| part(&format!("Phường {n}"), None, true)).collect();
    let many = said(&promises(vec![promise("Số hóa", many)]), overdue);
    assert!(many[1].ends_with("12 đơn vị quá hạn chưa hoàn thành: Phường 1, Phường 2, Phường 3, Phường 4, Phường 5, Phường 6, Phường 7, Phường 8, Phường 9, Phường 10 và 02 đơn vị khác."), "{many:?}");
}

#[test]
fn the_review_has_its_own_place_and_its_lateness_stands_among_what_is_lacking() {
    let line = |late: bool| PromiseLine {
        document: Some(document("52/KH-UBND", "plan", "Rà soát, đánh giá thủ tục hành chính năm 2024")),
        ..promise(
            "Mỗi đơn vị rà soát ít nhất 01 TTHC",
            vec![part("A", None, late), part("B", Some("2024-05-02"), false)],
        )
    };
    assert_eq!(
        said(&promises(vec![line(false)]), reviews),
        [
            "Kế hoạch số 52/KH-UBND ngày 12/3/2024: Mỗi đơn vị rà soát ít nhất 01 TTHC, thời hạn chậm nhất ngày 31/8/2024; đến ngày 15/5/2024 đã có 01/02 đơn vị hoàn thành."
        ]
    );
    assert_eq!(said(&promises(vec![line(false)]), ahead), Vec::<String>::new(), "it stands in section 2");
    assert_eq!(said(&promises(vec![line(true)]), overdue).len(), 2);
}

#[test]
fn proposals_stand_under_whom_they_are_made_to() {
    let line = |addressee: &str, text: &str, said_in: &[(&str, &str)]| ProposalLine {
        text: text.to_owned(),
        addressee: addressee.to_owned(),
        first_document: String::new(),
        said_in: said_in.iter().map(|(number, on)| ((*number).to_owned(), day(on))).collect(),
    };
    let all = Following {
        proposals: vec![
            line("UBND tỉnh", "Kiến nghị A.", &[("05/BC-VP", "2024-02-15"), ("07/BC-VP", "2024-03-15")]),
            line("Sở Nội vụ", "Hướng dẫn B", &[]),
            line("UBND tỉnh", "Kiến nghị C", &[]),
        ],
        ..Following::default()
    };
    assert_eq!(
        said(&all, proposals),
        [
            "Đề nghị UBND tỉnh:",
            "- Kiến nghị A (đã kiến nghị tại Báo cáo số 05/BC-VP ngày 15/02/2024, Báo cáo số 07/BC-VP ngày 15/3/2024; chưa được trả lời).",
            "- Kiến nghị C.",
            "Đề nghị Sở Nội vụ:",
            "- Hướng dẫn B.",
        ]
    );
}

#[test]
fn only_the_review_of_procedures_has_that_place_and_only_where_figures_speak_there() {
    let of = |text: &str| promises(vec![promise(text, vec![part("A", None, false)])]);
    let scrap = of("Rà soát, thanh lý máy tính hỏng");
    assert_eq!(
        (said(&scrap, reviews).len(), said(&scrap, ahead).len()),
        (0, 2),
        "other things are reviewed too"
    );
    let review = of("Rà soát thủ tục hành chính nội bộ");
    assert_eq!((said(&review, reviews).len(), said(&review, ahead).len()), (1, 0));
    // Somebody wrote over the place: it is told where it is told otherwise.
    let (summary, wording) = (sample(), reference());
    let narrative = std::collections::BTreeMap::from([(
        "review".to_owned(),
        Narrated { text: "Chưa thực hiện.".to_owned(), confirmed: true },
    )]);
    let mut input = input(&summary, &wording, false);
    (input.following, input.narrative) = (&review, &narrative);
    assert_eq!(ahead(&input).len(), 2);
}

#[test]
fn a_report_of_a_period_that_is_not_over_speaks_of_its_day() {
    let line = |due: &str, passed: bool| PromiseLine {
        due_on: day(due),
        until: day("2024-05-10"),
        passed,
        ..promise("Niêm yết", vec![part("A", None, passed), part("B", None, passed)])
    };
    assert_eq!(
        said(&promises(vec![line("2024-05-10", false)]), ahead)[1],
        "- Niêm yết (Báo cáo số 02/BC-VP ngày 15/02/2024): 02 đơn vị thực hiện, thời hạn chậm nhất ngày 10/5/2024."
    );
    let late = said(&promises(vec![line("2024-05-09", true)]), overdue);
    assert!(late[1].contains("đến ngày 10/5/2024 chưa có đơn vị nào trong 02 đơn vị"), "{late:?}");
    let late = said(&promises(vec![line("2024-05-09", true)]), ahead);
    assert!(late[1].ends_with("đã quá thời hạn ngày 09/5/2024."), "{late:?}");
}
