//! `bonro reports forms …`: forms that recipients send; what they may name, and what they say when they are filled.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tokio_stream::StreamExt as _;

use super::super::connection::ConnectionArgs;
use super::super::exit::{Exit, WrongUsage};
use super::super::output;
use super::super::tables::{Side, Table};
use super::filing::written;
use super::{client, name};
use crate::pb::v1 as pb;

/// Bytes of a piece.
const CHUNK: usize = 256 * 1024;

/// `bonro reports forms …`
#[derive(Debug, Subcommand)]
pub enum FormsCommand {
    /// Các biểu mẫu của nơi nhận / The recipients' forms
    List(ListArgs),
    /// Thêm hoặc thay một biểu mẫu Word, Excel / Add a Word or Excel form, or replace it
    Put(PutArgs),
    /// Lấy lại tệp biểu mẫu / Fetch the file of a form
    Get(GetArgs),
    /// Thôi dùng một biểu mẫu / Fill a form no more
    Withdraw(CodeArgs),
}

/// Arguments of `bonro reports forms list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro reports forms put`.
#[derive(Debug, Args)]
pub struct PutArgs {
    /// Mã biểu mẫu, ví dụ noi-vu-quy / Code of the form
    #[arg(value_name = "CODE")]
    code: String,
    /// Tệp .docx hoặc .xlsx / The .docx or .xlsx
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Tên biểu mẫu / What people call it
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// Mã cơ quan: chỉ điền khi báo cáo nêu tên biểu mẫu / Code of a unit: filled only where a report names the form
    #[arg(long, default_value = "", value_name = "CODE")]
    unit: String,
    /// Chỉ dùng cho mẫu báo cáo này / For reports of this form only
    #[arg(long, default_value = "", value_name = "NAME")]
    report_form: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro reports forms get`.
#[derive(Debug, Args)]
pub struct GetArgs {
    /// Mã biểu mẫu / Code of the form
    #[arg(value_name = "CODE")]
    code: String,
    /// Tệp sẽ ghi, không ghi đè / File to write, never over another
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of commands on one form.
#[derive(Debug, Args)]
pub struct CodeArgs {
    /// Mã biểu mẫu / Code of the form
    #[arg(value_name = "CODE")]
    code: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro reports fill`.
#[derive(Debug, Args)]
pub struct FillArgs {
    /// Mã báo cáo / Code of the report
    #[arg(value_name = "CODE")]
    code: String,
    /// Mã biểu mẫu / Code of the form
    #[arg(value_name = "FORM")]
    form: String,
    /// Tệp sẽ ghi, không ghi đè / File to write, never over another
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro reports names`.
#[derive(Debug, Args)]
pub struct NamesArgs {
    /// Mã báo cáo đang soạn hoặc đã chốt / Code of the report
    #[arg(value_name = "CODE")]
    code: String,
    /// Chỉ các tên có chữ này / Only names with this in them
    #[arg(long, default_value = "", value_name = "TEXT")]
    containing: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// `CODE` or `reportForms/CODE` as a resource name.
pub fn form_name(code: &str) -> String {
    format!("reportForms/{}", code.strip_prefix("reportForms/").unwrap_or(code))
}

/// Runs it.
pub async fn run(command: FormsCommand, as_json: bool) -> anyhow::Result<Exit> {
    match command {
        FormsCommand::List(args) => list(&args, as_json).await,
        FormsCommand::Put(args) => put(&args, as_json).await,
        FormsCommand::Get(args) => get(&args, as_json).await,
        FormsCommand::Withdraw(args) => {
            let request = pb::WithdrawReportFormRequest { name: form_name(&args.code), ..Default::default() };
            let answer = client(args.connection.connect().await?).withdraw_report_form(request).await?;
            let form = answer.into_inner().form.unwrap_or_default();
            if as_json {
                output::say_json(&json_of(&form));
            } else {
                output::say(&format!("Đã thôi dùng biểu mẫu {0} / {0} is filled no more", form.code));
            }
            Ok(Exit::Done)
        }
    }
}

fn kind(form: &pb::ReportForm) -> &'static str {
    match form.kind() {
        pb::ReportFormKind::Docx => "docx",
        pb::ReportFormKind::Xlsx => "xlsx",
        pb::ReportFormKind::Unspecified => "",
    }
}

fn json_of(form: &pb::ReportForm) -> Value {
    json!({
        "name": form.name, "code": form.code, "title": form.display_name, "kind": kind(form), "unit": form.unit,
        "report_form": form.report_form, "places": form.places, "size": form.size, "sha256": form.sha256,
        "withdrawn": form.withdraw_time.is_some(), "etag": form.etag,
    })
}

async fn list(args: &ListArgs, as_json: bool) -> anyhow::Result<Exit> {
    let mut client = client(args.connection.connect().await?);
    let (mut forms, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListReportFormsRequest { page_size: 1000, page_token, ..Default::default() };
        let answer = client.list_report_forms(request).await?.into_inner();
        forms.extend(answer.forms);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    if as_json {
        output::say_json(&Value::Array(forms.iter().map(json_of).collect()));
        return Ok(Exit::Done);
    }
    if forms.is_empty() {
        output::say("Chưa có biểu mẫu nào của nơi nhận / There are no forms of recipients");
        return Ok(Exit::Done);
    }
    let mut table = Table::new()
        .column("Mã\ncode", Side::Left)
        .column("Tên\nname", Side::Left)
        .column("Loại\nkind", Side::Left)
        .column("Mẫu báo cáo\nreport form", Side::Left)
        .column("Cơ quan\nunit", Side::Left)
        .column("Chỗ điền\nplaces", Side::Right)
        .column("Trạng thái\nstate", Side::Left);
    for form in &forms {
        let state = if form.withdraw_time.is_some() { "thôi dùng" } else { "đang dùng" };
        table.row([
            form.code.clone(),
            form.display_name.clone(),
            kind(form).to_owned(),
            form.report_form.clone(),
            form.unit.clone(),
            form.places.to_string(),
            state.to_owned(),
        ]);
    }
    output::say(&table.to_string());
    Ok(Exit::Done)
}

async fn put(args: &PutArgs, as_json: bool) -> anyhow::Result<Exit> {
    use pb::put_report_form_request::Piece;
    let bytes = fs::read(&args.file).map_err(|error| {
        WrongUsage(format!("--file: {}: không đọc được / can't be read: {error}", args.file.display()))
    })?;
    let unit = if args.unit.is_empty() { String::new() } else { format!("units/{}", args.unit) };
    let form = pb::ReportFormDraft {
        code: args.code.clone(),
        display_name: args.title.clone(),
        unit,
        report_form: args.report_form.clone(),
        ..Default::default()
    };
    let chunks: Vec<Piece> = bytes.chunks(CHUNK).map(|chunk| Piece::Chunk(chunk.to_vec())).collect();
    let pieces = std::iter::once(Piece::Form(form)).chain(chunks);
    let pieces: Vec<_> = pieces.map(|piece| pb::PutReportFormRequest { piece: Some(piece) }).collect();
    let mut client = client(args.connection.connect().await?);
    let answer = client.put_report_form(tokio_stream::iter(pieces)).await?.into_inner();
    let form = answer.form.unwrap_or_default();
    if as_json {
        output::say_json(&json_of(&form));
    } else {
        output::say(&format!(
            "Đã nhận biểu mẫu {0} ({1}), {2} chỗ điền / Form {0} is kept, {2} places are filled",
            form.code,
            kind(&form),
            form.places
        ));
    }
    Ok(Exit::Done)
}

async fn get(args: &GetArgs, as_json: bool) -> anyhow::Result<Exit> {
    let request = pb::DownloadReportFormRequest { name: form_name(&args.code) };
    let mut pieces =
        client(args.connection.connect().await?).download_report_form(request).await?.into_inner();
    let (mut form, mut bytes) = (pb::ReportForm::default(), Vec::new());
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        form = piece.form.unwrap_or(form);
        bytes.extend(piece.chunk);
    }
    written(&args.out, &bytes, (form.size, &form.sha256), as_json)
}

/// Fills a form from a report.
pub async fn fill(args: &FillArgs, as_json: bool) -> anyhow::Result<Exit> {
    let request = pb::DownloadReportRequest {
        name: name(&args.code),
        paper: pb::ReportPaper::Form.into(),
        form: form_name(&args.form),
        language: pb::Language::Unspecified.into(),
    };
    super::filing::download(&args.connection, request, &args.out, as_json).await
}

/// What there is to fill forms with.
pub async fn names(args: &NamesArgs, as_json: bool) -> anyhow::Result<Exit> {
    let request = pb::ListReportNamesRequest { name: name(&args.code) };
    let answer = client(args.connection.connect().await?).list_report_names(request).await?.into_inner();
    let wanted = |line: &&pb::ReportName| {
        [&line.name, &line.cell_name, &line.meaning].iter().any(|text| text.contains(&args.containing))
    };
    let names: Vec<&pb::ReportName> = answer.names.iter().filter(wanted).collect();
    if as_json {
        let all = names.iter().map(|line| {
            json!({
                "name": line.name, "cell_name": line.cell_name, "meaning": line.meaning, "value": line.value,
                "raw_value": line.raw_value, "items": line.items,
            })
        });
        output::say_json(&all.collect());
        return Ok(Exit::Done);
    }
    let mut table = Table::new()
        .column("Tên trong Word\nin Word", Side::Left)
        .column("Tên ô trong Excel\ncell name in Excel", Side::Left)
        .column("Giá trị hiện nay\nvalue today", Side::Left)
        .column("Ý nghĩa\nmeaning", Side::Left);
    for line in names {
        let value: String = line.value.chars().take(40).collect();
        let value = value.lines().next().unwrap_or_default().to_owned();
        table.row([format!("{{{{{}}}}}", line.name), line.cell_name.clone(), value, line.meaning.clone()]);
    }
    output::say(&table.to_string());
    Ok(Exit::Done)
}
