//! What people write at the places of a form, and forms that are other files.

use std::collections::BTreeMap;

use super::super::sample::sample;
use super::super::{Narrated, Template, Wording};
use super::{TOWN, print_as, reference};
use crate::report::Registered;

fn written(pairs: &[(&str, &str)]) -> BTreeMap<String, Narrated> {
    let said = |text: &str| Narrated { text: text.to_owned(), confirmed: true };
    pairs.iter().map(|(place, text)| ((*place).to_owned(), said(text))).collect()
}

#[test]
fn what_a_person_wrote_stands_in_the_place_of_what_figures_say() {
    let (summary, wording) = (sample(), reference());
    let narrative = written(&[
        ("lacking", "- Một số ít công chức quên luân chuyển hồ sơ.\n\n- Phần mềm <lỗi> & chậm."),
        ("next_tasks", "- Tiếp tục ban hành các văn bản chỉ đạo."),
    ]);
    let before = print_as(&summary, &wording, false, |_| ());
    let page = print_as(&summary, &wording, false, |input| input.narrative = &narrative);
    assert!(before.contains("* Tồn tại, hạn chế: Trong 05 tháng đầu năm 2024, số liệu ghi nhận"), "{before}");
    assert!(page.contains("* Tồn tại, hạn chế: - Một số ít công chức quên luân chuyển hồ sơ."), "{page}");
    assert!(page.contains("Phần mềm &#60;lỗi&#62; &#38; chậm."), "{page}");
    assert!(!page.contains("số liệu ghi nhận"), "{page}");
    let marks = |page: &str| page.matches("<mark>").count();
    assert_eq!(marks(&before) - marks(&page), 2, "both places are written");
    let carried =
        narrative.iter().map(|(place, said)| (place.clone(), Narrated { confirmed: false, ..said.clone() }));
    let carried = carried.collect();
    let page = print_as(&summary, &wording, false, |input| input.narrative = &carried);
    assert_eq!(marks(&page) - marks(&before), 1, "all three paragraphs are still to be looked at");
    let page = print_as(&summary, &wording, false, |input| {
        input.narrative = &carried;
        input.is_final = true;
    });
    assert_eq!(marks(&page), 0, "what goes to be signed has no marks");
}

#[test]
fn another_form_is_another_file() {
    let form = r#"
        name = "short"
        title = "Báo cáo nhanh"
        [[section]]
        heading = "I. Kết quả năm {year}"
        [[section.block]]
        lead = "*"
        say = "dossiers"
        [[section.block]]
        place = "remarks"
        label = "Nhận xét"
        optional = true
        [wording.communes]
        zero = "không"
    "#;
    let form = Template::read(form).expect("a form");
    let house = Wording::reference(TOWN, &Registered::default());
    let (summary, wording) = (sample(), form.worded(&house).expect("a wording"));
    let page = print_as(&summary, &wording, false, |input| input.template = &form);
    assert!(page.contains("I. Kết quả năm 2024") && !page.contains("4. Đánh giá chung"), "{page}");
    assert!(
        page.contains("trong hạn 142, quá hạn không") && page.contains("* Các cơ quan chuyên môn"),
        "{page}"
    );
    assert!(!page.contains("<mark>"), "what is optional isn't asked for");
}

/// A ward's contribution: three sections, its own wording, no appendix.
const WARD: &str = r#"
    name = "ward"
    title = "Báo cáo của xã, phường"
    matter = "kết quả tiếp nhận, giải quyết thủ tục hành chính"
    subject = "Kết quả tiếp nhận, giải quyết thủ tục hành chính {period}"
    opening = "{request}{office} báo cáo {matter} {range} như sau:"
    closing = "{office} báo cáo {recipient} tổng hợp./."
    copies = ["{recipient}", "Đảng ủy, HĐND {place}"]
    [[section]]
    heading = "I. Kết quả"
    [[section.block]]
    lead = "-"
    say = ["dossiers", "digitisation"]
    [[section]]
    heading = "II. Tồn tại, nguyên nhân"
    [[section.block]]
    lead = "-"
    say = ["lacking", "hand_overs", "late_causes"]
    place = "lacking"
    label = "Tồn tại, nguyên nhân"
    [[section]]
    heading = "III. Phương hướng, kiến nghị"
    [[section.block]]
    say = "promises_ahead"
    [[section.block]]
    place = "proposals"
    label = "Kiến nghị"
    optional = true
    [wording]
    merge_early = false
    [wording.communes]
    dossiers = "Tại Bộ phận Một cửa phường"
    zero = "0"
    split_received = false
"#;

#[test]
fn a_ward_and_a_quarter_are_forms_and_no_other_code() {
    let form = Template::read(WARD).expect("a form");
    let mut summary = sample();
    summary.period = crate::domain::period::Period::new(super::day("2024-04-01"), super::day("2024-06-30"))
        .expect("in order");
    summary.rows.retain(|row| row.code == "communes");
    let house = Wording::reference(TOWN, &Registered::default());
    let wording = form.worded(&house).expect("a wording");
    let page = print_as(&summary, &wording, true, |input| {
        input.template = &form;
        (input.office, input.superior, input.own) = ("UBND phường Phổ Văn", "UBND thị xã Đức Phổ", true);
        (input.recipient, input.request) = ("Văn phòng HĐND và UBND thị xã", None);
        input.is_final = true;
    });
    for said in [
        "<span class=\"ruled\">Kết quả tiếp nhận, giải quyết thủ tục hành chính quý II năm 2024</span>",
        "UBND phường Phổ Văn báo cáo kết quả tiếp nhận, giải quyết thủ tục hành chính từ ngày 01/4/2024 đến ngày 30/6/2024 như sau:",
        "- Tại Bộ phận Một cửa phường: Đã tiếp nhận 15.205 hồ sơ, đã giải quyết 14.909 hồ sơ (trước hạn 10.214, đúng hạn 4.687, chiếm tỷ lệ 99,95%; trễ hạn 08 hồ sơ, chiếm 0,05%), đang giải quyết 142 hồ sơ (trong hạn 142, quá hạn 0), hồ sơ rút 154.",
        "- Trong quý II năm 2024, số liệu ghi nhận 08 hồ sơ giải quyết trễ hạn",
        "UBND phường Phổ Văn báo cáo Văn phòng HĐND và UBND thị xã tổng hợp./.",
        "- Văn phòng HĐND và UBND thị xã;",
        "- Đảng ủy, HĐND thị xã Đức Phổ;",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(
        !page.contains("Phụ lục") && !page.contains("<mark>") && !page.contains("cải cách hành chính"),
        "{page}"
    );

    // The house's own form for a quarter, with a section of its own: the period says what it is called.
    let quarter = Template::period_text().replacen("name = \"period\"", "name = \"quarter\"", 1).replacen(
        "heading = \"4. Đánh giá chung\"",
        "heading = \"4. Đánh giá chung {period}\"",
        1,
    );
    let quarter = Template::read(&quarter).expect("a form");
    let page = print_as(&summary, &wording, false, |input| input.template = &quarter);
    assert!(page.contains("4. Đánh giá chung quý II năm 2024"), "{page}");
    assert!(page.contains("công tác cải cách hành chính trong quý II năm 2024, như sau:"), "{page}");
    assert!(page.contains("Phụ lục"), "{page}");
}

#[cfg(feature = "pdf")]
#[test]
fn a_form_without_an_appendix_is_printed_on_every_paper() {
    let form = Template::read(WARD).expect("a form");
    let (summary, wording) = (sample(), reference());
    let mut input = super::input(&summary, &wording, true);
    input.template = &form;
    for paper in crate::report::Paper::ALL {
        assert!(!crate::report::print(&input, paper).expect("it is printed").is_empty());
    }
    let docx = crate::report::print(&input, crate::report::Paper::Docx).expect("it is printed");
    let words = super::super::unpacked::parts(&docx).remove("word/document.xml").expect("the text");
    assert!(words.contains("Phương hướng, kiến nghị") && !words.contains("Phụ lục"));
}
