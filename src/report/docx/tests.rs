//! The parts of a document against what Decree 30/2020/NĐ-CP and the format ask for.

use super::super::unpacked::{attribute, parts};
use super::*;

fn document() -> Document {
    let paragraph = |style| Block::from(Paragraph::new(style, "Một  đoạn\t<văn> & \u{1}bản "));
    let blocks: Vec<Block> = Style::ALL.map(paragraph).into();
    let cell = |text: &str| Cell::text(Style::TableText, text);
    let table = Table {
        ruled: true,
        caption: "Danh \"sách\"".to_owned(),
        widths: vec![30, 70, 65],
        heads: 1,
        rows: vec![
            Row { cells: vec![cell("a"), cell("b"), cell("c")], leads: true },
            Row { cells: vec![Cell { span: 2, ..cell("ab") }, cell("c")], leads: false },
        ],
    };
    Document {
        title: "Thử <nghiệm>".to_owned(),
        creator: "Văn phòng".to_owned(),
        made_at: "2024-05-16T02:05:00Z".parse().expect("an instant"),
        sections: vec![
            Section { landscape: false, blocks },
            Section {
                landscape: true,
                blocks: vec![
                    table.into(),
                    Paragraph::of(Style::Body, [Run::Plain("Lý do: ".to_owned()), Run::Dots]).into(),
                ],
            },
        ],
    }
}

#[test]
fn every_part_is_named() {
    let parts = parts(&document().docx());
    for (name, xml) in &parts {
        assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\""), "{name}");
    }
    let types = &parts["[Content_Types].xml"];
    for name in parts.keys().filter(|name| !name.contains("rels") && !name.starts_with('[')) {
        assert!(types.contains(&format!("PartName=\"/{name}\"")), "{name} has no type");
    }
    let related = &parts["word/_rels/document.xml.rels"];
    for name in
        parts.keys().filter_map(|name| name.strip_prefix("word/")).filter(|name| !name.contains("document"))
    {
        assert!(related.contains(&format!("Target=\"{name}\"")), "{name} belongs to nothing");
    }
    assert_eq!(document().docx(), document().docx());
    let core = &parts["docProps/core.xml"];
    assert!(core.contains("<dc:title>Thử &#60;nghiệm&#62;</dc:title>"), "{core}");
    assert!(core.contains(">2024-05-16T02:05:00Z</dcterms:created>"), "{core}");
}

#[test]
fn pages_have_the_decrees_margins_and_letters() {
    let parts = parts(&document().docx());
    let (text, styles) = (&parts["word/document.xml"], &parts["word/styles.xml"]);
    let millimetres = |name: &str| {
        let twips: f64 = attribute(text, "w:pgMar", name).expect("a margin").parse().expect("a number");
        twips / 56.7
    };
    for (margin, least, most) in
        [("w:top", 20.0, 25.0), ("w:bottom", 20.0, 25.0), ("w:left", 30.0, 35.0), ("w:right", 15.0, 20.0)]
    {
        let found = millimetres(margin);
        assert!((least..=most + 0.05).contains(&found), "{margin}: {found}");
    }
    assert_eq!(attribute(text, "w:pgSz", "w:w"), Some("11906"), "A4 upright first");
    assert!(text.contains("<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/>"));
    assert_eq!(text.matches("<w:titlePg/>").count(), 2, "no number on the first page");
    assert_eq!(
        text.matches("<w:pgNumType w:start=\"1\"/><w:titlePg/>").count(),
        1,
        "an annex counts its own"
    );
    assert!(parts["word/header.xml"].contains(" PAGE "));
    let defaults = styles.split("</w:docDefaults>").next().expect("defaults");
    assert!(defaults.contains("w:ascii=\"Times New Roman\"") && defaults.contains("<w:sz w:val=\"28\"/>"));
    assert!(defaults.contains("<w:lang w:val=\"vi-VN\""));
    assert!(!styles.contains("w:ascii=\"Calibri\"") && !styles.contains("w:asciiTheme"));
    for style in Style::ALL {
        assert!(styles.contains(&format!("w:styleId=\"{}\"", style.id())), "{style:?} is no style");
    }
}

#[test]
fn tables_repeat_their_heads_and_keep_their_rows() {
    let parts = parts(&document().docx());
    let text = &parts["word/document.xml"];
    let rows: Vec<&str> = text.split("<w:tr>").skip(1).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].starts_with("<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"), "{}", rows[0]);
    assert!(rows[0].contains("<w:keepNext/>"), "a head stays with what it heads");
    assert!(rows[1].starts_with("<w:trPr><w:cantSplit/></w:trPr>"), "{}", rows[1]);
    // 30 and 70 mm in twentieths of a point.
    assert!(rows[1].contains("<w:tcW w:w=\"5670\" w:type=\"dxa\"/><w:gridSpan w:val=\"2\"/>"), "{}", rows[1]);
    assert!(text.contains("<w:tblCaption w:val=\"Danh &#34;sách&#34;\"/>"));
    assert_eq!(text.matches("<w:gridCol ").count(), 3);
}

#[test]
fn text_has_single_blanks_and_no_forbidden_signs() {
    let parts = parts(&document().docx());
    let text = &parts["word/document.xml"];
    assert!(text.contains(">Một đoạn &#60;văn&#62; &#38; bản </w:t>"), "{text}");
    assert!(text.contains("<w:t xml:space=\"preserve\">Lý do: </w:t></w:r><w:r><w:tab/></w:r>"), "{text}");
    assert!(parts["word/styles.xml"].contains("<w:tab w:val=\"right\" w:leader=\"dot\""));
}
