//! The pages as they are laid out, before they become a file: what may go wrong without anybody seeing it.

use typst::layout::{Frame, FrameItem, Point};

use super::super::sample::{day, document, sample};
use super::super::tests::{input, reference};
use super::*;

/// A piece of text on a page.
struct Piece {
    text: String,
    /// In points from the page's left and upper edges, on the base line.
    at: Point,
    size: f64,
    font: String,
}

fn pieces(frame: &Frame, from: Point, found: &mut Vec<Piece>) {
    for (at, item) in frame.items() {
        let at = from + *at;
        match item {
            FrameItem::Group(group) => pieces(&group.frame, at, found),
            FrameItem::Text(text) => found.push(Piece {
                text: text.text.to_string(),
                at,
                size: text.size.to_pt(),
                font: format!("{} {:?}", text.font.info().family, text.font.info().variant),
            }),
            FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(..) => {}
        }
    }
}

fn pages(input: &ReportInput<'_>) -> PagedDocument {
    let filling = filling(input).expect("it can be said in JSON");
    typst::compile::<PagedDocument>(&Desk::with(filling)).output.expect("the template holds")
}

#[test]
fn the_letters_of_vietnamese_are_all_there() {
    let base = "AĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY";
    let vowels = "AĂÂEÊIOÔƠUƯY";
    let marks = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];
    let marked = vowels.chars().flat_map(|vowel| marks.map(|mark| format!("{vowel}{mark}")));
    let capitals: String = base.chars().map(String::from).chain(marked).collect();
    let all = format!("{capitals}{}0123456789.,;:()[]%/-–—…\"'“”‘’+*#$\\@<>&=", capitals.to_lowercase());
    let all: String = unicode_normalization::UnicodeNormalization::nfc(all.as_str()).collect();
    assert!(all.contains('ữ') && all.contains('Ặ') && all.chars().count() > 200);
    assert_eq!(Desk::fonts().len(), 4);
    for font in Desk::fonts() {
        for letter in all.chars() {
            assert!(
                font.info().coverage.contains(u32::from(letter)),
                "{letter} in {:?}",
                font.info().variant
            );
        }
    }
}

#[test]
fn pages_are_those_of_the_decree() {
    let (summary, wording) = (sample(), reference());
    let document = pages(&input(&summary, &wording, true));
    let millimetres = |points: f64| points / 72.0 * 25.4;
    let mut numbers = Vec::new();
    let mut whole = String::new();
    let mut first_landscape = None;
    for (at, page) in document.pages().iter().enumerate() {
        let (width, height) = (page.frame.width().to_mm().round(), page.frame.height().to_mm().round());
        let upright = width < height;
        assert!([(210.0, 297.0), (297.0, 210.0)].contains(&(width, height)), "{width} × {height}");
        if !upright {
            first_landscape.get_or_insert(at);
        }
        let mut found = Vec::new();
        pieces(&page.frame, Point::zero(), &mut found);
        let head: Vec<&Piece> = found.iter().filter(|piece| piece.at.y.to_mm() < 20.0).collect();
        numbers.push(head.iter().map(|piece| piece.text.as_str()).collect::<String>());
        for piece in head {
            assert!((millimetres(piece.size) - millimetres(13.0)).abs() < 0.01, "{}", piece.text);
            let middle = if upright { 30.0 + 82.5 } else { 30.0 + 126.0 };
            assert!((piece.at.x.to_mm() - middle).abs() < 5.0, "{} lies at {:?}", piece.text, piece.at);
        }
        for piece in found.iter().filter(|piece| piece.at.y.to_mm() >= 20.0) {
            assert!(piece.at.x.to_mm() > 29.9, "{} lies at {:?}", piece.text, piece.at);
            assert!(piece.at.y.to_mm() < height - 20.0, "{} lies at {:?}", piece.text, piece.at);
            assert!(piece.font.starts_with("Liberation Serif "), "{}", piece.font);
        }
        for piece in found {
            whole.push_str(&piece.text);
            whole.push(' ');
        }
    }
    // No number on the first page, nor on the first of the appendix, which counts its own.
    let appendix = first_landscape.expect("the appendix lies on its side");
    let expected = |count: usize| -> Vec<String> {
        (1..=count).map(|n| if n == 1 { String::new() } else { n.to_string() }).collect()
    };
    let total = numbers.len();
    assert_eq!(numbers[..appendix], expected(appendix));
    assert_eq!(numbers[appendix..], expected(total - appendix));
    assert!(appendix >= 3 && total - appendix >= 2, "{numbers:?}");
    for word in ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "BÁO CÁO", "Nơi nhận:", "CHÁNH VĂN PHÒNG"]
    {
        assert!(whole.contains(word), "not on the pages: {word}");
    }
}

#[test]
fn letters_have_the_decrees_sizes() {
    let (summary, wording) = (sample(), reference());
    let document = pages(&input(&summary, &wording, true));
    let mut found = Vec::new();
    for page in document.pages() {
        pieces(&page.frame, Point::zero(), &mut found);
    }
    for (text, size, bold, italic) in [
        ("UBND THỊ XÃ ĐỨC PHỔ", 12.0, false, false),
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12.0, true, false),
        ("Độc lập - Tự do - Hạnh phúc", 13.0, true, false),
        ("Số: 05/BC-VP", 13.0, false, false),
        ("Đức Phổ, ngày 15 tháng 5 năm 2024", 13.0, false, true),
        ("BÁO CÁO", 14.0, true, false),
        ("2. Cải cách thủ tục hành chính", 14.0, true, false),
        ("a) Kết quả đạt được", 14.0, false, false),
        ("Nơi nhận:", 12.0, true, true),
        ("- Lưu: VT.", 11.0, false, false),
        ("CHÁNH VĂN PHÒNG", 14.0, true, false),
        ("Phụ lục", 14.0, true, false),
    ] {
        let piece = found.iter().find(|piece| piece.text == text);
        let piece = piece.unwrap_or_else(|| panic!("not on the pages in one piece: {text}"));
        assert!((piece.size - size).abs() < 0.01, "{text}: {}", piece.size);
        assert_eq!(piece.font.contains("FontWeight(700)"), bold, "{text}: {}", piece.font);
        assert_eq!(piece.font.contains("Italic"), italic, "{text}: {}", piece.font);
    }
    // A paragraph of the body begins 12,7 mm from the margin.
    let opening = found.iter().find(|piece| piece.text.starts_with("Theo đề nghị")).expect("the opening");
    assert!((opening.at.x.to_mm() - 42.7).abs() < 0.05 && (opening.size - 14.0).abs() < 0.01);
}

#[test]
fn texts_are_never_markup() {
    let hostile =
        "#let x = 1 *đậm* _nghiêng_ $x^2$ \\ @nhãn <nhãn> `mã` = đề mục // hết [ ] { } ~ -- \"trích\"";
    let mut summary = sample();
    summary.documents.push(document("1/#eval", "plan", hostile));
    let wording = reference();
    let mut input = input(&summary, &wording, true);
    input.office = "Văn phòng #panic()";
    input.signer = Some("*Nguyễn* $An$");
    let document = pages(&input);
    let mut found = Vec::new();
    for page in document.pages() {
        pieces(&page.frame, Point::zero(), &mut found);
    }
    let whole: String = found.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().concat();
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    // As a document's subject it goes on in small letters.
    assert!(squeezed(&whole).contains(&squeezed(hostile)), "{whole}");
    assert!(whole.contains("*Nguyễn* $An$") && whole.contains("#PANIC()"), "{whole}");
}

#[test]
fn no_sign_keeps_a_report_back() {
    assert!(Desk::shows('□') && Desk::shows('ữ') && !Desk::shows('漢'));
    let mut summary = sample();
    summary.documents.push(document(
        "9/KH",
        "plan",
        "Nga\u{300}y 漢字 \u{1f600} \u{200b}\u{feff}a\u{301}\u{1} \u{e000} bảng\tkê\ndòng",
    ));
    let wording = reference();
    let mut input = input(&summary, &wording, true);
    input.office = "Văn phòng \u{0}\u{1f3db} \u{5d0}";
    assert!(pdf(&input).is_ok());
    let said = String::from_utf8(filling(&input).expect("JSON")).expect("UTF-8");
    assert!(said.contains("ngày □□ □ á  □ bảng kê dòng"), "{said}");
}

#[test]
fn the_same_report_is_the_same_file() {
    let (summary, wording) = (sample(), reference());
    let input = input(&summary, &wording, true);
    let file = pdf(&input).expect("it prints");
    assert!(file.starts_with(b"%PDF-1.7"));
    assert_eq!(pdf(&input).expect("it prints"), file);
    let has = |text: &[u8]| file.windows(text.len()).any(|window| window == text);
    assert!(has(b"/Lang(vi-VN)") || has(b"/Lang (vi-VN)"), "no language");
    assert!(has(b"/MarkInfo") && has(b"pdfuaid:part") && has(b"<pdfaid:part>2</pdfaid:part>"));
    assert!(has(b"D:20240515000000Z"), "made on the day that it bears");
    let other = ReportInput { dated_on: day("2024-05-16"), ..input };
    assert_ne!(pdf(&other).expect("it prints"), file);
}
