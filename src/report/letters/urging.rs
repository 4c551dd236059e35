//! The công văn đôn đốc: the Office asks a unit to finish what is overdue and what soon will be, with the list of it
//! enclosed on pages of their own.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::super::docx::{BLANK, Block, Cell, Document, Paragraph, Row, Section, Style, Table};
use super::frame::{Issuer, foot, head, or_blank};
use crate::domain::text::{count, date, moment};

/// Widths of the enclosed list's columns in millimetres: 252 in all.
const WIDTHS: [u32; 8] = [11, 57, 72, 23, 24, 24, 20, 21];

/// What the letter is drawn from.
#[derive(Debug, Clone)]
pub struct Urging<'a> {
    /// The Office.
    pub issuer: Issuer<'a>,
    /// What stands for it in a number: `VP`.
    pub symbol: &'a str,
    /// The unit that is asked.
    pub unit: &'a str,
    /// The lists of its officials, the most urgent first.
    pub holders: Vec<HolderList>,
    /// So many working days ahead what falls due is named too; 0: only what is overdue.
    pub near_days: i64,
    /// When it was drawn, local time, and the instant itself.
    pub made_at: (NaiveDateTime, DateTime<Utc>),
    /// Up to when the records are known, local time.
    pub data_until: Option<NaiveDateTime>,
}

/// The dossiers of one official.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderList {
    /// The official's name; None: nobody holds them.
    pub holder: Option<String>,
    /// The unit, where it isn't the one that is asked.
    pub unit: Option<String>,
    /// The dossiers, the most urgent first.
    pub lines: Vec<UrgedLine>,
}

/// A dossier: never its applicant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgedLine {
    /// Its code.
    pub code: String,
    /// The name of its procedure.
    pub procedure: String,
    /// The day of its receipt.
    pub received_on: NaiveDate,
    /// When it is due, local time.
    pub due: NaiveDateTime,
    /// It is due at that hour, not just on that day.
    pub by_the_hour: bool,
    /// Where it stands, in words.
    pub state: String,
    /// Past its deadline.
    pub overdue: bool,
    /// Working days to the deadline; negative: past it. None beyond the calendar.
    pub days: Option<i64>,
    /// A letter of apology went out in time.
    pub apologised: bool,
}

impl Urging<'_> {
    /// Draws the letter.
    pub fn draw(&self) -> Document {
        let matter = if self.near() > 0 { "quá hạn, sắp đến hạn" } else { "quá hạn" };
        Document {
            title: format!("Công văn đôn đốc: {}", self.unit),
            creator: self.issuer.office.to_owned(),
            made_at: self.made_at.1,
            sections: vec![
                Section { landscape: false, blocks: self.letter(matter) },
                Section { landscape: true, blocks: self.list(matter) },
            ],
        }
    }

    fn overdue(&self) -> usize {
        self.holders.iter().map(HolderList::overdue).sum()
    }

    fn near(&self) -> usize {
        self.holders.iter().map(HolderList::near).sum()
    }

    fn letter(&self, matter: &str) -> Vec<Block> {
        let (office, unit) = (or_blank(self.issuer.office), self.unit);
        let about = format!("đôn đốc giải quyết hồ sơ thủ tục hành chính {matter}");
        let body = |text: String| Block::from(Paragraph::new(Style::Body, text));
        let item = |text: String| Block::from(Paragraph::new(Style::NumberedItem, text));
        let near = match (self.near(), self.near_days) {
            (0, _) => String::new(),
            (near, days) => {
                format!(" và {} hồ sơ đến hạn trong {} ngày làm việc tới", said(near), count(days))
            }
        };
        let apologised = match self.holders.iter().map(HolderList::apologised).sum() {
            0 => String::new(),
            n => format!(" (trong đó {} hồ sơ đã có văn bản xin lỗi, hẹn lại ngày trả kết quả)", said(n)),
        };
        let until =
            self.data_until.map(|at| format!(" (số liệu đồng bộ đến {})", moment(at))).unwrap_or_default();
        let keep = if self.near() > 0 {
            "; giải quyết đúng hạn các hồ sơ sắp đến hạn"
        } else {
            ""
        };
        let mut copies = vec!["Như trên".to_owned()];
        if !self.issuer.superior.is_empty() {
            copies.push(format!("{} (b/c)", self.issuer.superior));
        }
        vec![
            head(self.issuer, &format!("/{}-{BLANK}", or_blank(self.symbol)), Some(&about)),
            Paragraph::new(Style::Addressee, format!("Kính gửi: {unit}")).into(),
            body(format!(
                "Qua theo dõi việc giải quyết thủ tục hành chính, {office} nhận thấy tính đến {}{until}, {unit} có {} \
                 hồ sơ quá hạn{apologised}{near} (danh sách kèm theo).",
                moment(self.made_at.0),
                said(self.overdue()),
            )),
            body(format!(
                "Để việc giải quyết thủ tục hành chính cho cá nhân, tổ chức được thực hiện đúng thời hạn, {office} đề \
                 nghị {unit}:"
            )),
            item(format!(
                "Tập trung giải quyết dứt điểm các hồ sơ quá hạn, phân công rõ người thực hiện, rõ thời hạn hoàn thành \
                 đối với từng hồ sơ{keep}."
            )),
            item(
                "Đối với hồ sơ không thể trả kết quả đúng thời hạn, xin lỗi cá nhân, tổ chức bằng văn bản, nêu rõ lý do \
                 và hẹn lại ngày trả kết quả trước khi hết hạn theo quy định."
                    .to_owned(),
            ),
            item(format!(
                "Ghi nhận nguyên nhân chậm trễ của từng hồ sơ trên hệ thống và báo cáo kết quả thực hiện về {office} \
                 trước ngày {BLANK} tháng {BLANK} năm {BLANK}."
            )),
            body(format!("{office} đề nghị {unit} quan tâm, phối hợp thực hiện./.")),
            foot(self.issuer, &copies),
        ]
    }

    fn list(&self, matter: &str) -> Vec<Block> {
        let office = or_blank(self.issuer.office);
        let enclosed = format!(
            "(Kèm theo Công văn số {BLANK}/{}-{BLANK} ngày {BLANK} tháng {BLANK} năm {BLANK} của {office})",
            or_blank(self.symbol)
        );
        vec![
            Paragraph::new(Style::Heading, format!("DANH SÁCH HỒ SƠ {}", matter.to_uppercase())).into(),
            Paragraph::new(Style::Subtitle, enclosed).into(),
            self.table().into(),
        ]
    }

    fn table(&self) -> Table {
        let heads = [
            "TT",
            "Mã hồ sơ",
            "Thủ tục hành chính",
            "Ngày tiếp nhận",
            "Hạn trả kết quả",
            "Trạng thái",
            "Quá hạn/còn (ngày làm việc)",
            "Ghi chú",
        ];
        let head = Row { cells: heads.map(|text| Cell::text(Style::TableHead, text)).into(), leads: true };
        let mut rows = vec![head];
        let mut number = 0;
        for list in &self.holders {
            let title = Paragraph::new(Style::TableGroup, list.title());
            let cell = Cell { span: WIDTHS.len(), ..Cell::new([title]) };
            rows.push(Row { cells: vec![cell], leads: true });
            for line in &list.lines {
                number += 1;
                rows.push(line.row(number));
            }
        }
        Table {
            ruled: true, caption: "Danh sách hồ sơ".to_owned(), widths: WIDTHS.into(), heads: 1, rows
        }
    }
}

impl HolderList {
    fn overdue(&self) -> usize {
        self.lines.iter().filter(|line| line.overdue).count()
    }

    fn near(&self) -> usize {
        self.lines.len() - self.overdue()
    }

    fn apologised(&self) -> usize {
        self.lines.iter().filter(|line| line.overdue && line.apologised).count()
    }

    /// `Nguyễn Văn A (Phường B): 03 hồ sơ quá hạn, 01 hồ sơ sắp đến hạn`.
    fn title(&self) -> String {
        let counts = [(self.overdue(), "hồ sơ quá hạn"), (self.near(), "hồ sơ sắp đến hạn")];
        let counts: Vec<String> = counts
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, what)| format!("{} {what}", said(n)))
            .collect();
        let unit = self.unit.as_ref().map(|unit| format!(" ({unit})")).unwrap_or_default();
        let holder = self.holder.as_deref().unwrap_or("Chưa phân công người thụ lý");
        format!("{holder}{unit}: {}", counts.join(", "))
    }
}

impl UrgedLine {
    fn row(&self, number: usize) -> Row {
        let (text, centre) = (Style::TableText, Style::TableCentre);
        let due = if self.by_the_hour {
            format!("{} {}", self.due.format("%H:%M"), date(self.due.date()))
        } else {
            date(self.due.date())
        };
        let days = match self.days {
            None => String::new(),
            Some(days) if days < 0 => format!("quá {}", -days),
            Some(_) if self.overdue => "vừa quá".to_owned(),
            Some(days) => format!("còn {days}"),
        };
        let note = if self.apologised { "đã xin lỗi, hẹn lại" } else { "" };
        let cells = [
            (centre, number.to_string()),
            (text, self.code.clone()),
            (text, self.procedure.clone()),
            (centre, date(self.received_on)),
            (centre, due),
            (text, self.state.clone()),
            (centre, days),
            (text, note.to_owned()),
        ];
        Row { cells: cells.map(|(style, text)| Cell::text(style, text)).into(), leads: false }
    }
}

/// A count as running text says it.
fn said(number: usize) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX))
}
