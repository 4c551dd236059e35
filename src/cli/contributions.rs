//! `bonro contributions`: what units are asked to give to a report, and gave.

mod showing;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::connection::{ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::{Exit, WrongUsage};
use super::{output, values, wire};
use crate::pb::v1 as pb;
use crate::pb::v1::contribution_service_client::ContributionServiceClient;
use showing::{listed, show};

/// `bonro contributions …`
#[derive(Debug, Subcommand)]
pub enum ContributionsCommand {
    /// Đề nghị các đơn vị gửi nội dung cho một báo cáo / Ask units for their part of a report
    Ask(AskArgs),
    /// Các phần đã đề nghị, hạn sớm nhất trước / What is asked for, the earliest due first
    List(ListArgs),
    /// Xem phần của một đơn vị / Look at the part of a unit
    Show(OneArgs),
    /// Gửi nội dung của đơn vị / Give the unit's part
    Give(GiveArgs),
    /// Xác nhận số liệu của đơn vị / Confirm the unit's figures
    Confirm(OneArgs),
    /// Báo số liệu của đơn vị chưa đúng / Say that the unit's figures are wrong
    Contest(ContestArgs),
    /// Trả lại cho đơn vị, kèm lý do / Give it back to the unit, with the reason
    Return(ReturnArgs),
    /// In phần của một đơn vị thành văn bản riêng / Print the part of a unit as a paper of its own
    File(FileArgs),
    /// Đưa nội dung các đơn vị đã gửi vào một phần của báo cáo / Write what units gave into a place of the report
    Merge(MergeArgs),
}

/// Arguments of `bonro contributions ask`.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// Mã báo cáo đang soạn / Code of the draft
    #[arg(value_name = "REPORT")]
    report: String,
    /// Mã đơn vị, có thể lặp lại / Code of a unit, may be repeated
    #[arg(long = "unit", value_name = "CODE", required = true)]
    units: Vec<String>,
    /// Phần cần soạn, xem `reports show`, có thể lặp lại; không có: chỉ xác nhận số liệu / Place to write for, may be repeated; none: only figures
    #[arg(long = "place", value_name = "PLACE")]
    places: Vec<String>,
    /// Hạn gửi / Until when
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    due: NaiveDate,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro contributions list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Bộ lọc AIP-160, ví dụ 'open = true' / AIP-160 filter, such as 'open = true'
    #[arg(long, default_value = "", value_name = "FILTER")]
    filter: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of commands on one contribution.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// Mã, ví dụ BC-2024-001-P1 / Its code, such as BC-2024-001-P1
    #[arg(value_name = "CODE")]
    code: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro contributions give`.
#[derive(Debug, Args)]
pub struct GiveArgs {
    /// Mã / Its code
    #[arg(value_name = "CODE")]
    code: String,
    /// Nội dung của một phần, có thể lặp lại; dạng PHẦN=CHỮ, hoặc PHẦN=@TỆP / Text of a place, may be repeated: PLACE=TEXT, or PLACE=@FILE
    #[arg(long = "text", value_name = "PLACE=TEXT", required = true)]
    texts: Vec<String>,
    /// Đồng thời xác nhận số liệu / Confirm the figures, too
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro contributions contest`.
#[derive(Debug, Args)]
pub struct ContestArgs {
    /// Mã / Its code
    #[arg(value_name = "CODE")]
    code: String,
    /// Chỗ chưa đúng / What is wrong
    #[arg(long, value_name = "TEXT")]
    objection: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro contributions return`.
#[derive(Debug, Args)]
pub struct ReturnArgs {
    /// Mã / Its code
    #[arg(value_name = "CODE")]
    code: String,
    /// Lý do / The reason
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro contributions file`.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// Mã / Its code
    #[arg(value_name = "CODE")]
    code: String,
    /// Mẫu, mặc định như báo cáo / Form, by default the report's
    #[arg(long, default_value = "", value_name = "NAME")]
    form: String,
    /// Loại tệp / Kind of file
    #[arg(long, value_enum, default_value_t = PaperArg::Docx)]
    paper: PaperArg,
    /// Tệp sẽ ghi, không ghi đè / File to write, never over another
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Kinds of papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PaperArg {
    /// PDF.
    Pdf,
    /// DOCX.
    Docx,
    /// XLSX.
    Xlsx,
    /// HTML.
    Html,
}

/// Arguments of `bonro contributions merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// Mã báo cáo đang soạn / Code of the draft
    #[arg(value_name = "REPORT")]
    report: String,
    /// Phần của báo cáo / The place
    #[arg(value_name = "PLACE")]
    place: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

fn named(collection: &str, code: &str) -> String {
    let code = code.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/')).unwrap_or(code);
    format!("{collection}/{code}")
}

fn client(line: Line) -> ContributionServiceClient<Line> {
    ContributionServiceClient::new(line).max_decoding_message_size(ANSWER_BYTES)
}

/// Runs it.
pub async fn run(command: ContributionsCommand, as_json: bool) -> anyhow::Result<Exit> {
    let contribution = match command {
        ContributionsCommand::Ask(args) => return ask(args, as_json).await,
        ContributionsCommand::List(args) => return list(&args, as_json).await,
        ContributionsCommand::Merge(args) => return merge(args, as_json).await,
        ContributionsCommand::File(args) => return fetch(args, as_json).await,
        ContributionsCommand::Show(args) => {
            let request = pb::GetContributionRequest { name: named("contributions", &args.code) };
            let answer = client(args.connection.connect().await?).get_contribution(request).await?;
            answer.into_inner().contribution
        }
        ContributionsCommand::Give(args) => give(args).await?,
        ContributionsCommand::Confirm(args) => {
            judged(&args.code, args.connection, pb::FiguresVerdict::Confirmed, String::new()).await?
        }
        ContributionsCommand::Contest(args) => {
            judged(&args.code, args.connection, pb::FiguresVerdict::Contested, args.objection).await?
        }
        ContributionsCommand::Return(args) => {
            let request = pb::ReturnContributionRequest {
                name: named("contributions", &args.code),
                reason: args.reason,
                ..Default::default()
            };
            let answer = client(args.connection.connect().await?).return_contribution(request).await?;
            answer.into_inner().contribution
        }
    };
    show(&contribution.unwrap_or_default(), as_json);
    Ok(Exit::Done)
}

async fn ask(args: AskArgs, as_json: bool) -> anyhow::Result<Exit> {
    let request = pb::AskContributionsRequest {
        report: named("reports", &args.report),
        units: args.units.iter().map(|unit| named("units", unit)).collect(),
        places: args.places,
        due_on: Some(wire::date(args.due)),
        request_id: String::new(),
    };
    let answer = client(args.connection.connect().await?).ask_contributions(request).await?;
    listed(&answer.into_inner().contributions, as_json);
    Ok(Exit::Done)
}

async fn give(args: GiveArgs) -> anyhow::Result<Option<pb::Contribution>> {
    let figures = if args.confirm { pb::FiguresVerdict::Confirmed } else { pb::FiguresVerdict::Unspecified };
    let request = pb::GiveContributionRequest {
        name: named("contributions", &args.code),
        texts: args.texts.iter().map(|given| text(given)).collect::<Result<_, WrongUsage>>()?,
        figures: figures.into(),
        ..Default::default()
    };
    let answer = client(args.connection.connect().await?).give_contribution(request).await?;
    Ok(answer.into_inner().contribution)
}

/// `PLACE=TEXT` or `PLACE=@FILE`.
fn text(given: &str) -> Result<(String, String), WrongUsage> {
    let Some((place, said)) = given.split_once('=') else {
        return Err(WrongUsage(
            "--text: hãy viết PHẦN=CHỮ hoặc PHẦN=@TỆP / write PLACE=TEXT or PLACE=@FILE".to_owned(),
        ));
    };
    let said = match said.strip_prefix('@') {
        None => said.to_owned(),
        Some(file) => read(Path::new(file))?,
    };
    Ok((place.trim().to_owned(), said))
}

fn read(file: &Path) -> Result<String, WrongUsage> {
    std::fs::read_to_string(file).map_err(|error| {
        let file: PathBuf = file.to_owned();
        WrongUsage(format!("--text: {}: không đọc được / can't be read: {error}", file.display()))
    })
}

/// What a unit says of its figures; the words that it gave before stay.
async fn judged(
    code: &str,
    connection: ConnectionArgs,
    figures: pb::FiguresVerdict,
    objection: String,
) -> anyhow::Result<Option<pb::Contribution>> {
    let mut client = client(connection.connect().await?);
    let name = named("contributions", code);
    let request = pb::GetContributionRequest { name: name.clone() };
    let given = client.get_contribution(request).await?.into_inner().contribution.unwrap_or_default();
    let request = pb::GiveContributionRequest {
        name,
        texts: given.texts,
        figures: figures.into(),
        objection,
        etag: given.etag,
        request_id: String::new(),
    };
    Ok(client.give_contribution(request).await?.into_inner().contribution)
}

async fn fetch(args: FileArgs, as_json: bool) -> anyhow::Result<Exit> {
    let paper = match args.paper {
        PaperArg::Pdf => pb::ReportPaper::Pdf,
        PaperArg::Docx => pb::ReportPaper::Docx,
        PaperArg::Xlsx => pb::ReportPaper::Xlsx,
        PaperArg::Html => pb::ReportPaper::Html,
    };
    let request = pb::PrintContributionRequest {
        name: named("contributions", &args.code),
        form: args.form,
        paper: paper.into(),
    };
    let answer = client(args.connection.connect().await?).print_contribution(request).await?.into_inner();
    output::write_new(&args.out, &answer.content)?;
    if as_json {
        output::say_json(&json!({ "file": args.out, "size": answer.content.len() }));
    } else {
        output::say(&format!("Đã ghi {0} / Wrote {0}", args.out.display()));
    }
    Ok(Exit::Done)
}

async fn merge(args: MergeArgs, as_json: bool) -> anyhow::Result<Exit> {
    let request = pb::MergeContributionsRequest {
        report: named("reports", &args.report),
        place: args.place.clone(),
        ..Default::default()
    };
    let answer = client(args.connection.connect().await?).merge_contributions(request).await?;
    let report = answer.into_inner().report.unwrap_or_default();
    if as_json {
        output::say_json(&json!({ "report": report.name, "place": args.place, "etag": report.etag }));
    } else {
        output::say(&format!(
            "Đã đưa nội dung các đơn vị vào phần {} của {} / What units gave stands at {} of {}",
            args.place, report.code, args.place, report.code
        ));
    }
    Ok(Exit::Done)
}

async fn list(args: &ListArgs, as_json: bool) -> anyhow::Result<Exit> {
    let mut client = client(args.connection.connect().await?);
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let filter = args.filter.clone();
        let request =
            pb::ListContributionsRequest { page_size: 1000, page_token, filter, order_by: String::new() };
        let answer = client.list_contributions(request).await?.into_inner();
        all.extend(answer.contributions);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    listed(&all, as_json);
    Ok(Exit::Done)
}
