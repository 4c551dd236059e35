//! Files of reports: fetched, and attached when they are signed.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde_json::json;
use tokio_stream::StreamExt as _;

use super::super::connection::ConnectionArgs;
use super::super::exit::{Exit, WrongUsage};
use super::super::{output, values, wire};
use super::{client, name, showing};
use crate::pb::v1 as pb;

/// Bytes of a piece.
const CHUNK: usize = 256 * 1024;

/// Arguments of `bonro reports sign`.
#[derive(Debug, Args)]
pub struct SignArgs {
    /// Mã báo cáo / Code of the report
    #[arg(value_name = "CODE")]
    code: String,
    /// Tệp PDF đã ký / The signed PDF
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Số văn bản, ví dụ 05/BC-VP / Its number, such as 05/BC-VP
    #[arg(long, value_name = "NUMBER")]
    number: String,
    /// Ngày văn bản / Its date
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    date: NaiveDate,
    /// Người ký / The signer
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// Chức vụ ghi trên bản ký, kể cả KT., TL. / The office above the name
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// Lý do chấp nhận khi tệp khác số liệu đã chốt hoặc là bản quét / Why a file is taken that differs, or is a scan
    #[arg(long, default_value = "", value_name = "REASON")]
    accept: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro reports file`.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// Mã báo cáo / Code of the report
    #[arg(value_name = "CODE")]
    code: String,
    /// Loại tệp / Which file
    #[arg(long, value_name = "PAPER")]
    paper: Paper,
    /// Ngôn ngữ; en là bản dịch tham khảo của pdf, docx, html / Language; en is a courtesy translation
    #[arg(long, value_name = "LANGUAGE", default_value = "vi")]
    language: Language,
    /// Tệp sẽ ghi, không ghi đè / File to write, never over another
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    connection: ConnectionArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    Vi,
    En,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Paper {
    Pdf,
    Docx,
    Xlsx,
    Html,
    Signed,
    Sentences,
}

impl Paper {
    fn wire(self) -> pb::ReportPaper {
        match self {
            Self::Pdf => pb::ReportPaper::Pdf,
            Self::Docx => pb::ReportPaper::Docx,
            Self::Xlsx => pb::ReportPaper::Xlsx,
            Self::Html => pb::ReportPaper::Html,
            Self::Signed => pb::ReportPaper::Signed,
            Self::Sentences => pb::ReportPaper::Sentences,
        }
    }
}

/// Attaches the signed file.
pub async fn sign(args: &SignArgs, as_json: bool) -> anyhow::Result<Exit> {
    use pb::attach_signed_file_request::Piece;
    let bytes = fs::read(&args.file).map_err(|error| {
        WrongUsage(format!("--file: {}: không đọc được / can't be read: {error}", args.file.display()))
    })?;
    let signature = pb::SignatureOfReport {
        name: name(&args.code),
        number: args.number.clone(),
        dated_on: Some(wire::date(args.date)),
        signer_name: args.signer.clone(),
        signer_title: args.title.clone(),
        differences_accepted: args.accept.clone(),
        ..Default::default()
    };
    let chunks: Vec<Piece> = bytes.chunks(CHUNK).map(|chunk| Piece::Chunk(chunk.to_vec())).collect();
    let pieces = std::iter::once(Piece::Signature(signature)).chain(chunks);
    let pieces: Vec<_> = pieces.map(|piece| pb::AttachSignedFileRequest { piece: Some(piece) }).collect();
    let mut client = client(args.connection.connect().await?);
    let answer = client.attach_signed_file(tokio_stream::iter(pieces)).await?.into_inner();
    Ok(showing::done(answer.report, as_json))
}

/// Fetches a file.
pub async fn fetch(args: &FileArgs, as_json: bool) -> anyhow::Result<Exit> {
    let language = match args.language {
        Language::Vi => pb::Language::Vietnamese,
        Language::En => pb::Language::English,
    };
    let request = pb::DownloadReportRequest {
        name: name(&args.code),
        paper: args.paper.wire().into(),
        form: String::new(),
        language: language.into(),
    };
    download(&args.connection, request, &args.out, as_json).await
}

/// Fetches a file of a report, and writes it.
pub async fn download(
    connection: &ConnectionArgs,
    request: pb::DownloadReportRequest,
    out: &Path,
    as_json: bool,
) -> anyhow::Result<Exit> {
    let mut pieces = client(connection.connect().await?).download_report(request).await?.into_inner();
    let (mut file, mut bytes) = (pb::ReportFile::default(), Vec::new());
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        file = piece.file.unwrap_or(file);
        bytes.extend(piece.chunk);
    }
    written(out, &bytes, (file.size, &file.sha256), as_json)
}

/// Writes what came, if it came whole, and never over another file.
pub fn written(out: &Path, bytes: &[u8], (size, sha256): (i64, &str), as_json: bool) -> anyhow::Result<Exit> {
    anyhow::ensure!(
        usize::try_from(size).ok() == Some(bytes.len()),
        "tệp chưa tới đủ / the file didn't come whole"
    );
    output::write_new(out, bytes)?;
    if as_json {
        output::say_json(&json!({ "file": out, "size": size, "sha256": sha256 }));
    } else {
        output::say(&format!("Đã ghi {0} ({size} byte), SHA-256 {sha256} / Wrote {0}", out.display()));
    }
    Ok(Exit::Done)
}
