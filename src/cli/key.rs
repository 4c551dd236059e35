//! `bonro key`: keys of callers. `create` works straight on the database of the settings unless a key
//! is given: somebody must be able to make the first one.

use chrono_tz::Tz;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::connection::{self, ConnectionArgs};
use super::exit::Exit;
use super::tables::{Side, Table};
use super::{SettingsArgs, output, wire};
use crate::app;
use crate::pb::v1 as pb;
use crate::pb::v1::key_service_client::KeyServiceClient;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Tạo khóa; không có --key thì ghi thẳng vào cơ sở dữ liệu / Make a key; without --key straight in the database
    Create(CreateArgs),
    /// Liệt kê các khóa / List the keys
    List(ListArgs),
    /// Thu hồi một khóa / Revoke a key
    Revoke(RevokeArgs),
}

/// Arguments of `bonro key create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Khóa để làm gì / What the key is for
    #[arg(long, value_name = "TEXT")]
    label: String,
    /// Vai trò, có thể lặp lại; admin là engineer / What it may do; may be repeated; admin means engineer
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<RoleName>,
    /// Mã cán bộ mà khóa đại diện / Code of the official for whom it speaks
    #[arg(long, value_name = "CODE")]
    official: Option<String>,
    /// Mã đơn vị giới hạn phạm vi / Code of the unit that bounds its scope
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro key list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro key revoke`.
#[derive(Debug, Args)]
pub struct RevokeArgs {
    /// Tên khóa, keys/UID / Name of the key, keys/UID
    #[arg(value_name = "KEY-NAME")]
    name: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A role as people write it.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    Clerk,
    Officer,
    Head,
    Leader,
    Coordinator,
    Engineer,
    // The same as `Engineer`; a value of its own, so that the help names it.
    Admin,
    Importer,
}

impl From<RoleName> for pb::Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Clerk => Self::Clerk,
            RoleName::Officer => Self::Officer,
            RoleName::Head => Self::Head,
            RoleName::Leader => Self::Leader,
            RoleName::Coordinator => Self::Coordinator,
            RoleName::Engineer | RoleName::Admin => Self::Engineer,
            RoleName::Importer => Self::Importer,
        }
    }
}

/// Runs it.
pub async fn run(command: KeyCommand, as_json: bool) -> anyhow::Result<Exit> {
    match command {
        KeyCommand::Create(args) => create(args, as_json).await,
        KeyCommand::List(args) => list(&args, as_json).await,
        KeyCommand::Revoke(args) => revoke(&args, as_json).await,
    }
}

async fn create(args: CreateArgs, as_json: bool) -> anyhow::Result<Exit> {
    let key = pb::Key {
        label: args.label,
        official: args.official.map(|code| format!("officials/{code}")).unwrap_or_default(),
        roles: args.roles.into_iter().map(|role| i32::from(pb::Role::from(role))).collect(),
        unit: args.unit.map(|code| format!("units/{code}")).unwrap_or_default(),
        ..Default::default()
    };
    let made = if args.connection.key.is_some() {
        let line = args.connection.connect().await?;
        let request = pb::CreateKeyRequest { key: Some(key), ..Default::default() };
        KeyServiceClient::new(line).create_key(request).await?.into_inner()
    } else {
        app::create_key(&args.settings.load()?, key).await?
    };
    let name = made.key.as_ref().map_or("", |key| &key.name);
    if as_json {
        output::say_json(&json!({ "name": name, "secret": made.secret }));
    } else {
        output::complain(&format!(
            "{name}: khóa chỉ hiện một lần, hãy cất giữ / the key is shown this once, keep it"
        ));
        // Alone on stdout: BONRO_KEY=$(bonro key create …).
        output::say(&made.secret);
    }
    Ok(Exit::Done)
}

async fn list(args: &ListArgs, as_json: bool) -> anyhow::Result<Exit> {
    let line = args.connection.connect().await?;
    let mut keys = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListKeysRequest { page_size: 1000, page_token, ..Default::default() };
        let page = KeyServiceClient::new(line.clone()).list_keys(request).await?.into_inner();
        keys.extend(page.keys);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    if as_json {
        output::say_json(&keys.iter().map(as_value).collect());
        return Ok(Exit::Done);
    }
    let zone = connection::zone(&line).await?;
    output::say(&table(&keys, zone).to_string());
    Ok(Exit::Done)
}

fn roles(key: &pb::Key) -> Vec<String> {
    key.roles().map(|role| role.as_str_name().trim_start_matches("ROLE_").to_lowercase()).collect()
}

fn as_value(key: &pb::Key) -> serde_json::Value {
    let instant =
        |at: &Option<prost_types::Timestamp>| at.as_ref().and_then(wire::instant).map(|at| at.to_rfc3339());
    json!({
        "name": key.name,
        "label": key.label,
        "roles": roles(key),
        "official": key.official,
        "unit": key.unit,
        "create_time": instant(&key.create_time),
        "revoked_at": instant(&key.revoked_at),
    })
}

fn table(keys: &[pb::Key], zone: Tz) -> Table {
    let mut table = Table::new()
        .column("Khóa\nKey", Side::Left)
        .column_of("Nhãn\nLabel", Side::Left, 20)
        .column_of("Vai trò\nRoles", Side::Left, 12)
        .column("Thu hồi\nRevoked", Side::Left);
    for key in keys {
        table.row([
            key.name.clone(),
            key.label.clone(),
            roles(key).join(" "),
            wire::local(key.revoked_at.as_ref(), zone),
        ]);
    }
    table
}

async fn revoke(args: &RevokeArgs, as_json: bool) -> anyhow::Result<Exit> {
    let line = args.connection.connect().await?;
    let uid = args.name.strip_prefix("keys/").unwrap_or(&args.name);
    let request = pb::RevokeKeyRequest { name: format!("keys/{uid}"), ..Default::default() };
    let answer = KeyServiceClient::new(line).revoke_key(request).await?.into_inner();
    if as_json {
        output::say_json(&answer.key.as_ref().map(as_value).unwrap_or_default());
    } else {
        output::say("Đã thu hồi / Revoked");
    }
    Ok(Exit::Done)
}
