//! A desk at which reports are made: a small town with some dossiers in the first half of May, and a coordinator's key.

use std::fmt::Write as _;

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs};
use bonro::domain::record::{DossierRecord, Record};
use bonro::domain::text::tidy;
use bonro::pb::v1;
use bonro::pb::v1::report_service_client::ReportServiceClient;
use bonro::world::Clock as _;
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::records::town::{Town, at, date, procedure, told};
use crate::support::{Call, Line};

pub struct Desk {
    pub town: Town,
    pub line: Line,
    pub reports: ReportServiceClient<Call>,
}

/// A dossier of ward P1 received on 2 May, due on 9 May at 17:00.
pub fn dossier(code: &str, closed: Option<(&str, ClosedAs)>) -> Record {
    dossier_of(code, "P1", "2024-05-02T02:00:00Z", closed)
}

pub fn dossier_of(code: &str, unit: &str, received: &str, closed: Option<(&str, ClosedAs)>) -> Record {
    Record::Dossier(Box::new(DossierRecord {
        code: code.into(),
        procedure_code: "d5".into(),
        unit_code: unit.into(),
        channel: Some(Channel::Counter),
        applicant_kind: Some(ApplicantKind::Person),
        received_at: Some(at(received)),
        closed_at: closed.map(|(closed, _)| at(closed)),
        outcome: closed.map(|(_, outcome)| outcome),
        officer_code: "P1-01".into(),
        ..DossierRecord::default()
    }))
}

/// The first half of May.
pub fn period() -> v1::Period {
    let range = v1::DateRange { from_on: Some(date("2024-05-01")), to_on: Some(date("2024-05-14")) };
    v1::Period { choice: Some(v1::period::Choice::Range(range)) }
}

/// What must be written before a report of the house's form can be submitted.
pub const PLACES: [(&str, &str); 4] = [
    ("one_stop", "Bộ phận Một cửa được trang bị đầy đủ."),
    ("causes", "- Một số công chức chưa chủ động.\n- Phần mềm của tỉnh còn lỗi."),
    ("next_tasks", "- Tiếp tục kiểm tra, đôn đốc."),
    ("proposals", "Không có."),
];

impl Desk {
    /// Five dossiers: two in time, one late, one overdue, one withdrawn.
    pub async fn open(url: &str) -> Self {
        let town = Town::open(url).await;
        let outcomes = town
            .import(vec![
                procedure(),
                dossier("H-1", Some(("2024-05-08T02:00:00Z", ClosedAs::Resolved))),
                dossier("H-2", Some(("2024-05-09T02:00:00Z", ClosedAs::Resolved))),
                dossier("H-3", Some(("2024-05-13T02:00:00Z", ClosedAs::Resolved))),
                dossier("H-4", None),
                dossier("H-5", Some(("2024-05-07T02:00:00Z", ClosedAs::Withdrawn))),
            ])
            .await;
        let said = told(&outcomes);
        assert!(said.iter().all(|said| !said.starts_with("refused")), "{said:?}");
        let line = Line::open(url).await;
        line.clock.set(town.clock.now());
        let key = line.key(&[v1::Role::Coordinator], "", "").await;
        let reports = ReportServiceClient::new(line.call(&key));
        Self { town, line, reports }
    }

    pub fn set(&self, instant: &str) {
        self.town.set(instant);
        self.line.clock.set(at(instant));
    }

    /// A draft for a letter of the Home Affairs office.
    pub async fn draft(&mut self) -> v1::Report {
        let request = v1::OpenReportRequest {
            period: Some(period()),
            request: Some(v1::ReportRequest {
                number: "549/PNV".into(),
                dated_on: Some(date("2024-05-15")),
                matter: "báo cáo cải cách hành chính".into(),
            }),
            ..Default::default()
        };
        report(self.reports.open_report(request).await.map(|a| a.into_inner().report))
    }

    pub async fn write(&mut self, name: &str, place: &str, text: &str) -> v1::Report {
        let request = v1::WriteNarrativeRequest {
            name: name.into(),
            place: place.into(),
            text: text.into(),
            ..Default::default()
        };
        report(self.reports.write_narrative(request).await.map(|a| a.into_inner().report))
    }

    /// A draft with everything written, submitted.
    pub async fn submitted(&mut self) -> v1::Report {
        let draft = self.draft().await;
        for (place, text) in PLACES {
            self.write(&draft.name, place, text).await;
        }
        self.submit(&draft.name).await
    }

    pub async fn submit(&mut self, name: &str) -> v1::Report {
        let request = v1::SubmitReportRequest { name: name.into(), ..Default::default() };
        report(self.reports.submit_report(request).await.map(|a| a.into_inner().report))
    }

    pub async fn get(&mut self, name: &str) -> v1::Report {
        let request = v1::GetReportRequest { name: name.into() };
        report(self.reports.get_report(request).await.map(|a| a.into_inner().report))
    }

    pub async fn check(&mut self, name: &str) -> v1::CheckReportResponse {
        let request = v1::CheckReportRequest { name: name.into() };
        self.reports.check_report(request).await.expect("it is checked").into_inner()
    }

    /// Attaches a file as the signed one.
    pub async fn sign(
        &mut self,
        name: &str,
        number: &str,
        pdf: &[u8],
        accepted: &str,
    ) -> Result<v1::Report, Status> {
        use v1::attach_signed_file_request::Piece;
        let signature = v1::SignatureOfReport {
            name: name.into(),
            number: number.into(),
            dated_on: Some(date("2024-05-16")),
            signer_name: "Nguyễn Văn Ký".into(),
            signer_title: "KT. CHÁNH VĂN PHÒNG, PHÓ CHÁNH VĂN PHÒNG".into(),
            differences_accepted: accepted.into(),
            ..Default::default()
        };
        let chunks: Vec<Piece> = pdf.chunks(1000).map(|chunk| Piece::Chunk(chunk.to_vec())).collect();
        let pieces = std::iter::once(Piece::Signature(signature)).chain(chunks);
        let pieces: Vec<_> = pieces.map(|piece| v1::AttachSignedFileRequest { piece: Some(piece) }).collect();
        let answer = self.reports.attach_signed_file(tokio_stream::iter(pieces)).await?;
        Ok(answer.into_inner().report.expect("a report"))
    }

    /// A file of a report.
    pub async fn file(&mut self, name: &str, paper: v1::ReportPaper) -> Result<Vec<u8>, Status> {
        let request =
            v1::DownloadReportRequest { name: name.into(), paper: paper.into(), ..Default::default() };
        self.fetched(request).await
    }

    /// Keeps a form of a recipient.
    pub async fn put_form(
        &mut self,
        draft: v1::ReportFormDraft,
        bytes: &[u8],
    ) -> Result<v1::ReportForm, Status> {
        use v1::put_report_form_request::Piece;
        let chunks: Vec<Piece> = bytes.chunks(1000).map(|chunk| Piece::Chunk(chunk.to_vec())).collect();
        let pieces = std::iter::once(Piece::Form(draft)).chain(chunks);
        let pieces: Vec<_> = pieces.map(|piece| v1::PutReportFormRequest { piece: Some(piece) }).collect();
        let answer = self.reports.put_report_form(tokio_stream::iter(pieces)).await?;
        Ok(answer.into_inner().form.expect("a form"))
    }

    /// A form of a recipient, filled from a report.
    pub async fn filled(&mut self, name: &str, form: &str) -> Result<Vec<u8>, Status> {
        let paper = v1::ReportPaper::Form.into();
        let form = format!("reportForms/{form}");
        self.fetched(v1::DownloadReportRequest { name: name.into(), paper, form, ..Default::default() }).await
    }

    /// A courtesy translation.
    pub async fn translated(&mut self, name: &str, paper: v1::ReportPaper) -> Result<Vec<u8>, Status> {
        let language = v1::Language::English.into();
        let (name, paper) = (name.into(), paper.into());
        self.fetched(v1::DownloadReportRequest { name, paper, language, ..Default::default() }).await
    }

    async fn fetched(&mut self, request: v1::DownloadReportRequest) -> Result<Vec<u8>, Status> {
        let mut pieces = self.reports.download_report(request).await?.into_inner();
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.message().await? {
            bytes.extend(piece.chunk);
        }
        Ok(bytes)
    }

    /// A file with the numbers of what figures say, in other words, as somebody may have signed it.
    pub async fn signed_pdf(&mut self, name: &str) -> Vec<u8> {
        let sentences = self.file(name, v1::ReportPaper::Sentences).await.expect("it is kept");
        let said = String::from_utf8(sentences).expect("text");
        pdf(&said.lines().map(ascii).collect::<Vec<_>>())
    }
}

fn report(answer: Result<Option<v1::Report>, Status>) -> v1::Report {
    answer.unwrap_or_else(|status| panic!("{status:?}")).expect("a report")
}

/// What refused: the reason, and the fields.
pub fn refusal(status: &Status) -> (String, Vec<String>) {
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    let fields = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    (reason, fields.into_iter().map(|violation| violation.field).collect())
}

/// Words without their marks: a file of the plainest kind has no others.
fn ascii(line: &str) -> String {
    let plain = |c: char| if c.is_ascii() && !"()\\".contains(c) { c } else { ' ' };
    tidy(&line.chars().map(plain).collect::<String>())
}

/// The plainest PDF that says these lines.
pub fn pdf(lines: &[String]) -> Vec<u8> {
    let mut stream = "BT /F1 8 Tf 40 800 Td 10 TL\n".to_owned();
    for line in lines {
        for piece in line.as_bytes().chunks(120) {
            let _ = writeln!(stream, "({}) Tj T*", String::from_utf8_lossy(piece));
        }
    }
    stream += "ET";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>stream\n{stream}\nendstream", stream.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(file.len());
        let _ = writeln!(file, "{number} 0 obj{object}endobj");
    }
    let start = file.len();
    let _ = write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        let _ = writeln!(file, "{place:010} 00000 n ");
    }
    let _ = write!(file, "trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    file.into_bytes()
}
