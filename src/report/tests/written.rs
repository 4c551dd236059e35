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
