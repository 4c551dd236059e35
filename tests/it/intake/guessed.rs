//! A mapping that is guessed for a file reads it: straight away where the headings are the usual ones, after a
//! decision or two where they aren't.

use bonro::intake::{Mapping, guess, read_table};

use super::export::{comparable, sample, workbook};
use super::whole::split;

#[test]
fn a_guessed_mapping_reads_the_export() {
    let dossiers: Vec<_> = sample().into_iter().step_by(50).collect();
    let bytes = workbook(&dossiers);
    let found = guess("ho-so.xlsx", &bytes).expect("it is recognised");
    assert_eq!(
        (found.sheet.as_deref(), found.head_row, found.missing.as_slice()),
        (Some("Danh sách hồ sơ"), 5, &[][..])
    );
    for line in [
        "code = \"MÃ HỒ SƠ\"  # B: mã hồ sơ",
        "received_at = \"Ngày tiếp nhận\"  # G: ngày tiếp nhận",
        "# A: \"STT\" – không dùng / not used",
        "patterns = [\"dd/MM/yyyy HH:mm:ss\", \"yyyyMMddHHmmss\"]",
    ] {
        assert!(found.toml.lines().any(|other| other == line), "{line}\n{}", found.toml);
    }
    let mapping = Mapping::parse("guessed", &found.toml).expect("it is a mapping");
    let table = read_table("ho-so.xlsx", &bytes, &mapping).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let (records, problems) = split(table);
    assert_eq!((problems, records.len()), (Vec::new(), dossiers.len()));
    for dossier in dossiers.into_iter().filter(|dossier| dossier.clock.is_empty()) {
        let expected = comparable(dossier);
        let found = comparable(records[&*expected.code].clone());
        assert_eq!(
            (found.received_at, found.due_at, found.closed_at),
            (expected.received_at, expected.due_at, expected.closed_at)
        );
        assert_eq!(
            (found.channel, found.outcome, &found.unit_code),
            (expected.channel, expected.outcome, &expected.unit_code)
        );
    }
}

#[test]
fn strange_words_and_missing_columns_are_left_to_people() {
    let text = "Cột 1;Tên thủ tục;Đơn vị;Ngày nhận;Trạng thái;Ghi chú\n\
        000.00.25.H48-240506-0001;Kết hôn;Tư pháp;06/05/2024;Chờ lãnh đạo ký;x\n\
        000.00.25.H48-240506-0002;Kết hôn;Tư pháp;06/05/2024;Đang xử lý;y\n";
    let found = guess("a.csv", text.as_bytes()).expect("it is recognised");
    assert_eq!(found.missing, ["channel", "applicant_kind"]);
    for line in [
        // By what its cells look like.
        "code = \"Cột 1\"  # A: mã hồ sơ",
        "channel = \"counter\"  # kênh nộp",
        "received_at = \"07:30\"",
        "# \"Chờ lãnh đạo ký\" = \"\"",
    ] {
        assert!(found.toml.lines().any(|other| other == line), "{line}\n{}", found.toml);
    }
    assert!(!found.toml.contains("\"Đang xử lý\" ="), "known words need no decision");
    let decided = found.toml.replace("# \"Chờ lãnh đạo ký\" = \"\"", "\"Chờ lãnh đạo ký\" = \"in_process\"");
    let mapping = Mapping::parse("decided", &decided).expect("it is a mapping");
    let (records, problems) = split(read_table("a.csv", text.as_bytes(), &mapping).expect("it is read"));
    assert_eq!((problems, records.len()), (Vec::new(), 2));

    let problem = guess("b.csv", b"x;y\n1;2\n").expect_err("nothing is recognised");
    assert_eq!(problem.reason, "NO_HEADER");
}
