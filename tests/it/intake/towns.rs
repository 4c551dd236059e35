//! Ten exports as one-stop software of towns makes them, each with something that may be taken for what it isn't: what is
//! read is what stands there, and the rest is said.

use bonro::domain::dossier::{Channel, State};
use bonro::intake::{DossierRecord, Mapping, SummaryMapping, read_summary_table, read_table};
use rust_xlsxwriter::{Format, Workbook};

use super::export::local;
use super::whole::{mapping, split};

/// Reads text by the ready mapping: code, receipt, appointment and state of each dossier, then what is wrong.
fn told(text: &str) -> Vec<String> {
    told_by(text, &mapping("mot-cua"))
}

fn told_by(text: &str, mapping: &Mapping) -> Vec<String> {
    let table = match read_table("a.csv", text.as_bytes(), mapping) {
        Ok(table) => table,
        Err(problems) => return problems.iter().map(|p| format!("{} {}", p.reason, p.field)).collect(),
    };
    let (records, problems) = split(table);
    let one = |(code, found): (String, DossierRecord)| {
        let at = |at| local(at, "%d/%m %H:%M");
        let state = found.stands_as.map_or("", State::as_str);
        format!("{code} {} → {} {state}", at(Some(found.received_at)), at(found.due_at))
    };
    let wrong = problems.iter().map(|p| format!("{}:{} {}", p.reason, p.line, p.field));
    records.into_iter().map(one).chain(wrong).collect()
}

#[test]
fn a_ledger_of_receipt_and_return_does_not_say_which_return() {
    let text =
        "Số biên nhận;Tên thủ tục;Đơn vị;Ngày nhận;Ngày trả\n0012-HT;Kết hôn;Tư pháp;06/05/2024;13/05/2024\n";
    assert_eq!(told(text), ["RETURN_OR_APPOINTMENT E (Ngày trả)"]);
    let decided = text.replace("Ngày trả", "Ngày trả;Trạng thái").replace("13/05/2024", "13/05/2024;10");
    assert_eq!(told(&decided), ["0012-HT 06/05 07:00 →  returned"]);
}

#[test]
fn dashes_stand_for_no_date_and_nothing_else_does() {
    let text = "Mã hồ sơ;Mã TTHC;Cơ quan giải quyết;Ngày tiếp nhận;Hạn xử lý;Ngày có kết quả;Trạng thái xử lý\n\
        H-1;1.001;TP;06/05/2024 08:15;13/05/2024;-;Đang xử lý\n\
        H-2;1.001;TP;06/05/2024 08:15;–;08/05/2024 15:00;Đã trả kết quả\n\
        H-3;1.001;TP;-;13/05/2024;;Đang xử lý\n\
        H-4;1.001;TP;06/05/2024;01/01/0001;;Đang xử lý\n\
        H-5;1.001;TP;06/05/2024;chưa có;;Đang xử lý\n";
    assert_eq!(
        told(text),
        [
            "H-1 06/05 08:15 → 13/05 17:00 in_process",
            "H-2 06/05 08:15 →  returned",
            "MISSING_VALUE:4 D (Ngày tiếp nhận)",
            "IMPLAUSIBLE_DATE:5 E (Hạn xử lý)",
            "BAD_INSTANT:6 E (Hạn xử lý)",
        ]
    );
}

#[test]
fn pages_repeat_their_head_and_fields_head_their_rows() {
    let head = "STT;MÃ HỒ SƠ;Thủ tục hành chính;Đơn vị thụ lý;Thời gian tiếp nhận;Thời gian hẹn trả;Tình trạng hồ sơ";
    let text = format!(
        "SỞ NỘI VỤ;;;;;;\n{head}\n1;2;3;4;5;6;7\n;I. Lĩnh vực hộ tịch;;;;;\n1;H-1;Kết hôn;Tư pháp;8h15 06/05/2024;17h00 13/05/2024;Đang xử lý\n\
         {}\n;II. Lĩnh vực đất đai 2024;;;;;\n2;H-2;Đất;Tài nguyên;06/05/2024 14h05;13/05/2024 17h00;Chờ bổ sung\n;Cộng: 2;;;;;\n",
        head.replace("MÃ HỒ SƠ", "Mã hồ sơ")
    );
    assert_eq!(
        told(&text),
        ["H-1 06/05 08:15 → 13/05 17:00 in_process", "H-2 06/05 14:05 → 13/05 17:00 awaiting_supplement"]
    );
}

#[test]
fn halves_of_the_day_and_line_ends_in_cells_are_read() {
    let text = "Mã số hồ sơ,Tên thủ tục hành chính,Cơ quan tiếp nhận,Ngày giờ tiếp nhận,Ngày giờ hẹn trả,Trạng thái\n\
        H-1,Kết hôn,Tư pháp,\"06/05/2024\n02:15 CH\",\"13/05/2024\n11:30 SA\",Đang giải quyết\n";
    assert_eq!(told(text), ["H-1 06/05 14:15 → 13/05 11:30 in_process"]);
}

#[test]
fn a_dossier_in_a_row_of_each_step_is_not_chosen_silently() {
    let text = "Mã hồ sơ;Mã TTHC;Đơn vị;Ngày tiếp nhận;Ngày hẹn trả;Trạng thái\n\
        H-1;1.001;Một cửa;06/05/2024;13/05/2024;Đã tiếp nhận\nH-1;1.001;TP;06/05/2024;13/05/2024;Đang xử lý\n";
    assert_eq!(told(text), ["H-1 06/05 07:00 → 13/05 17:00 received", "DUPLICATE_CODE:3 A (Mã hồ sơ)"]);
}

#[test]
fn a_heading_over_two_columns_stands_over_one_of_values() {
    let (mut book, format) = (Workbook::new(), Format::new());
    let sheet = book.add_worksheet();
    for (first, last, text) in [
        (0, 1, "Mã hồ sơ"),
        (2, 2, "Mã TTHC"),
        (3, 3, "Đơn vị"),
        (4, 5, "Ngày tiếp nhận"),
        (6, 7, "Trạng thái"),
    ] {
        if first == last {
            sheet.write(0, first, text).expect("a cell");
        } else {
            sheet.merge_range(0, first, 0, last, text, &format).expect("a range");
        }
    }
    for (row, code) in [(1, "H-1"), (2, "H-2")] {
        let cells = [(0, code), (2, "1.001"), (3, "TP"), (5, "06/05/2024 08:00"), (6, "Đang xử lý")];
        for (column, text) in cells {
            sheet.write(row, column, text).expect("a cell");
        }
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let (records, problems) = split(read_table("a.xlsx", &bytes, &mapping("mot-cua")).expect("it is read"));
    assert_eq!((records.len(), problems), (2, Vec::new()));
    assert_eq!(local(Some(records["H-2"].received_at), "%d/%m %H:%M"), "06/05 08:00");
}

#[test]
fn groups_tell_columns_of_one_name_apart() {
    let text = "Mã hồ sơ;Mã TTHC;Đơn vị;Tiếp nhận;Hẹn trả;Kết quả;Trạng thái\n;;;Ngày;Ngày;Ngày;\n\
        H-1;1.001;TP;06/05/2024;13/05/2024;;Đang xử lý\n";
    assert_eq!(told(text), ["MISSING_COLUMN received_at"]);
    let own = mapping("mot-cua").text.replace("received_at = [", "received_at = [\"Tiếp nhận Ngày\", ");
    let own = own.replace("due_at = [\"Ngày hẹn trả\"", "due_at = [\"Hẹn trả Ngày\", \"Ngày hẹn trả\"");
    let own = Mapping::parse("own", &own).expect("a mapping");
    assert_eq!(told_by(text, &own), ["H-1 06/05 07:00 → 13/05 17:00 in_process"]);
    let alike = own.text.replace("\"Tiếp nhận Ngày\"", "\"Ngày\"");
    let alike = Mapping::parse("alike", &alike).expect("a mapping");
    assert_eq!(
        told_by(text, &alike),
        ["AMBIGUOUS_COLUMN D (Tiếp nhận Ngày), E (Hẹn trả Ngày)"],
        "the third is empty"
    );
}

#[test]
fn timeliness_is_no_state_and_a_span_no_date() {
    let text = "Mã hồ sơ;Mã TTHC;Đơn vị;Hình thức nộp;Ngày tiếp nhận;Thời hạn;Tình trạng\n\
        H-1;1.001;TP;Trực tuyến;06/05/2024;5 ngày làm việc;Trễ hạn\n\
        H-2;1.001;TP;Trực tuyến;06/05/2024;5 ngày làm việc;Đang xử lý\n";
    assert_eq!(told(text), ["H-2 06/05 07:00 →  in_process", "UNKNOWN_WORD:2 G (Tình trạng)"]);
    let guessed = bonro::intake::guess("a.csv", text.as_bytes()).expect("it is recognised");
    assert!(!guessed.toml.contains("due_at ="), "{}", guessed.toml);
    let guessed = Mapping::parse("guessed", &guessed.toml).expect("a mapping");
    let (records, _) = split(read_table("a.csv", text.as_bytes(), &guessed).expect("it is read"));
    assert_eq!(records["H-2"].channel, Channel::Online);
}

#[test]
fn american_stamps_are_read_where_the_mapping_says_so() {
    let text = "Mã hồ sơ;Mã TTHC;Đơn vị;Ngày tiếp nhận;Ngày hẹn trả;Trạng thái\n\
        H-1;1.001;TP;5/6/2024 2:15:00 PM;5/13/2024 5:00:00 PM;Đang xử lý\n";
    assert_eq!(told(text), ["DAY_MONTH_ORDER E (Ngày hẹn trả)"]);
    let own = mapping("mot-cua").text.replace("dd/MM/yyyy", "MM/dd/yyyy");
    let own = Mapping::parse("own", &own).expect("a mapping");
    assert_eq!(told_by(text, &own), ["H-1 06/05 14:15 → 13/05 17:00 in_process"]);
}

#[test]
fn a_summary_counts_dossiers_and_no_shares() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let head = [
        "Đơn vị",
        "Tổng tiếp nhận",
        "Tổng đã giải quyết",
        "Tỷ lệ đúng hạn (%)",
        "Trước hạn và đúng hạn",
        "Không đúng hạn",
    ];
    sheet.write_row(0, 0, head).expect("a row");
    sheet.write(1, 0, "Tư pháp").expect("a cell");
    for (column, number) in (1..).zip([1285.0, 1200.0, 0.985, 1182.0, 18.0]) {
        sheet.write(1, column, number).expect("a cell");
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let table = read_summary_table("a.xlsx", &bytes, &SummaryMapping::default()).expect("it is read");
    let columns: Vec<(&str, &str)> =
        table.columns.iter().map(|(figure, label)| (figure.as_str(), &label[..1])).collect();
    assert_eq!(columns, [("received_total", "B"), ("resolved", "C"), ("resolved_not_late", "E")]);
    let read = |cell: &str| {
        let text = format!("Đơn vị;Tổng tiếp nhận;Tổng đã giải quyết\nTP;{cell};7\n");
        let table = read_summary_table("a.csv", text.as_bytes(), &SummaryMapping::default());
        table.map(|table| table.rows[0].values.values().copied().collect::<Vec<_>>()).map_err(|p| p[0].reason)
    };
    for (cell, number) in
        [("1.285", 1285), ("1,285", 1285), ("1 285", 1285), ("12.345.678", 12_345_678), ("0", 0)]
    {
        assert_eq!(read(cell), Ok(vec![number, 7]), "{cell}");
    }
    for share in ["0.985", "0,985", "98,5%", "98.5", "1.285,000", "1.285.5", "-5"] {
        assert_eq!(read(share), Err("BAD_NUMBER"), "{share}");
    }
    // The point of a number that is one in its file already is no thousands' point.
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, head[..3].iter().copied()).expect("a row");
    sheet.write(1, 0, "Tư pháp").expect("a cell");
    sheet.write(1, 1, 1.285).expect("a cell");
    sheet.write(1, 2, 7.0).expect("a cell");
    let bytes = book.save_to_buffer().expect("a workbook");
    let problems = read_summary_table("a.xlsx", &bytes, &SummaryMapping::default()).expect_err("a fraction");
    assert_eq!((problems[0].reason, problems[0].line), ("BAD_NUMBER", 2));
}
