//! `bonro sources`: how fresh each source is; `bonro names`: what a source's names mean.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use uuid::Uuid;

use super::connection::{ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::Exit;
use super::tables::{Side, Table};
use super::{output, wire};
use crate::pb::v1 as pb;
use crate::pb::v1::import_service_client::ImportServiceClient;

/// Arguments of `bonro sources`.
#[derive(Debug, Args)]
pub struct SourcesArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(subcommand)]
    command: Option<SourcesCommand>,
}

/// `bonro sources …`
#[derive(Debug, Subcommand)]
enum SourcesCommand {
    /// Sau bao nhiêu giờ làm việc thì số liệu của nguồn là cũ / After how many office hours the word of a source is stale
    Set(SetArgs),
}

/// Arguments of `bonro sources set`.
#[derive(Debug, Args)]
struct SetArgs {
    /// Tên nguồn / The source
    #[arg(value_name = "NAME")]
    name: String,
    /// Số giờ làm việc; 0: không bao giờ cũ, ví dụ nguồn đã ngừng dùng / Office hours; 0: never, such as of a source that was given up
    #[arg(long, value_name = "HOURS")]
    stale_after: i32,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// `bonro names …`
#[derive(Debug, Subcommand)]
pub enum NamesCommand {
    /// Các tên mà nguồn dùng và chưa rõ của ai / Names of sources that lead to nobody or to several
    List(NamesArgs),
    /// Quyết định một lần một tên là của ai / Decide once whom a name means
    Decide(DecideArgs),
}

/// Arguments of `bonro names list`.
#[derive(Debug, Args)]
pub struct NamesArgs {
    /// Cả những tên đã quyết định / Also those that were decided
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro names decide`.
#[derive(Debug, Args)]
pub struct DecideArgs {
    /// Mã của tên, xem `bonro names list` / The name's id, see `bonro names list`
    #[arg(value_name = "UUID")]
    id: Uuid,
    /// Là của ai: units/MÃ, officials/MÃ hoặc procedures/MÃ / Whom it means: units/CODE, officials/CODE or procedures/CODE
    #[arg(value_name = "RESOURCE")]
    means: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

fn client(line: Line) -> ImportServiceClient<Line> {
    ImportServiceClient::new(line).max_decoding_message_size(ANSWER_BYTES)
}

/// Runs `bonro sources`.
pub async fn run(args: &SourcesArgs, as_json: bool) -> anyhow::Result<Exit> {
    if let Some(SourcesCommand::Set(args)) = &args.command {
        return set(args, as_json).await;
    }
    let line = args.connection.connect().await?;
    let sources = client(line).list_sources(pb::ListSourcesRequest {}).await?.into_inner().sources;
    if as_json {
        let value = |source: &pb::Source| {
            json!({
                "source": source.display_name,
                "watermark": source.watermark.as_ref().and_then(wire::instant).map(|at| at.to_rfc3339()),
                "age_minutes": source.age_minutes,
                "stale": source.stale,
                "newest_import": wire::code(&source.newest_import),
            })
        };
        output::say_json(&json!({ "sources": sources.iter().map(value).collect::<Vec<_>>() }));
        return Ok(Exit::Done);
    }
    let mut table = Table::new()
        .column("Nguồn\nSource", Side::Left)
        .column("Số liệu đồng bộ đến\nKnown up to", Side::Left)
        .column("Giờ làm việc\nOffice hours", Side::Right)
        .column("Tình trạng\nState", Side::Left);
    for source in &sources {
        let known = !source.watermark_vi.is_empty();
        table.row([
            source.display_name.clone(),
            if known { source.watermark_vi.clone() } else { "–".to_owned() },
            source.age_minutes.map_or_else(|| "–".to_owned(), |minutes| (minutes / 60).to_string()),
            if source.stale { "đã cũ / stale" } else { "–" }.to_owned(),
        ]);
    }
    output::say(&table.to_string());
    Ok(Exit::Done)
}

async fn set(args: &SetArgs, as_json: bool) -> anyhow::Result<Exit> {
    let mut client = client(args.connection.connect().await?);
    let request = pb::UpdateSourceRequest {
        name: format!("sources/{}", args.name),
        stale_after_hours: Some(args.stale_after),
        ..Default::default()
    };
    let source = client.update_source(request).await?.into_inner().source.unwrap_or_default();
    if as_json {
        output::say_json(
            &json!({ "source": source.display_name, "stale_after_hours": source.stale_after_hours }),
        );
    } else {
        let (name, hours) = (&source.display_name, args.stale_after);
        output::say(&if hours == 0 {
            format!("“{name}” không bao giờ bị coi là cũ / is never stale")
        } else {
            format!("“{name}” là cũ sau {hours} giờ làm việc / is stale after {hours} office hours")
        });
    }
    Ok(Exit::Done)
}

/// Runs `bonro names`.
pub async fn run_names(command: NamesCommand, as_json: bool) -> anyhow::Result<Exit> {
    match command {
        NamesCommand::List(args) => list(&args, as_json).await,
        NamesCommand::Decide(args) => decide(&args, as_json).await,
    }
}

fn value(name: &pb::SourceName) -> Value {
    json!({
        "id": wire::code(&name.name),
        "source": name.source,
        "kind": name.kind().as_str_name().trim_start_matches("RECORD_KIND_").to_lowercase(),
        "text": name.text,
        "candidates": name.candidates,
        "means": name.means,
    })
}

async fn list(args: &NamesArgs, as_json: bool) -> anyhow::Result<Exit> {
    let mut client = client(args.connection.connect().await?);
    let (mut names, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListSourceNamesRequest {
            page_size: 1000,
            page_token,
            filter: if args.all { String::new() } else { "decide_time = null".to_owned() },
            ..Default::default()
        };
        let page = client.list_source_names(request).await?.into_inner();
        names.extend(page.names);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    if as_json {
        output::say_json(&json!({ "names": names.iter().map(value).collect::<Vec<_>>() }));
        return Ok(Exit::Done);
    }
    if names.is_empty() {
        output::say("Không có tên nào cần quyết định / No name waits for a decision");
        return Ok(Exit::Done);
    }
    for name in &names {
        let kind = if name.kind() == pb::RecordKind::Unit {
            "đơn vị / unit"
        } else if name.kind() == pb::RecordKind::Official {
            "cán bộ / official"
        } else {
            "thủ tục / procedure"
        };
        output::say(&format!("{}  {}, {kind}: “{}”", wire::code(&name.name), name.source, name.text));
        let could = if name.candidates.is_empty() {
            "không trùng tên nào / nobody's name".to_owned()
        } else {
            name.candidates.join(", ")
        };
        let means = if name.means.is_empty() { could } else { format!("= {}", name.means) };
        output::say(&format!("    {means}"));
    }
    Ok(Exit::Done)
}

async fn decide(args: &DecideArgs, as_json: bool) -> anyhow::Result<Exit> {
    let mut client = client(args.connection.connect().await?);
    let request = pb::DecideSourceNameRequest {
        name: format!("sourceNames/{}", args.id),
        means: args.means.clone(),
        ..Default::default()
    };
    let name = client.decide_source_name(request).await?.into_inner().source_name.unwrap_or_default();
    if as_json {
        output::say_json(&value(&name));
    } else {
        let (text, means) = (&name.text, &name.means);
        output::say(&format!(
            "“{text}” là / is {means}; lượt nạp sau dùng ngay / the next import goes by it"
        ));
    }
    Ok(Exit::Done)
}
