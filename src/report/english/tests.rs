//! Each sentence of figures has its twin, with the same numbers in the same order.

use super::super::sample::{nothing, sample};
use super::super::template::{Saying, Template};
use super::super::tests::{input, reference};
use super::super::{
    DossierLine, Following, Language, PromiseLine, PromisePart, ProposalLine, ReportInput, Stood, body, html,
};
use super::said;
use crate::domain::declared::{Declared, DeclaredIndicator, Whose};
use crate::domain::summary::PeriodSummary;

/// The numbers of a sentence as programs write them: `1320`, `99.84`.
fn numbers(text: &str, language: Language) -> Vec<String> {
    let (group, decimal) = match language {
        Language::Vi => ('.', ','),
        Language::En => (',', '.'),
    };
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let (mut found, mut number) = (Vec::new(), String::new());
    for (at, c) in letters.iter().enumerate() {
        if c.is_ascii_digit() {
            number.push(*c);
        } else if !number.is_empty() && is_digit(at + 1) && *c == group {
        } else if !number.is_empty() && is_digit(at + 1) && *c == decimal {
            number.push('.');
        } else if !number.is_empty() {
            found.push(std::mem::take(&mut number));
        }
    }
    found.extend((!number.is_empty()).then_some(number));
    // Running text in Vietnamese writes 09 for 9.
    found.iter().map(|number| number.trim_start_matches('0').to_owned()).collect()
}

fn sayings() -> Vec<Saying> {
    let template = Template::period();
    template.sections.iter().flat_map(|section| &section.blocks).flat_map(|block| block.say.clone()).collect()
}

fn held(input: &ReportInput<'_>) -> usize {
    let mut sentences = 0;
    for saying in sayings() {
        let (vietnamese, english) = (body::said(saying, input), said(saying, input));
        assert_eq!(vietnamese.len(), english.len(), "{saying:?}");
        for (vi, en) in vietnamese.iter().zip(&english) {
            assert_eq!(numbers(vi, Language::Vi), numbers(en, Language::En), "{vi}\n{en}");
            assert_eq!(vi.is_empty(), en.is_empty(), "{vi}");
            sentences += 1;
        }
    }
    sentences
}

#[test]
fn every_sentence_of_figures_has_the_same_numbers_in_english() {
    let (summary, mut wording) = (sample(), reference());
    assert!(held(&input(&summary, &wording, true)) >= 15);
    held(&input(&nothing(), &wording, false));
    // In parts, and otherwise worded.
    wording.merge_early = false;
    let mut summary = PeriodSummary { ratings_total: 4000, ..summary };
    summary.petitions.received = 1203;
    summary.petitions.satisfied = 1;
    summary.tasks.in_progress_overdue = 2;
    for row in &mut summary.rows {
        row.figures.dossiers.in_process_paused = 3;
        row.figures.dossiers.stopped = 1000;
    }
    let lines = [Declared {
        code: "KB-1".to_owned(),
        indicator: DeclaredIndicator::SatisfiedRate,
        value: 9932,
        parts: Some((2940, 2960)),
        whose: Whose::House,
        source: "Thiết bị đánh giá".to_owned(),
        file: String::new(),
        office: "Văn phòng".to_owned(),
        declared_on: super::super::sample::day("2024-05-15"),
        corrections: 0,
    }];
    held(&ReportInput { declared: &lines, ..input(&summary, &wording, true) });
    let following = following();
    let late =
        [cause(Some("do cơ quan phối hợp"), true), cause(None, true), cause(Some("do quy định"), false)];
    let with = ReportInput { following: &following, late_dossiers: &late, ..input(&summary, &wording, true) };
    let without = held(&ReportInput { late_dossiers: &[], ..input(&summary, &wording, true) });
    assert_eq!(held(&with) - without, 3 + (1 + 1) + (1 + 3) + (1 + 3) + (2 + 3) + 1 + 2, "each of them");
}

fn cause(cause: Option<&str>, closed: bool) -> DossierLine {
    let on = super::super::sample::day("2024-05-15");
    DossierLine {
        code: "A".into(),
        unit: "Phòng A".into(),
        procedure: "B".into(),
        received_on: on,
        due_on: None,
        closed_on: closed.then_some(on),
        cause: cause.map(str::to_owned),
        apologised: false,
    }
}

/// Promises of all kinds, two proposals, and what stood.
fn following() -> Following {
    let day = super::super::sample::day;
    let part = |unit: &str, done: Option<&str>, late| PromisePart {
        unit: unit.to_owned(),
        done_on: done.map(day),
        late,
    };
    let promise = |text: &str, units: Vec<PromisePart>| PromiseLine {
        text: text.to_owned(),
        document: None,
        unregistered: "52/KH".to_owned(),
        report: None,
        due_on: day("2024-04-30"),
        until: day("2024-05-15"),
        passed: true,
        own: false,
        units,
    };
    let many = (0..12).map(|at| part(&format!("Phường {at}"), None, true)).collect();
    let report = ("05/BC-VP".to_owned(), day("2024-02-01"));
    Following {
        promises: vec![
            promise(
                "Mỗi đơn vị rà soát 01 TTHC.",
                vec![part("A", Some("2024-03-05"), false), part("B", None, true)],
            ),
            promise(
                "Rà soát lại TTHC",
                vec![part("A", Some("2024-03-05"), false), part("B", Some("2024-05-02"), true)],
            ),
            promise("Rà soát nữa TTHC", many),
            PromiseLine {
                unregistered: String::new(),
                report: Some(report.clone()),
                ..promise("Tập huấn", vec![part("A", Some("2024-05-02"), true)])
            },
            PromiseLine {
                due_on: day("2024-09-01"),
                passed: false,
                ..promise("Kiểm tra", vec![part("A", None, false), part("B", None, false)])
            },
            PromiseLine { own: true, ..promise("Trang bị", vec![part("A", None, true)]) },
            PromiseLine {
                due_on: day("2024-10-01"),
                passed: false,
                unregistered: String::new(),
                ..promise("Niêm yết", vec![part("A", None, false)])
            },
        ],
        proposals: vec![
            ProposalLine {
                text: "Nâng cấp phần mềm".to_owned(),
                addressee: "UBND tỉnh".to_owned(),
                first_document: "Công văn số 12".to_owned(),
                said_in: vec![report],
            },
            ProposalLine {
                text: "Bổ sung biên chế".to_owned(),
                addressee: "Sở Nội vụ".to_owned(),
                first_document: String::new(),
                said_in: Vec::new(),
            },
            ProposalLine {
                text: "Sửa lỗi đồng bộ".to_owned(),
                addressee: "UBND tỉnh".to_owned(),
                first_document: String::new(),
                said_in: Vec::new(),
            },
        ],
        stood: Stood {
            office_minutes: Some(270),
            dossiers: 14,
            units: vec![("Phòng A".into(), 12), ("Phòng B".into(), 2)],
        },
    }
}

#[test]
fn a_translation_says_what_it_is_and_leaves_what_people_wrote() {
    let (summary, wording) = (sample(), reference());
    let narrative = std::collections::BTreeMap::from([(
        "causes".to_owned(),
        super::super::Narrated { text: "- Quên luân chuyển hồ sơ.".to_owned(), confirmed: true },
    )]);
    let english =
        ReportInput { language: Language::En, narrative: &narrative, ..input(&summary, &wording, true) };
    let page = html(&english);
    for words in [
        "<html lang=\"en\">",
        "Courtesy translation. Only the Vietnamese report is signed and valid",
        "SOCIALIST REPUBLIC OF VIET NAM",
        "<h2>2. Reform of administrative procedures</h2>",
        "+ The specialised agencies: 1,320 dossiers received (1,304 in the period, 16 carried over), 1,277 resolved \
         (1,275 ahead of or on the due date, 99.84%; 2 late, 0.16%), 37 in process (37 in due, 0 overdue), 6 withdrawn.",
        "* Causes of the shortcomings: [Vietnamese original] - Quên luân chuyển hồ sơ.",
        "950 online payments of land tax and registration fees, over 5.2 billion VND",
        "<td>Communes and wards</td><td>15,205</td>",
    ] {
        assert!(page.contains(words), "not in the translation: {words}\n\n{page}");
    }
}
