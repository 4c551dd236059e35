//! The report as files, read by programs that this project didn't write: every figure sentence of the real report, the
//! pages that Decree 30/2020/NĐ-CP asks for, and the letters within the file. Where poppler or LibreOffice isn't
//! installed the test says so and skips that part; with `BONRO_REQUIRE_PAPERS=1` it fails.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::sentences::SENTENCES;
use crate::support::packages;

/// What the demo leaves.
const PAPERS: [&str; 4] = ["report.pdf", "report.docx", "appendix.xlsx", "report.html"];
/// Points in a millimetre.
const MM: f64 = 72.0 / 25.4;

/// The papers by name. A build without the feature `pdf` has no PDF.
pub fn read(out: &Path) -> BTreeMap<&'static str, Vec<u8>> {
    let found = PAPERS.map(|name| (name, std::fs::read(out.join(name))));
    found.into_iter().filter_map(|(name, bytes)| Some((name, bytes.ok()?))).collect()
}

/// What a program says; None, loudly, if it isn't there.
pub fn said(program: &str, arguments: &[&str]) -> Option<String> {
    // Names of files have Vietnamese letters.
    match Command::new(program).args(arguments).env("LC_ALL", "C.UTF-8").output() {
        Ok(run) => {
            assert!(
                run.status.success(),
                "{program} {arguments:?}: {}",
                String::from_utf8_lossy(&run.stderr)
            );
            Some(String::from_utf8_lossy(&run.stdout).into_owned())
        }
        Err(error) => {
            let required = std::env::var_os("BONRO_REQUIRE_PAPERS").is_some_and(|value| value == "1");
            assert!(!required, "{program} is missing though BONRO_REQUIRE_PAPERS is set: {error}");
            eprintln!("SKIPPED: {program} isn't installed, so what it would read isn't read");
            None
        }
    }
}

/// Converts a file by LibreOffice with settings of its own; returns the directory of the results.
pub fn converted(out: &Path, file: &Path, to: &str) -> Option<PathBuf> {
    let (settings, target) = (out.join("office"), out.join("converted"));
    let settings = format!("-env:UserInstallation=file://{}", settings.display());
    let (file, directory) = (file.display().to_string(), target.display().to_string());
    said("soffice", &[&settings, "--headless", "--convert-to", to, "--outdir", &directory, &file])?;
    Some(target)
}

/// Single blanks throughout, and none before a stop that a line's end came before.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of pages without their numbers and without blanks: a line may end at any hyphen.
fn flowing(pages: &str) -> String {
    let is_number = |line: &str| !line.is_empty() && line.chars().all(|c| c.is_ascii_digit());
    let pages = pages.split('\u{c}').map(|page| {
        let page = page.trim_start();
        match page.split_once('\n') {
            Some((first, rest)) if is_number(first.trim()) => rest,
            _ => page,
        }
    });
    solid(&pages.collect::<Vec<_>>().join("\n"))
}

fn solid(text: &str) -> String {
    text.split_whitespace().collect()
}

fn has_every_sentence(name: &str, text: &str, as_it_flows: fn(&str) -> String) {
    let lacking: Vec<&str> =
        SENTENCES.iter().copied().filter(|sentence| !text.contains(&as_it_flows(sentence))).collect();
    assert!(lacking.is_empty(), "not in {name}: {lacking:#?}\n{text}");
}

pub fn check(out: &Path, printed: &BTreeMap<&'static str, Vec<u8>>) {
    has_every_sentence("report.docx", &squeezed(&packages::words(&printed["report.docx"])), squeezed);
    document(&packages::parts(&printed["report.docx"]));
    let page = String::from_utf8_lossy(&printed["report.html"]);
    has_every_sentence("report.html", &squeezed(&page), squeezed);
    if printed.contains_key("report.pdf") {
        pdf(&out.join("report.pdf").display().to_string());
    }
    let converted = converted(out, &out.join("report.docx"), "pdf");
    let converted = converted.map(|directory| directory.join("report.pdf").display().to_string());
    if let Some(text) = converted.and_then(|file| said("pdftotext", &["-raw", &file, "-"])) {
        has_every_sentence("report.docx as LibreOffice shows it", &flowing(&text), solid);
    }
}

/// The widths and letters of the document's sections and styles.
fn document(parts: &BTreeMap<String, String>) {
    let (text, styles) = (&parts["word/document.xml"], &parts["word/styles.xml"]);
    let margins = "w:top=\"1134\" w:right=\"851\" w:bottom=\"1134\" w:left=\"1701\"";
    assert_eq!(text.matches(margins).count(), 2, "20, 15, 20 and 30 mm in both sections");
    assert!(text.contains("<w:pgSz w:w=\"11906\" w:h=\"16838\"/>"));
    assert!(text.contains("<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/>"));
    assert!(text.contains("<w:tblHeader/>") && text.contains("<w:pgNumType w:start=\"1\"/><w:titlePg/>"));
    let used = text.split("<w:pStyle w:val=\"").skip(1).filter_map(|rest| rest.split('"').next());
    for style in used {
        assert!(styles.contains(&format!("w:styleId=\"{style}\"")), "{style} is no style");
    }
    assert!(!text.contains("  "), "nothing is laid out by blanks");
    assert!(!text.contains("<w:t xml:space=\"preserve\"> </w:t>"), "nothing is laid out by blanks");
}

fn pdf(file: &str) {
    let Some(text) = said("pdftotext", &["-raw", file, "-"]) else { return };
    has_every_sentence("report.pdf", &flowing(&text), solid);

    let about = said("pdfinfo", &["-f", "1", "-l", "99", file]).expect("poppler is there");
    let has = |line: &str| {
        assert!(squeezed(&about).contains(line), "{line} isn't in what pdfinfo says:\n{about}");
    };
    has(
        "Title: Kết quả tham mưu thực hiện công tác cải cách hành chính từ ngày 15/12/2023 đến ngày 15/5/2024",
    );
    has("Author: Văn phòng HĐND và UBND thị xã");
    has("Tagged: yes");
    has("Page 1 size: 595.276 x 841.89 pts (A4)");
    has("size: 841.89 x 595.276 pts (A4)");

    let fonts = said("pdffonts", &[file]).expect("poppler is there");
    let rows: Vec<Vec<&str>> = fonts.lines().skip(2).map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), 4, "{fonts}");
    for row in rows {
        assert!(row[0].contains("+LiberationSerif"), "{fonts}");
        // Embedded, a subset, and mapped to Unicode.
        assert_eq!(row[row.len() - 5..row.len() - 2], ["yes", "yes", "yes"], "{fonts}");
    }

    // Where the words of the upright pages stand, in points from the upper left corner.
    let boxes = said("pdftotext", &["-bbox", "-f", "1", "-l", "3", file, "-"]).expect("poppler is there");
    let number = |word: &str, name: &str| -> f64 {
        let rest = word.split_once(&format!("{name}=\"")).expect("a box has it").1;
        rest.split('"').next().expect("a value").parse().expect("a number")
    };
    let mut pages = boxes.split("<page ").skip(1);
    let first = pages.next().expect("a first page");
    for (at, page) in std::iter::once(first).chain(pages).enumerate() {
        let words: Vec<&str> = page.split("<word ").skip(1).collect();
        let (margin, text): (Vec<&str>, Vec<&str>) =
            words.into_iter().partition(|word| number(word, "yMax") < 20.0 * MM);
        let numbers: Vec<&str> = margin.iter().filter_map(|w| w.split(['>', '<']).nth(1)).collect();
        let expected = if at == 0 { vec![] } else { vec![(at + 1).to_string()] };
        assert_eq!(numbers, expected, "the page's number, in the top margin");
        for word in &margin {
            let middle = f64::midpoint(number(word, "xMin"), number(word, "xMax"));
            assert!((middle - (30.0 + 82.5) * MM).abs() < 3.0, "{word}");
        }
        for word in text {
            assert!(number(word, "xMin") > 29.9 * MM && number(word, "xMax") < 195.5 * MM, "{word}");
            assert!(number(word, "yMin") > 19.0 * MM && number(word, "yMax") < 278.0 * MM, "{word}");
        }
    }
}
