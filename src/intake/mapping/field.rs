//! The fields of a dossier that a column may hold, and what such columns are called.

use crate::domain::dossier::state::words;

words! {
    /// What a column holds.
    Field {
        /// The dossier's code.
        Code = "code",
        /// The procedure, by code or name.
        ProcedureCode = "procedure_code",
        /// The unit, by code or name.
        UnitCode = "unit_code",
        /// How it came in.
        Channel = "channel",
        /// Whose it is.
        ApplicantKind = "applicant_kind",
        /// When it was received.
        ReceivedAt = "received_at",
        /// When it was handed in; stands for the receipt of what wasn't accepted (yet).
        SubmittedAt = "submitted_at",
        /// The appointment.
        DueAt = "due_at",
        /// When it was closed.
        ClosedAt = "closed_at",
        /// How it was closed.
        Outcome = "outcome",
        /// When the citizen got the result.
        ResultReturnedAt = "result_returned_at",
        /// The responsible official, by code or name.
        OfficerCode = "officer_code",
        /// Papers scanned.
        IntakeDigitised = "intake_digitised",
        /// Result scanned.
        ResultDigitised = "result_digitised",
        /// Where it stands.
        State = "state",
        /// Its supplements as a JSON list.
        Supplements = "supplements",
        /// When supplements were asked for: one instant, or several with `;` between them.
        SupplementRequestedAt = "supplement_requested_at",
        /// When they came in.
        SupplementAnsweredAt = "supplement_answered_at",
        /// The appointments made then.
        SupplementDueAt = "supplement_due_at",
    }
}

/// What the cells of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Text as it stands.
    Text,
    /// An instant.
    Instant,
    /// A word of a closed list.
    Word,
    /// Yes or no.
    Flag,
    /// JSON.
    Json,
}

impl Field {
    /// What its cells are.
    pub fn holds(self) -> Holds {
        match self {
            Self::Code | Self::ProcedureCode | Self::UnitCode | Self::OfficerCode => Holds::Text,
            Self::ReceivedAt
            | Self::SubmittedAt
            | Self::DueAt
            | Self::ClosedAt
            | Self::ResultReturnedAt
            | Self::SupplementRequestedAt
            | Self::SupplementAnsweredAt
            | Self::SupplementDueAt => Holds::Instant,
            Self::Channel | Self::ApplicantKind | Self::Outcome | Self::State => Holds::Word,
            Self::IntakeDigitised | Self::ResultDigitised => Holds::Flag,
            Self::Supplements => Holds::Json,
        }
    }

    /// No dossier can be read without it, from a column or a constant.
    pub fn is_needed(self) -> bool {
        matches!(
            self,
            Self::Code
                | Self::ProcedureCode
                | Self::UnitCode
                | Self::Channel
                | Self::ApplicantKind
                | Self::ReceivedAt
        )
    }

    /// What officials call it.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Code => "mã hồ sơ",
            Self::ProcedureCode => "thủ tục",
            Self::UnitCode => "đơn vị",
            Self::Channel => "kênh nộp",
            Self::ApplicantKind => "đối tượng",
            Self::ReceivedAt => "ngày tiếp nhận",
            Self::SubmittedAt => "ngày nộp",
            Self::DueAt => "ngày hẹn trả",
            Self::ClosedAt => "ngày kết thúc xử lý",
            Self::Outcome => "kết quả xử lý",
            Self::ResultReturnedAt => "ngày trả kết quả",
            Self::OfficerCode => "người xử lý",
            Self::IntakeDigitised => "số hóa hồ sơ",
            Self::ResultDigitised => "số hóa kết quả",
            Self::State => "trạng thái",
            Self::Supplements => "danh sách bổ sung",
            Self::SupplementRequestedAt => "ngày yêu cầu bổ sung",
            Self::SupplementAnsweredAt => "ngày tiếp nhận bổ sung",
            Self::SupplementDueAt => "ngày hẹn trả mới",
        }
    }

    /// The same in English.
    pub fn english(self) -> &'static str {
        match self {
            Self::Code => "dossier's code",
            Self::ProcedureCode => "procedure",
            Self::UnitCode => "unit",
            Self::Channel => "channel",
            Self::ApplicantKind => "kind of applicant",
            Self::ReceivedAt => "day of receipt",
            Self::SubmittedAt => "day of submission",
            Self::DueAt => "appointment",
            Self::ClosedAt => "day of closing",
            Self::Outcome => "outcome",
            Self::ResultReturnedAt => "day of return",
            Self::OfficerCode => "official",
            Self::IntakeDigitised => "papers scanned",
            Self::ResultDigitised => "result scanned",
            Self::State => "state",
            Self::Supplements => "list of supplements",
            Self::SupplementRequestedAt => "day a supplement was asked for",
            Self::SupplementAnsweredAt => "day a supplement came in",
            Self::SupplementDueAt => "new appointment",
        }
    }

    /// Headings that such columns have, folded; the likeliest first.
    pub fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Code => {
                &["ma ho so", "mahoso", "so ho so", "ma so ho so", "sohoso", "so bien nhan", "code"]
            }
            Self::ProcedureCode => &[
                "ma thu tuc",
                "mattc",
                "mattthc",
                "ma tthc",
                "matthc",
                "ten thu tuc",
                "thu tuc",
                "ten tthc",
                "tentthc",
                "thu tuc hanh chinh",
                "ten thu tuc hanh chinh",
                "ma thu tuc hanh chinh",
                "procedure code",
            ],
            Self::UnitCode => &[
                "don vi xu ly",
                "donvixuly",
                "don vi",
                "don vi giai quyet",
                "co quan xu ly",
                "don vi tiep nhan",
                "co quan giai quyet",
                "phong ban",
                "ma don vi",
                "co quan tiep nhan",
                "unit code",
            ],
            Self::Channel => &[
                "kenh thuc hien",
                "kenhthuchien",
                "hinh thuc nop",
                "hinh thuc tiep nhan",
                "kenh tiep nhan",
                "hinh thuc",
                "hinh thuc nop ho so",
                "kenh nop",
                "channel",
            ],
            Self::ApplicantKind => &[
                "loai doi tuong",
                "loaidoituong",
                "doi tuong",
                "doi tuong nop",
                "loai chu ho so",
                "applicant kind",
            ],
            Self::ReceivedAt => &[
                "ngay tiep nhan",
                "ngaytiepnhan",
                "ngay nhan",
                "thoi gian tiep nhan",
                "thoi diem tiep nhan",
                "ngay nhan ho so",
                "ngay gio tiep nhan",
                "received at",
            ],
            Self::SubmittedAt => &["ngay nop", "ngay nop ho so", "ngaynophoso", "thoi gian nop", "ngaynop"],
            Self::DueAt => &[
                "ngay hen tra",
                "ngayhentra",
                "han tra",
                "thoi gian hen tra",
                "ngay hen",
                "han xu ly",
                "ngay hen tra ket qua",
                "thoi han",
                "han giai quyet",
                "ngay gio hen tra",
                "due at",
            ],
            Self::ClosedAt => &[
                "ngay ket thuc xu ly",
                "ngayketthucxuly",
                "ngay ket thuc",
                "ngay giai quyet",
                "ngay xu ly xong",
                "ngay hoan thanh",
                "ngay co ket qua",
                "thoi gian ket thuc",
                "thoi gian ket thuc xu ly",
                "closed at",
            ],
            Self::Outcome => {
                &["ket qua xu ly", "ket qua giai quyet", "loai ket qua", "loaiketqua", "outcome"]
            }
            Self::ResultReturnedAt => &[
                "ngay tra",
                "ngaytra",
                "ngay tra ket qua",
                "thoi gian tra ket qua",
                "ngay tra kq",
                "result returned at",
            ],
            Self::OfficerCode => &[
                "nguoi xu ly",
                "nguoixuly",
                "can bo xu ly",
                "can bo thu ly",
                "cong chuc xu ly",
                "nguoi dang xu ly",
                "can bo dang xu ly",
                "chuyen vien",
                "can bo phu trach",
                "officer code",
            ],
            Self::IntakeDigitised => &[
                "duoc so hoa",
                "duocsohoa",
                "so hoa ho so",
                "so hoa thanh phan ho so",
                "ho so co thanh phan so hoa",
                "hosocothanhphansohoa",
                "intake digitised",
            ],
            Self::ResultDigitised => &["so hoa ket qua", "ket qua dien tu", "so hoa kq", "result digitised"],
            Self::State => &[
                "trang thai ho so",
                "trangthaihoso",
                "trang thai",
                "tinh trang",
                "tinh trang ho so",
                "trang thai xu ly",
            ],
            Self::Supplements => &["danh sach ho so bo sung", "danhsachhosobosung"],
            Self::SupplementRequestedAt => &[
                "ngay yeu cau bo sung",
                "ngay bo sung",
                "ngaybosung",
                "ngayyeucaubosung",
                "thoi gian yeu cau bo sung",
            ],
            Self::SupplementAnsweredAt => {
                &["ngay tiep nhan bo sung", "ngaytiepnhanbosung", "ngay nop bo sung", "thoi gian bo sung"]
            }
            Self::SupplementDueAt => &["ngay hen tra moi", "ngayhentramoi", "hen tra moi", "han tra moi"],
        }
    }
}
