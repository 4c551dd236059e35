//! `bonro reports`: reports that people work on, from the letter that asks for one to the issue that is sent.

mod comparing;
mod filing;
mod forms;
mod showing;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::connection::{ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::{Exit, WrongUsage};
use super::{output, values, wire};
use crate::pb::v1 as pb;
use crate::pb::v1::report_service_client::ReportServiceClient;

pub use comparing::{CompareArgs, check};

/// `bonro reports …`
#[derive(Debug, Subcommand)]
pub enum ReportsCommand {
    /// Các báo cáo, mới nhất trước / The reports, the newest first
    List(ListArgs),
    /// Mở một báo cáo mới / Open a new report
    Open(OpenArgs),
    /// Bổ sung công văn, hạn gửi, nơi nhận, mẫu cho báo cáo đang soạn / Add a letter, a date, an addressee, a form to a draft
    Update(UpdateArgs),
    /// Xem một báo cáo, các phần đã soạn và còn thiếu / Look at a report, what is written and what is missing
    Show(OneArgs),
    /// Soạn một phần / Write at a place
    Write(WriteArgs),
    /// Trình ký: chốt số liệu và in các tệp / Submit for signing: figures are frozen, files are printed
    Submit(SubmitArgs),
    /// Trả lại để soạn tiếp / Give back for more writing
    Return(OneArgs),
    /// Đính kèm bản đã ký / Attach the signed file
    Sign(filing::SignArgs),
    /// Gửi cho nơi nhận / Send to those it is for
    Send(SendArgs),
    /// Lập bản đính chính / Begin a corrected issue
    Correct(ReasonArgs),
    /// Hủy, khi chưa ký / Give up, before it is signed
    Cancel(ReasonArgs),
    /// Lấy một tệp của báo cáo / Fetch a file of a report
    File(filing::FileArgs),
    /// Biểu mẫu Word, Excel của nơi nhận / Word and Excel forms of recipients
    #[command(subcommand)]
    Forms(forms::FormsCommand),
    /// Điền một biểu mẫu của nơi nhận / Fill a form of a recipient
    Fill(forms::FillArgs),
    /// Các tên dùng được trong biểu mẫu và giá trị hiện nay / Names that forms may have, with today's values
    Names(forms::NamesArgs),
    /// So sánh hai kỳ, hoặc báo cáo với số liệu hiện nay, kèm lý do / Compare two periods, or a report with today's figures, with the reasons
    Compare(CompareArgs),
}

/// Arguments of `bonro reports list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Bộ lọc AIP-160, ví dụ 'state = draft' / AIP-160 filter, such as 'state = draft'
    #[arg(long, default_value = "", value_name = "FILTER")]
    filter: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro reports open`.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// Ngày đầu kỳ / First day of the period
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    from: NaiveDate,
    /// Ngày cuối kỳ, tính cả ngày này / Last day, included
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    to: NaiveDate,
    /// Mẫu báo cáo / Form of the report
    #[arg(long, default_value = "", value_name = "NAME")]
    form: String,
    /// Số công văn đề nghị, ví dụ 549/PNV / Number of the letter that asks for it, such as 549/PNV
    #[arg(long, default_value = "", value_name = "NUMBER")]
    letter: String,
    /// Ngày công văn / Date of the letter
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    letter_date: Option<NaiveDate>,
    /// Trích yếu công văn, sau chữ "về việc" / What the letter is about
    #[arg(long, default_value = "", value_name = "TEXT")]
    letter_matter: String,
    /// Nơi nhận / To whom it goes
    #[arg(long, default_value = "", value_name = "TEXT")]
    addressee: String,
    /// Hạn gửi / Until when it must have been sent
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    due: Option<NaiveDate>,
    /// Biểu mẫu của nơi nhận sẽ điền, có thể lặp lại; mặc định mọi biểu mẫu chung / Recipient's form to fill, may be repeated; by default all of the house
    #[arg(long = "recipient-form", value_name = "CODE")]
    recipient_forms: Vec<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro reports update`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub struct UpdateArgs {
    /// Mã báo cáo đang soạn / Code of the draft
    #[arg(value_name = "CODE")]
    code: String,
    /// Số công văn đề nghị, ví dụ 549/PNV / Number of the letter that asks for it, such as 549/PNV
    #[arg(long, value_name = "NUMBER", group = "change")]
    letter: Option<String>,
    /// Ngày công văn / Date of the letter
    #[arg(long, value_name = "DATE", value_parser = values::day, requires = "letter")]
    letter_date: Option<NaiveDate>,
    /// Trích yếu công văn, sau chữ "về việc" / What the letter is about
    #[arg(long, default_value = "", value_name = "TEXT", requires = "letter")]
    letter_matter: String,
    /// Nơi nhận; để trống: theo cấu hình / To whom it goes; empty: as the settings say
    #[arg(long, value_name = "TEXT", group = "change")]
    addressee: Option<String>,
    /// Hạn gửi / Until when it must have been sent
    #[arg(long, value_name = "DATE", value_parser = values::day, group = "change")]
    due: Option<NaiveDate>,
    /// Mẫu báo cáo / Form of the report
    #[arg(long, value_name = "NAME", group = "change")]
    form: Option<String>,
    /// Biểu mẫu của nơi nhận sẽ điền, có thể lặp lại; để trống: mọi biểu mẫu chung / Recipient's form to fill, may be repeated; empty: all of the house
    #[arg(long = "recipient-form", value_name = "CODE", group = "change")]
    recipient_forms: Vec<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of commands on one report.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// Mã báo cáo, ví dụ BC-2024-001 / Code of the report, such as BC-2024-001
    #[arg(value_name = "CODE")]
    code: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro reports submit`.
#[derive(Debug, Args)]
pub struct SubmitArgs {
    /// Mã báo cáo, ví dụ BC-2024-001 / Code of the report, such as BC-2024-001
    #[arg(value_name = "CODE")]
    code: String,
    /// Trình dù phần đã soạn không nêu kiến nghị chưa được trả lời / Although what was written leaves out unanswered proposals
    #[arg(long)]
    without_proposals: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro reports write`.
#[derive(Debug, Args)]
pub struct WriteArgs {
    /// Mã báo cáo / Code of the report
    #[arg(value_name = "CODE")]
    code: String,
    /// Phần cần soạn, xem `reports show` / The place, see `reports show`
    #[arg(value_name = "PLACE")]
    place: String,
    /// Tệp chữ, mỗi đoạn một dòng / Text file, a paragraph a line
    #[arg(long, value_name = "FILE", required_unless_present = "text", conflicts_with = "text")]
    file: Option<PathBuf>,
    /// Đoạn văn; để trống là bỏ phần đã soạn / The text; empty takes back what was written
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro reports send`.
#[derive(Debug, Args)]
pub struct SendArgs {
    /// Mã báo cáo / Code of the report
    #[arg(value_name = "CODE")]
    code: String,
    /// Địa chỉ nhận, có thể lặp lại; mặc định theo cấu hình / Address, may be repeated; by default those of the settings
    #[arg(long = "to", value_name = "ADDR", value_parser = values::recipient)]
    recipients: Vec<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of commands that need a reason.
#[derive(Debug, Args)]
pub struct ReasonArgs {
    /// Mã báo cáo / Code of the report
    #[arg(value_name = "CODE")]
    code: String,
    /// Lý do / The reason
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// `CODE` or `reports/CODE` as a resource name.
fn name(code: &str) -> String {
    format!("reports/{}", code.strip_prefix("reports/").unwrap_or(code))
}

fn client(line: Line) -> ReportServiceClient<Line> {
    ReportServiceClient::new(line).max_decoding_message_size(ANSWER_BYTES)
}

/// Runs it.
pub async fn run(command: ReportsCommand, as_json: bool) -> anyhow::Result<Exit> {
    match command {
        ReportsCommand::List(args) => list(&args, as_json).await,
        ReportsCommand::Open(args) => open(&args, as_json).await,
        ReportsCommand::Update(args) => update(args, as_json).await,
        ReportsCommand::Show(args) => showing::show(&args, as_json).await,
        ReportsCommand::Write(args) => write(&args, as_json).await,
        ReportsCommand::Submit(args) => {
            let SubmitArgs { code, without_proposals, connection } = args;
            let request =
                pb::SubmitReportRequest { name: name(&code), without_proposals, ..Default::default() };
            let answer = client(connection.connect().await?).submit_report(request).await?;
            Ok(showing::done(answer.into_inner().report, as_json))
        }
        ReportsCommand::Return(args) => {
            let request = pb::ReturnReportRequest { name: name(&args.code), ..Default::default() };
            let answer = client(args.connection.connect().await?).return_report(request).await?;
            Ok(showing::done(answer.into_inner().report, as_json))
        }
        ReportsCommand::Sign(args) => filing::sign(&args, as_json).await,
        ReportsCommand::Send(args) => {
            let SendArgs { code, recipients, connection } = args;
            let request = pb::SendReportRequest { name: name(&code), recipients, ..Default::default() };
            let answer = client(connection.connect().await?).send_report(request).await?;
            Ok(showing::done(answer.into_inner().report, as_json))
        }
        ReportsCommand::Correct(args) => {
            let ReasonArgs { code, reason, connection } = args;
            let request = pb::CorrectReportRequest { name: name(&code), reason, ..Default::default() };
            let answer = client(connection.connect().await?).correct_report(request).await?;
            Ok(showing::done(answer.into_inner().report, as_json))
        }
        ReportsCommand::Cancel(args) => {
            let ReasonArgs { code, reason, connection } = args;
            let request = pb::CancelReportRequest { name: name(&code), reason, ..Default::default() };
            let answer = client(connection.connect().await?).cancel_report(request).await?;
            Ok(showing::done(answer.into_inner().report, as_json))
        }
        ReportsCommand::File(args) => filing::fetch(&args, as_json).await,
        ReportsCommand::Forms(command) => forms::run(command, as_json).await,
        ReportsCommand::Fill(args) => forms::fill(&args, as_json).await,
        ReportsCommand::Names(args) => forms::names(&args, as_json).await,
        ReportsCommand::Compare(args) => comparing::run(&args, as_json).await,
    }
}

async fn list(args: &ListArgs, as_json: bool) -> anyhow::Result<Exit> {
    let mut client = client(args.connection.connect().await?);
    let (mut reports, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListReportsRequest {
            page_size: 1000,
            page_token,
            filter: args.filter.clone(),
            order_by: String::new(),
        };
        let answer = client.list_reports(request).await?.into_inner();
        reports.extend(answer.reports);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    showing::list(&reports, as_json);
    Ok(Exit::Done)
}

async fn open(args: &OpenArgs, as_json: bool) -> anyhow::Result<Exit> {
    if args.to < args.from {
        return Err(WrongUsage("--to: trước / lies before --from".to_owned()).into());
    }
    let asked = !args.letter.is_empty() || args.letter_date.is_some() || !args.letter_matter.is_empty();
    let request = pb::OpenReportRequest {
        period: Some(wire::period(args.from, args.to)),
        form: args.form.clone(),
        request: asked.then(|| pb::ReportRequest {
            number: args.letter.clone(),
            dated_on: args.letter_date.map(wire::date),
            matter: args.letter_matter.clone(),
        }),
        addressee: args.addressee.clone(),
        due_on: args.due.map(wire::date),
        recipient_forms: args.recipient_forms.iter().map(|code| forms::form_name(code)).collect(),
        request_id: String::new(),
    };
    let answer = client(args.connection.connect().await?).open_report(request).await?.into_inner();
    Ok(showing::done(answer.report, as_json))
}

async fn update(args: UpdateArgs, as_json: bool) -> anyhow::Result<Exit> {
    let UpdateArgs { code, letter, letter_date, letter_matter, addressee, due, form, .. } = args;
    let UpdateArgs { recipient_forms, connection, .. } = args;
    let named = [
        ("request", letter.is_some()),
        ("addressee", addressee.is_some()),
        ("due_on", due.is_some()),
        ("form", form.is_some()),
        ("recipient_forms", !recipient_forms.is_empty()),
    ];
    let paths = named.into_iter().filter(|(_, is_named)| *is_named).map(|(path, _)| path.to_owned());
    let request = pb::UpdateReportRequest {
        update_mask: Some(prost_types::FieldMask { paths: paths.collect() }),
        report: Some(pb::Report {
            name: name(&code),
            // An empty number takes the letter away.
            request: letter.filter(|number| !number.is_empty()).map(|number| pb::ReportRequest {
                number,
                dated_on: letter_date.map(wire::date),
                matter: letter_matter,
            }),
            addressee: addressee.unwrap_or_default(),
            due_on: due.map(wire::date),
            form: form.unwrap_or_default(),
            recipient_forms: recipient_forms
                .iter()
                .filter(|code| !code.is_empty())
                .map(|code| forms::form_name(code))
                .collect(),
            ..Default::default()
        }),
        request_id: String::new(),
    };
    let answer = client(connection.connect().await?).update_report(request).await?.into_inner();
    Ok(showing::done(answer.report, as_json))
}

async fn write(args: &WriteArgs, as_json: bool) -> anyhow::Result<Exit> {
    let text = match (&args.file, &args.text) {
        (Some(file), _) => std::fs::read_to_string(file).map_err(|error| {
            WrongUsage(format!("--file: {}: không đọc được / can't be read: {error}", file.display()))
        })?,
        (None, text) => text.clone().unwrap_or_default(),
    };
    let request = pb::WriteNarrativeRequest {
        name: name(&args.code),
        place: args.place.clone(),
        text,
        ..Default::default()
    };
    let answer = client(args.connection.connect().await?).write_narrative(request).await?.into_inner();
    if as_json {
        return Ok(showing::done(answer.report, true));
    }
    output::say(&format!("Đã ghi phần {} / {} is written", args.place, args.place));
    Ok(Exit::Done)
}
