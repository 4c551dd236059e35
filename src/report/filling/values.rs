//! What a report has to say at the names of forms.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::names::{Item, Names, Registers, Value, rate_part};
use super::{figures, names};
use crate::domain::figure::Rating;
use crate::domain::summary::{Figures, Rate, RowKey, cells};
use crate::domain::text::{date, moment};
use crate::report::ReportInput;
use crate::report::appendix::group_name;
use crate::report::body::{capitalised, closing, opening, prefill};
use crate::report::sentences;
use crate::report::template::{BlockForm, Saying};
use crate::report::wording::{period_name, period_range};

/// The names of sentences that figures say, and what each speaks of.
const SAYINGS: [(&str, Saying, &str); 22] = [
    ("tasks", Saying::Tasks, "câu về nhiệm vụ được giao"),
    ("documents", Saying::Documents, "câu về văn bản đã ban hành"),
    ("review", Saying::Review, "câu về rà soát TTHC"),
    ("procedures", Saying::Procedures, "câu về số lượng TTHC"),
    ("dossiers", Saying::Dossiers, "các câu về hồ sơ, mỗi nhóm một đoạn"),
    ("petitions", Saying::Petitions, "câu về phản ánh, kiến nghị"),
    ("ratings", Saying::Ratings, "câu về đánh giá sự hài lòng"),
    ("declared_service", Saying::DeclaredService, "câu về số liệu tự khai: đánh giá, phản ánh"),
    ("declared_electronic", Saying::DeclaredElectronic, "câu về số liệu tự khai: chính phủ điện tử"),
    ("online", Saying::Online, "câu về hồ sơ trực tuyến"),
    ("digitisation", Saying::Digitisation, "câu về số hóa"),
    ("payments", Saying::Payments, "câu về thanh toán trực tuyến"),
    ("achieved", Saying::Achieved, "câu về kết quả đạt được"),
    ("targets", Saying::Targets, "các câu về chỉ tiêu"),
    ("lacking", Saying::Lacking, "câu về tồn tại, hạn chế"),
    ("late_causes", Saying::LateCauses, "câu về hồ sơ trễ hạn theo nguyên nhân"),
    ("hand_overs", Saying::HandOvers, "câu về hồ sơ chưa được luân chuyển"),
    ("review_plans", Saying::ReviewPlans, "câu về kế hoạch rà soát TTHC"),
    ("promises_kept", Saying::PromisesKept, "nhiệm vụ đã đề ra, hoàn thành trong kỳ"),
    ("promises_overdue", Saying::PromisesOverdue, "nhiệm vụ đã đề ra, quá hạn"),
    ("promises_ahead", Saying::PromisesAhead, "nhiệm vụ có thời hạn"),
    ("proposals", Saying::Proposals, "đề xuất, kiến nghị chưa được trả lời"),
];

/// The names that sentences have, for a form that is looked at before there is a report.
fn with_sayings(mut names: Names) -> Names {
    for (word, _, meaning) in SAYINGS {
        names.tell(&format!("say/{word}"), &format!("{meaning} / sentences of figures"));
    }
    for group in crate::domain::unit::Group::ALL {
        let meaning = format!("câu về hồ sơ: {} / sentence on dossiers", group_name(*group));
        names.tell(&format!("say/dossiers/{}", group.as_str()), &meaning);
    }
    names
}

/// All names with what a report says at them. `code`: the report's code in the house.
pub fn names_of(input: &ReportInput<'_>, registers: &Registers, code: &str) -> Names {
    let mut names = with_sayings(Names::blank(registers));
    let summary = input.summary;
    for (name, value) in cells::cells(summary) {
        // Documents are a list.
        if !name.starts_with("documents/") {
            names.set(&name, Value::Count(value));
        }
    }
    set_rates(&mut names, "total", &summary.total);
    for row in &summary.rows {
        let (list, prefix, name) = match &row.key {
            RowKey::Group(group) => ("group", format!("groups/{}", group.as_str()), group_name(*group)),
            RowKey::Unit(_) => ("unit", row.code.clone(), row.label.as_str()),
            RowKey::Field(field) => ("field", format!("fields/{field}"), row.label.as_str()),
            RowKey::Procedure(_) => continue,
        };
        set_rates(&mut names, &prefix, &row.figures);
        // As in the appendix: groups always, others where there is something to tell.
        if list == "group" || !row.figures.dossiers.is_empty() {
            let code = row.code.rsplit('/').next().unwrap_or(&row.code);
            names.add(list, item(name, code, &row.figures));
        }
    }
    names.set_rate("online_overall", summary.online_overall);
    names.set_rate("payments/online", summary.payments.online);
    for (name, number) in [
        ("documents/count", summary.documents.len()),
        ("incidents/count", input.incidents.len()),
        ("late_dossiers/count", input.late_dossiers.len()),
    ] {
        names.set(name, Value::Count(i64::try_from(number).unwrap_or(i64::MAX)));
    }
    head(&mut names, input, code);
    said(&mut names, input);
    lists(&mut names, input);
    names.done()
}

fn rates(figures: &Figures) -> [(&'static str, Rate); figures::RATES.len()] {
    [
        ("not_late", figures.dossiers.not_late_rate()),
        ("late", figures.dossiers.late_rate()),
        ("online_partial", figures.online_partial.unwrap_or_default()),
        ("online_full", figures.online_full.unwrap_or_default()),
        ("intake", figures.intake.unwrap_or_default()),
        ("result", figures.result.unwrap_or_default()),
    ]
}

fn set_rates(names: &mut Names, row: &str, figures: &Figures) {
    for (name, rate) in rates(figures) {
        names.set_rate(&format!("{row}/{name}"), rate);
    }
}

fn item(name: &str, code: &str, figures: &Figures) -> Item {
    let mut item = Item::from([
        ("name".to_owned(), Value::Text(name.to_owned())),
        ("code".to_owned(), Value::Text(code.to_owned())),
    ]);
    for (count, value) in cells::dossier_counts(&figures.dossiers) {
        item.insert(format!("dossiers/{count}"), Value::Count(value));
    }
    for (rate, value) in rates(figures) {
        for (part, _, _) in figures::RATE_PARTS {
            item.insert(format!("{rate}/{part}"), rate_part(part, value));
        }
    }
    for rating in Rating::ALL {
        let given = figures.ratings.get(rating).copied().unwrap_or_default();
        item.insert(format!("ratings/{}", rating.as_str()), Value::Count(given));
    }
    item
}

fn head(names: &mut Names, input: &ReportInput<'_>, code: &str) {
    let period = input.summary.period;
    let until = input.data_until.with_timezone(&input.zone).naive_local();
    let all: BTreeMap<&str, String> = BTreeMap::from([
        ("report/code", code.to_owned()),
        ("report/place", input.locality.name.to_owned()),
        ("report/superior", input.superior.to_owned()),
        ("report/office", input.office.to_owned()),
        ("report/addressee", input.recipient.to_owned()),
        ("report/request", input.request.unwrap_or_default().to_owned()),
        ("report/subject", format!("{} {}", capitalised(input.matter()), period_range(period))),
        ("report/opening", opening(input)),
        ("report/closing", closing(input)),
        ("report/data_until", moment(until)),
        ("period/first", date(period.first())),
        ("period/last", date(period.last())),
        ("period/name", period_name(period)),
        ("period/range", period_range(period)),
    ]);
    for (name, text) in all {
        names.set(name, Value::Text(text));
    }
}

fn said(names: &mut Names, input: &ReportInput<'_>) {
    for (word, saying, _) in SAYINGS {
        let form = BlockForm { say: vec![saying], ..BlockForm::default() };
        names.set(&format!("say/{word}"), Value::Text(prefill(&form, input)));
    }
    for (group, figures) in sentences::groups(input.summary) {
        let said =
            sentences::dossiers(&figures.dossiers, input.wording.group(group), input.wording.merge_early);
        names.set(&format!("say/dossiers/{}", group.as_str()), Value::Text(said));
    }
    for (_, block) in input.template.places() {
        let written = input.narrative.get(&block.place).map(|written| written.text.clone());
        let text = written.unwrap_or_else(|| prefill(block, input));
        names.set(&format!("place/{}", block.place), Value::Text(text));
    }
}

fn lists(names: &mut Names, input: &ReportInput<'_>) {
    let item = |all: &[(&str, String)]| -> Item {
        all.iter().map(|(column, text)| ((*column).to_owned(), Value::Text(text.clone()))).collect()
    };
    let day = |on: Option<NaiveDate>| on.map(date).unwrap_or_default();
    for document in &input.summary.documents {
        let columns = [
            ("number", document.number.clone()),
            ("issued_on", date(document.issued_on)),
            ("issuer", document.issuer.clone()),
            ("subject", document.subject.clone()),
        ];
        names.add("document", item(&columns));
    }
    for task in input.tasks {
        let columns = [
            ("code", task.code.clone()),
            ("title", task.title.clone()),
            ("assigned_by", task.assigned_by.clone()),
            ("unit", task.lead_unit.clone()),
            ("due_on", day(task.due_on)),
            ("completed_on", day(task.completed_on)),
        ];
        names.add("task", item(&columns));
    }
}

/// The names that forms may have where there is no report yet, with nothing at them.
pub fn blank(registers: &names::Registers) -> Names {
    with_sayings(Names::blank(registers)).before_a_report().done()
}
