//! `bonro proposals`: what the office proposes to others, carried from report to report until it is answered.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::connection::{ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::Exit;
use super::tables::{Side, Table};
use super::{output, values, wire};
use crate::pb::google::r#type::Date;
use crate::pb::v1 as pb;
use crate::pb::v1::proposal_service_client::ProposalServiceClient;

/// `bonro proposals …`
#[derive(Debug, Subcommand)]
pub enum ProposalsCommand {
    /// Các đề xuất, kiến nghị, cũ nhất trước / Proposals, the oldest first
    List(ListArgs),
    /// Xem một đề xuất, kiến nghị / Look at one
    Show(OneArgs),
    /// Ghi một đề xuất, kiến nghị / Record one
    Make(MakeArgs),
    /// Ghi trả lời / Note how it was answered
    Answer(AnswerArgs),
    /// Rút lại, kèm lý do / Take it back, with the reason
    Withdraw(WithdrawArgs),
}

/// Arguments of `bonro proposals list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Bộ lọc AIP-160, ví dụ 'state = open' / AIP-160 filter, such as 'state = open'
    #[arg(long, default_value = "", value_name = "FILTER")]
    filter: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of commands on one proposal.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// Mã, ví dụ KN-2024-001 / Its code, such as KN-2024-001
    #[arg(value_name = "CODE")]
    code: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro proposals make`.
#[derive(Debug, Args)]
pub struct MakeArgs {
    /// Nội dung, như ghi trong báo cáo / What is proposed, as it stands in the report
    #[arg(long, value_name = "TEXT")]
    text: String,
    /// Gửi cơ quan nào, sau chữ "Đề nghị" / To whom
    #[arg(long = "to", value_name = "TEXT")]
    addressee: String,
    /// Mã báo cáo nêu lần đầu / Code of the report for which it is made
    #[arg(long, default_value = "", value_name = "CODE")]
    report: String,
    /// Văn bản đã nêu trước đây, ví dụ "Báo cáo số 05/BC-VP ngày 15/5/2024" / The document that made it before
    #[arg(long, default_value = "", value_name = "TEXT")]
    first_document: String,
    /// Ngày nêu lần đầu, mặc định hôm nay / When it was first made, today by default
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    made: Option<NaiveDate>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro proposals answer`.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// Mã / Its code
    #[arg(value_name = "CODE")]
    code: String,
    /// Văn bản trả lời / The answering document
    #[arg(long, value_name = "TEXT")]
    document: String,
    /// Ngày trả lời, mặc định hôm nay / Its date, today by default
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    on: Option<NaiveDate>,
    /// Nội dung trả lời / What it says
    #[arg(long, default_value = "", value_name = "TEXT")]
    text: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro proposals withdraw`.
#[derive(Debug, Args)]
pub struct WithdrawArgs {
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
    format!("proposals/{}", code.strip_prefix("proposals/").unwrap_or(code))
}

fn client(line: Line) -> ProposalServiceClient<Line> {
    ProposalServiceClient::new(line).max_decoding_message_size(ANSWER_BYTES)
}

/// Runs it.
pub async fn run(command: ProposalsCommand, as_json: bool) -> anyhow::Result<Exit> {
    let proposal = match command {
        ProposalsCommand::List(args) => return list(&args, as_json).await,
        ProposalsCommand::Show(args) => {
            let request = pb::GetProposalRequest { name: name(&args.code) };
            client(args.connection.connect().await?).get_proposal(request).await?.into_inner().proposal
        }
        ProposalsCommand::Make(args) => {
            let report = args.report.strip_prefix("reports/").unwrap_or(&args.report);
            let request = pb::MakeProposalRequest {
                proposal: Some(pb::Proposal {
                    report: if report.is_empty() { String::new() } else { format!("reports/{report}") },
                    text: args.text,
                    addressee: args.addressee,
                    first_document: args.first_document,
                    made_on: args.made.map(wire::date),
                    ..Default::default()
                }),
                request_id: String::new(),
            };
            client(args.connection.connect().await?).make_proposal(request).await?.into_inner().proposal
        }
        ProposalsCommand::Answer(args) => {
            let request = pb::AnswerProposalRequest {
                name: name(&args.code),
                document: args.document,
                answered_on: args.on.map(wire::date),
                text: args.text,
                ..Default::default()
            };
            client(args.connection.connect().await?).answer_proposal(request).await?.into_inner().proposal
        }
        ProposalsCommand::Withdraw(args) => {
            let WithdrawArgs { code, reason, connection } = args;
            let request = pb::WithdrawProposalRequest { name: name(&code), reason, ..Default::default() };
            client(connection.connect().await?).withdraw_proposal(request).await?.into_inner().proposal
        }
    };
    show(&proposal.unwrap_or_default(), as_json);
    Ok(Exit::Done)
}

async fn list(args: &ListArgs, as_json: bool) -> anyhow::Result<Exit> {
    let mut client = client(args.connection.connect().await?);
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let filter = args.filter.clone();
        let request =
            pb::ListProposalsRequest { page_size: 1000, page_token, filter, order_by: String::new() };
        let answer = client.list_proposals(request).await?.into_inner();
        all.extend(answer.proposals);
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
        output::say("Chưa có đề xuất, kiến nghị nào / There are no proposals");
        return Ok(Exit::Done);
    }
    let mut table = Table::new()
        .column("Mã\ncode", Side::Left)
        .column("Từ ngày\nsince", Side::Left)
        .column("Gửi\nto", Side::Left)
        .column("Trạng thái\nstate", Side::Left)
        .column("Báo cáo đã nêu\nsaid in", Side::Left)
        .column_of("Nội dung\nwhat", Side::Left, 60);
    for of in &all {
        let said: Vec<&str> = of.said_in.iter().map(|mention| mention.number.as_str()).collect();
        table.row([
            of.code.clone(),
            shown(of.made_on.as_ref()),
            of.addressee.clone(),
            state(of).0.to_owned(),
            said.join(", "),
            of.text.clone(),
        ]);
    }
    output::say(&table.to_string());
    Ok(Exit::Done)
}

fn state(of: &pb::Proposal) -> (&'static str, &'static str) {
    match of.state() {
        pb::ProposalState::Open | pb::ProposalState::Unspecified => ("chưa được trả lời", "open"),
        pb::ProposalState::Answered => ("đã được trả lời", "answered"),
        pb::ProposalState::Withdrawn => ("đã rút", "withdrawn"),
    }
}

fn shown(date: Option<&Date>) -> String {
    date.and_then(wire::day).map(|on| on.format("%d/%m/%Y").to_string()).unwrap_or_default()
}

fn show(of: &pb::Proposal, as_json: bool) {
    if as_json {
        output::say_json(&json_of(of));
        return;
    }
    let (vi, en) = state(of);
    let since = shown(of.made_on.as_ref());
    output::say(&format!(
        "{} Đề nghị {}, từ ngày {since}: {vi} / since {since}: {en}",
        of.code, of.addressee
    ));
    output::say(&format!("  {}", of.text));
    if !of.first_document.is_empty() {
        output::say(&format!("  {}", of.first_document));
    }
    for mention in &of.said_in {
        output::say(&format!("  Báo cáo số {} ngày {}", mention.number, shown(mention.dated_on.as_ref())));
    }
    if !of.answer_document.is_empty() || !of.answer.is_empty() {
        output::say(&format!("  → {} {} {}", of.answer_document, shown(of.answered_on.as_ref()), of.answer));
    }
}

fn json_of(of: &pb::Proposal) -> Value {
    let day = |date: &Option<Date>| date.as_ref().and_then(wire::day);
    let mention = |mention: &pb::ProposalMention| json!({ "report": mention.report, "number": mention.number, "dated_on": day(&mention.dated_on) });
    json!({
        "name": of.name,
        "code": of.code,
        "text": of.text,
        "addressee": of.addressee,
        "report": of.report,
        "first_document": of.first_document,
        "made_on": day(&of.made_on),
        "state": state(of).1,
        "answer_document": of.answer_document,
        "answered_on": day(&of.answered_on),
        "answer": of.answer,
        "said_in": of.said_in.iter().map(mention).collect::<Vec<_>>(),
    })
}
