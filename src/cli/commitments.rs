//! `bonro commitments`: what the office promised until a day, and how far its units are.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::connection::{ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::Exit;
use super::tables::{Side, Table};
use super::{output, values, wire};
use crate::pb::google::r#type::Date;
use crate::pb::v1 as pb;
use crate::pb::v1::commitment_service_client::CommitmentServiceClient;

/// `bonro commitments …`
#[derive(Debug, Subcommand)]
pub enum CommitmentsCommand {
    /// Các nhiệm vụ đã đề ra, hạn sớm nhất trước / What was promised, the earliest due first
    List(ListArgs),
    /// Xem một nhiệm vụ và từng đơn vị / Look at one, unit by unit
    Show(OneArgs),
    /// Ghi một nhiệm vụ đề ra, giao cho các đơn vị / Record a promise and the units that keep it
    Make(MakeArgs),
    /// Ghi các đơn vị đã hoàn thành / Note that units have done their part
    Done(DoneArgs),
    /// Thôi thực hiện, kèm lý do / Hold to it no more, with the reason
    Drop(DropArgs),
}

/// Arguments of `bonro commitments list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Bộ lọc AIP-160, ví dụ 'state = open' / AIP-160 filter, such as 'state = open'
    #[arg(long, default_value = "", value_name = "FILTER")]
    filter: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of commands on one commitment.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// Mã, ví dụ CK-2024-001 / Its code, such as CK-2024-001
    #[arg(value_name = "CODE")]
    code: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro commitments make`.
#[derive(Debug, Args)]
pub struct MakeArgs {
    /// Việc sẽ làm / What will be done
    #[arg(long, value_name = "TEXT")]
    text: String,
    /// Ngày cuối cùng; "trước ngày 01/9" là ngày 31/8 / The last day
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    due: NaiveDate,
    /// Số văn bản đề ra, ví dụ 52/KH-UBND / Number of the document that promises it, such as 52/KH-UBND
    #[arg(long, default_value = "", value_name = "NUMBER", required_unless_present = "report")]
    document: String,
    /// Mã báo cáo đề ra / Code of the report that promises it
    #[arg(long, default_value = "", value_name = "CODE")]
    report: String,
    /// Ngày đề ra, mặc định hôm nay / When it was promised, today by default
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    made: Option<NaiveDate>,
    /// Kết quả, sản phẩm dự kiến / The expected product
    #[arg(long, default_value = "", value_name = "TEXT")]
    product: String,
    /// Mã đơn vị thực hiện, có thể lặp lại / Code of a unit that does it, may be repeated
    #[arg(long = "unit", value_name = "CODE")]
    units: Vec<String>,
    /// Mọi đơn vị thuộc loại, ví dụ commune, có thể lặp lại / Every unit of a kind, such as commune, may be repeated
    #[arg(long = "every", value_name = "KIND")]
    kinds: Vec<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro commitments done`.
#[derive(Debug, Args)]
pub struct DoneArgs {
    /// Mã / Its code
    #[arg(value_name = "CODE")]
    code: String,
    /// Mã đơn vị đã hoàn thành, có thể lặp lại; mặc định mọi đơn vị còn lại / Unit that has, may be repeated; by default all that had not
    #[arg(long = "unit", value_name = "CODE")]
    units: Vec<String>,
    /// Ngày hoàn thành, mặc định hôm nay / When, today by default
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    on: Option<NaiveDate>,
    /// Căn cứ, ví dụ số văn bản của đơn vị / By what that is seen, such as the unit's letter
    #[arg(long, default_value = "", value_name = "TEXT")]
    note: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro commitments drop`.
#[derive(Debug, Args)]
pub struct DropArgs {
    /// Mã / Its code
    #[arg(value_name = "CODE")]
    code: String,
    /// Lý do / The reason
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

fn name(code: &str) -> String {
    format!("commitments/{}", code.strip_prefix("commitments/").unwrap_or(code))
}

fn units(codes: &[String]) -> Vec<String> {
    codes.iter().map(|code| format!("units/{}", code.strip_prefix("units/").unwrap_or(code))).collect()
}

fn client(line: Line) -> CommitmentServiceClient<Line> {
    CommitmentServiceClient::new(line).max_decoding_message_size(ANSWER_BYTES)
}

/// Runs it.
pub async fn run(command: CommitmentsCommand, as_json: bool) -> anyhow::Result<Exit> {
    let commitment = match command {
        CommitmentsCommand::List(args) => return list(&args, as_json).await,
        CommitmentsCommand::Show(args) => {
            let request = pb::GetCommitmentRequest { name: name(&args.code) };
            let answer = client(args.connection.connect().await?).get_commitment(request).await?;
            answer.into_inner().commitment
        }
        CommitmentsCommand::Make(args) => make(args).await?,
        CommitmentsCommand::Done(args) => {
            let request = pb::SettleCommitmentRequest {
                name: name(&args.code),
                units: units(&args.units),
                done_on: args.on.map(wire::date),
                note: args.note,
                ..Default::default()
            };
            let answer = client(args.connection.connect().await?).settle_commitment(request).await?;
            answer.into_inner().commitment
        }
        CommitmentsCommand::Drop(args) => {
            let DropArgs { code, reason, connection } = args;
            let request = pb::DropCommitmentRequest { name: name(&code), reason, ..Default::default() };
            let answer = client(connection.connect().await?).drop_commitment(request).await?;
            answer.into_inner().commitment
        }
    };
    show(&commitment.unwrap_or_default(), as_json);
    Ok(Exit::Done)
}

async fn make(args: MakeArgs) -> anyhow::Result<Option<pb::Commitment>> {
    let report = args.report.strip_prefix("reports/").unwrap_or(&args.report);
    let request = pb::MakeCommitmentRequest {
        commitment: Some(pb::Commitment {
            text: args.text,
            document: args.document,
            report: if report.is_empty() { String::new() } else { format!("reports/{report}") },
            made_on: args.made.map(wire::date),
            due_on: Some(wire::date(args.due)),
            product: args.product,
            ..Default::default()
        }),
        units: units(&args.units),
        unit_kinds: args.kinds,
        request_id: String::new(),
    };
    let answer = client(args.connection.connect().await?).make_commitment(request).await?;
    Ok(answer.into_inner().commitment)
}

async fn list(args: &ListArgs, as_json: bool) -> anyhow::Result<Exit> {
    let mut client = client(args.connection.connect().await?);
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let filter = args.filter.clone();
        let request =
            pb::ListCommitmentsRequest { page_size: 1000, page_token, filter, order_by: String::new() };
        let answer = client.list_commitments(request).await?.into_inner();
        all.extend(answer.commitments);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    if as_json {
        output::say_json(&all.iter().map(json_of).collect());
        return Ok(Exit::Done);
    }
    if all.is_empty() {
        output::say("Chưa có nhiệm vụ nào được đề ra / Nothing was promised");
        return Ok(Exit::Done);
    }
    let mut table = Table::new()
        .column("Mã\ncode", Side::Left)
        .column("Hạn\ndue", Side::Left)
        .column("Trạng thái\nstate", Side::Left)
        .column("Đã xong\ndone", Side::Right)
        .column("Văn bản\ndocument", Side::Left)
        .column_of("Việc\nwhat", Side::Left, 60);
    for of in &all {
        let source = if of.document.is_empty() { wire::code(&of.report) } else { &of.document };
        table.row([
            of.code.clone(),
            shown(of.due_on.as_ref()),
            state(of).0.to_owned(),
            progress(of),
            source.to_owned(),
            of.text.clone(),
        ]);
    }
    output::say(&table.to_string());
    Ok(Exit::Done)
}

fn state(of: &pb::Commitment) -> (&'static str, &'static str) {
    match of.state() {
        pb::CommitmentState::Open | pb::CommitmentState::Unspecified => ("đang thực hiện", "open"),
        pb::CommitmentState::Done => ("đã hoàn thành", "done"),
        pb::CommitmentState::Dropped => ("thôi thực hiện", "dropped"),
    }
}

fn progress(of: &pb::Commitment) -> String {
    // Of what was dropped all that wasn't done was taken back: it was asked for all the same.
    let is_dropped = of.state() == pb::CommitmentState::Dropped;
    let kept: Vec<&pb::CommitmentPart> =
        of.parts.iter().filter(|part| is_dropped || !part.taken_back).collect();
    format!("{}/{}", kept.iter().filter(|part| part.done_on.is_some()).count(), kept.len())
}

fn shown(date: Option<&Date>) -> String {
    date.and_then(wire::day).map(|on| on.format("%d/%m/%Y").to_string()).unwrap_or_default()
}

fn show(of: &pb::Commitment, as_json: bool) {
    if as_json {
        output::say_json(&json_of(of));
        return;
    }
    let (vi, en) = state(of);
    output::say(&format!(
        "{} {}, hạn {}: {vi}, {} đơn vị đã xong / due {}: {en}, {} units are done",
        of.code,
        of.text,
        shown(of.due_on.as_ref()),
        progress(of),
        shown(of.due_on.as_ref()),
        progress(of)
    ));
    for part in &of.parts {
        let (vi, en) = match (&part.done_on, part.taken_back, part.late) {
            (_, true, _) => ("không phải làm nữa".to_owned(), "taken back".to_owned()),
            (Some(_), _, late) => {
                let on = shown(part.done_on.as_ref());
                let (vi, en) = if late { (", chậm", ", late") } else { ("", "") };
                (format!("xong ngày {on}{vi}"), format!("done on {on}{en}"))
            }
            (None, _, true) => ("QUÁ HẠN".to_owned(), "OVERDUE".to_owned()),
            (None, _, false) => ("đang thực hiện".to_owned(), "open".to_owned()),
        };
        output::say(&format!("  {:<12} {} ({}) / {en}", wire::code(&part.unit), vi, wire::code(&part.task)));
    }
    if !of.dropped_why.is_empty() {
        output::say(&format!("Lý do / why: {}", of.dropped_why));
    }
}

fn json_of(of: &pb::Commitment) -> Value {
    let day = |date: &Option<Date>| date.as_ref().and_then(wire::day);
    let part = |part: &pb::CommitmentPart| {
        json!({
            "unit": wire::code(&part.unit),
            "task": wire::code(&part.task),
            "due_on": day(&part.due_on),
            "done_on": day(&part.done_on),
            "late": part.late,
            "taken_back": part.taken_back,
        })
    };
    json!({
        "name": of.name,
        "code": of.code,
        "text": of.text,
        "document": of.document,
        "report": of.report,
        "made_on": day(&of.made_on),
        "due_on": day(&of.due_on),
        "state": state(of).1,
        "ended_on": day(&of.ended_on),
        "dropped_why": of.dropped_why,
        "parts": of.parts.iter().map(part).collect::<Vec<_>>(),
    })
}
