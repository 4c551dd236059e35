//! The letter of apology (form 04): why a result comes late and when it will be there, filled but for the applicant.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::super::docx::{BLANK, Block, Document, Paragraph, Run, Section, Style};
use super::frame::{Issuer, foot, head, or_blank};
use crate::domain::text::moment;

/// What the letter is drawn from.
#[derive(Debug, Clone)]
pub struct Apology<'a> {
    /// The unit that has the dossier in hand.
    pub issuer: Issuer<'a>,
    /// The dossier's code.
    pub code: &'a str,
    /// The name of its procedure.
    pub procedure: &'a str,
    /// The receipt, local time.
    pub received_at: NaiveDateTime,
    /// What the citizen was promised, local time.
    pub promised_at: NaiveDateTime,
    /// That has passed.
    pub passed: bool,
    /// Why it is late, as far as it was recorded.
    pub cause: Option<Cause<'a>>,
    /// The new appointment, local time, as far as it is known.
    pub new_promise: Option<NaiveDateTime>,
    /// When the letter was drawn.
    pub made_at: DateTime<Utc>,
}

/// Why a dossier is late, in the terms of what is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause<'a> {
    /// The agency itself.
    OwnAgency,
    /// An agency that had to answer.
    CooperatingAgency,
    /// The citizen.
    Citizen,
    /// A regulation or a missing one.
    Regulation,
    /// An outage of software, by its name where it is known.
    SoftwareOutage(Option<&'a str>),
}

/// The form that the law asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The first day of receipt for which it holds.
    from: (i32, u32, u32),
    /// Its name.
    pub name: &'static str,
    /// What follows the blank in its number.
    number: &'static str,
    /// What the citizen is asked for or told of, before the new appointment.
    promise: &'static str,
}

/// Form 04 of Circular 01/2018/TT-VPCP, and of Circular 03/2025/TT-VPCP of 15 September 2025, the latest first.
const FORMS: [Form; 2] = [
    Form {
        from: (2025, 9, 15),
        name: "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết",
        number: "/",
        promise: "đề nghị gia hạn thời gian giải quyết và trả kết quả vào",
    },
    Form {
        from: (2018, 11, 23),
        name: "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
        number: "/PXL-",
        promise: "hẹn trả kết quả vào",
    },
];

/// The form for a dossier: an accepted one keeps the rules under which it was accepted.
pub fn form_of(received_on: NaiveDate) -> Form {
    let holds = |form: &&Form| {
        let (year, month, day) = form.from;
        NaiveDate::from_ymd_opt(year, month, day).is_some_and(|from| from <= received_on)
    };
    let [_, oldest] = FORMS;
    FORMS.iter().find(holds).copied().unwrap_or(oldest)
}

impl Apology<'_> {
    /// Draws the letter.
    pub fn draw(&self) -> Document {
        let form = form_of(self.received_at.date());
        Document {
            title: format!("{} - {}", form.name, self.code),
            creator: self.issuer.office.to_owned(),
            made_at: self.made_at,
            sections: vec![Section { landscape: false, blocks: self.letter(form) }],
        }
    }

    fn letter(&self, form: Form) -> Vec<Block> {
        let unit = or_blank(self.issuer.office);
        let body = |runs: Vec<Run>| Block::from(Paragraph::of(Style::Body, runs));
        let plain = |text: String| Run::Plain(text);
        let late = if self.passed {
            format!("Đến nay, {unit} chưa trả kết quả giải quyết hồ sơ của Ông/Bà/Tổ chức")
        } else {
            format!("{unit} không thể trả kết quả giải quyết hồ sơ của Ông/Bà/Tổ chức")
        };
        let why = match self.cause {
            Some(cause) => vec![plain("Lý do: ".to_owned()), plain(format!("{}.", cause.said()))],
            None => vec![plain("Lý do: ".to_owned()), Run::Dots],
        };
        let promise = self.new_promise.map_or_else(blank_moment, moment);
        let copies = ["Như trên".to_owned(), "Bộ phận Tiếp nhận và Trả kết quả".to_owned()];
        vec![
            head(self.issuer, &format!("{}{BLANK}", form.number), None),
            Paragraph::new(Style::Title, form.name.to_uppercase()).into(),
            // Who asks is written by whoever sends it: this house prints no applicant.
            Paragraph::of(Style::Addressee, [plain("Kính gửi: ".to_owned()), Run::Dots]).into(),
            body(vec![
                plain(format!(
                    "Vào lúc {}, {unit} tiếp nhận hồ sơ đề nghị giải quyết thủ tục hành chính “{}” của Ông/Bà/Tổ chức, \
                     mã hồ sơ: ",
                    moment(self.received_at),
                    self.procedure
                )),
                Run::Bold(self.code.to_owned()),
                plain(".".to_owned()),
            ]),
            body(vec![plain(format!("Thời gian hẹn trả kết quả: {}.", moment(self.promised_at)))]),
            body(vec![plain(format!(
                "{late} đúng thời hạn ghi trong Giấy tiếp nhận hồ sơ và hẹn trả kết quả."
            ))]),
            body(why),
            body(vec![
                plain(format!(
                    "Sự chậm trễ này gây phiền hà, tốn kém chi phí, công sức của Ông/Bà/Tổ chức. {unit} xin lỗi \
                 Ông/Bà/Tổ chức và {}: ",
                    form.promise
                )),
                Run::Bold(promise),
                plain(".".to_owned()),
            ]),
            body(vec![plain("Mong Ông/Bà/Tổ chức thông cảm vì sự chậm trễ này./.".to_owned())]),
            foot(self.issuer, &copies),
        ]
    }
}

impl Cause<'_> {
    /// In words that a citizen may read.
    fn said(self) -> String {
        match self {
            Self::OwnAgency => "cơ quan giải quyết chưa hoàn thành việc xử lý hồ sơ đúng thời hạn".to_owned(),
            Self::CooperatingAgency => "chưa có ý kiến, kết quả của cơ quan phối hợp giải quyết".to_owned(),
            Self::Citizen => {
                "chờ cá nhân, tổ chức hoàn thiện hồ sơ hoặc thực hiện nghĩa vụ theo yêu cầu".to_owned()
            }
            Self::Regulation => "có vướng mắc trong việc áp dụng quy định".to_owned(),
            Self::SoftwareOutage(None) => "sự cố phần mềm giải quyết thủ tục hành chính".to_owned(),
            Self::SoftwareOutage(Some(system)) => format!("sự cố của {system}"),
        }
    }
}

fn blank_moment() -> String {
    format!("{BLANK} giờ {BLANK}, ngày {BLANK} tháng {BLANK} năm {BLANK}")
}
