//! An export of the sample's dossiers as a one-stop software would make it: titles, a head of two rows with
//! merged cells, local dates, Vietnamese words, a total row, signatures, supplements in a second sheet.

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs, State};
use bonro::intake::{DossierRecord, Files, Record, read};
use chrono::{DateTime, FixedOffset, Utc};
use rust_xlsxwriter::{Format, Workbook, Worksheet};

/// The dossiers of the sample.
pub fn sample() -> Vec<DossierRecord> {
    let of = |record: Record| if let Record::Dossier(dossier) = record { Some(*dossier) } else { None };
    read(&Files::sample()).rows.into_iter().filter_map(|row| of(row.record)).collect()
}

/// How the source says that a dossier stands.
pub fn state(dossier: &DossierRecord) -> State {
    match dossier.outcome {
        Some(ClosedAs::Withdrawn) => State::Withdrawn,
        Some(ClosedAs::Stopped) => State::Stopped,
        Some(ClosedAs::Resolved | ClosedAs::Refused) if dossier.result_returned_at.is_some() => {
            State::Returned
        }
        Some(ClosedAs::Resolved | ClosedAs::Refused) => State::Resolved,
        None => match dossier.clock.last() {
            Some(last) if !last.resumed && &*last.reason == "financial_obligation" => State::AwaitingPayment,
            Some(last) if !last.resumed => State::AwaitingSupplement,
            Some(_) | None => State::InProcess,
        },
    }
}

/// `15/05/2024 14:47:44` in Viet Nam.
pub fn local(at: Option<DateTime<Utc>>, form: &str) -> String {
    let zone = FixedOffset::east_opt(7 * 3600).expect("an offset");
    at.map(|at| at.with_timezone(&zone).format(form).to_string()).unwrap_or_default()
}

/// The headings under the titles; those of `Thời gian` stand in a second row.
pub const HEADINGS: [&str; 16] = [
    "STT",
    "MÃ HỒ SƠ",
    "Mã thủ tục (*)",
    "Đơn vị  xử lý",
    "Hình thức nộp",
    "Đối tượng",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Ngày trả kết quả",
    "Trạng thái",
    "Kết quả xử lý",
    "Người xử lý",
    "Số hóa hồ sơ",
    "Số hóa kết quả",
    "Ghi chú",
];

/// A row, a cell a heading.
pub fn cells(number: usize, dossier: &DossierRecord) -> [String; 16] {
    const FORM: &str = "%d/%m/%Y %H:%M:%S";
    let channel = match dossier.channel {
        Channel::Counter => "Trực tiếp",
        // Decomposed, as a Mac writes it.
        Channel::Online => "Tru\u{323}c tuyê\u{301}n",
        Channel::Post => "Bưu chính công ích",
    };
    let applicant = match dossier.applicant_kind {
        ApplicantKind::Person => "Công dân",
        ApplicantKind::Organisation => "Tổ chức",
    };
    let state = state(dossier);
    let shown = if number.is_multiple_of(2) {
        state.national_code().to_string()
    } else {
        state.vietnamese().to_owned()
    };
    let digitised = |flag: Option<bool>| flag.map_or("", |flag| if flag { "Có" } else { "Không" }).to_owned();
    let outcome = if dossier.outcome == Some(ClosedAs::Refused) { "Từ chối giải quyết" } else { "" };
    [
        (number + 1).to_string(),
        format!("{}  ", dossier.code),
        dossier.procedure_code.to_string(),
        format!(" {}\u{a0}", dossier.unit_code),
        channel.to_owned(),
        applicant.to_owned(),
        local(Some(dossier.received_at), FORM),
        local(dossier.due_at, FORM),
        local(dossier.closed_at, FORM),
        local(dossier.result_returned_at, FORM),
        shown,
        outcome.to_owned(),
        dossier.officer_code.to_string(),
        digitised(dossier.intake_digitised),
        digitised(dossier.result_digitised),
        String::new(),
    ]
}

/// The whole workbook.
pub fn workbook(dossiers: &[DossierRecord]) -> Vec<u8> {
    let mut book = Workbook::new();
    let list = book.add_worksheet();
    list.set_name("Danh sách hồ sơ").expect("a name");
    title(list);
    for (number, dossier) in dossiers.iter().enumerate() {
        let row = u32::try_from(number).expect("a small number") + 6;
        for (column, cell) in
            cells(number, dossier).into_iter().enumerate().filter(|(_, cell)| !cell.is_empty())
        {
            list.write(row, u16::try_from(column).expect("a small number"), cell).expect("a cell");
        }
    }
    let end = u32::try_from(dossiers.len()).expect("a small number") + 6;
    list.merge_range(end, 0, end, 3, "Tổng cộng", &Format::new()).expect("a range");
    list.write(end, 4, dossiers.len().to_string()).expect("a cell");
    list.merge_range(end + 2, 8, end + 2, 12, "Đức Phổ, ngày 15 tháng 5 năm 2024", &Format::new())
        .expect("a range");
    list.write(end + 3, 1, "Người lập biểu").expect("a cell");
    supplements(book.add_worksheet(), dossiers);
    book.save_to_buffer().expect("a workbook")
}

fn title(list: &mut Worksheet) {
    let format = Format::new();
    list.merge_range(0, 0, 0, 4, "UBND THỊ XÃ ĐỨC PHỔ", &format).expect("a range");
    list.merge_range(1, 0, 1, 15, "DANH SÁCH HỒ SƠ TIẾP NHẬN, GIẢI QUYẾT", &format).expect("a range");
    list.merge_range(2, 0, 2, 15, "Từ ngày 15/12/2023 đến ngày 15/5/2024", &format).expect("a range");
    for (column, heading) in HEADINGS.into_iter().enumerate() {
        let column = u16::try_from(column).expect("a small number");
        if (6..10).contains(&column) {
            list.write(4, column, heading).expect("a cell");
        } else {
            list.merge_range(3, column, 4, column, heading, &format).expect("a range");
        }
        list.write(5, column, format!("({})", column + 1)).expect("a cell");
    }
    list.merge_range(3, 6, 3, 9, "Thời gian", &format).expect("a range");
}

fn supplements(sheet: &mut Worksheet, dossiers: &[DossierRecord]) {
    sheet.set_name("Bổ sung").expect("a name");
    for (column, heading) in
        ["Mã hồ sơ", "Ngày yêu cầu bổ sung", "Ngày tiếp nhận bổ sung", "Lý do"].into_iter().enumerate()
    {
        sheet.write(0, u16::try_from(column).expect("a small number"), heading).expect("a cell");
    }
    let mut row = 1;
    for dossier in dossiers {
        let mut events = dossier.clock.iter().peekable();
        while let Some(paused) = events.next() {
            let resumed = events.next_if(|event| event.resumed).map(|event| event.at);
            let form = "%Y%m%d%H%M%S";
            let cells = [
                dossier.code.to_string(),
                local(Some(paused.at), form),
                local(resumed, form),
                paused.reason.to_string(),
            ];
            for (column, cell) in cells.into_iter().enumerate() {
                sheet.write(row, u16::try_from(column).expect("a small number"), cell).expect("a cell");
            }
            row += 1;
        }
    }
}

/// What two ways of reading must agree on: all but the moves, which no export has, and the places.
pub fn comparable(mut dossier: DossierRecord) -> DossierRecord {
    dossier.moves.clear();
    dossier.stands_as = None;
    for event in &mut dossier.clock {
        event.line = 0;
        event.file = "".into();
    }
    dossier
}
