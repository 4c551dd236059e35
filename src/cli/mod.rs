//! The side door: the command line. A file a subcommand.
//!
//! Here belong arguments, words on the terminal, exit codes, and clients of the gRPC API. Nothing here
//! knows how the house does what it is asked: client commands talk to a running server, `demo` and
//! `serve` start one through `app`.

mod assess;
mod check;
mod commitments;
mod connection;
mod contributions;
mod declared_tables;
mod demo;
mod exit;
mod explain;
mod help;
mod import;
mod imports;
mod jobs;
mod key;
mod letters;
mod mails;
mod map;
mod migrate;
mod output;
mod overdue;
mod proposals;
mod reconcile;
mod reminders;
mod reports;
mod serve;
mod sources;
mod summary;
mod summary_json;
mod summary_tables;
mod tables;
mod values;
mod wire;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{BadSettings, Settings};
use exit::Exit;

/// Hồ sơ, nhiệm vụ và thời hạn của cơ quan / Dossiers, tasks and deadlines of public offices
#[derive(Debug, Parser)]
#[command(name = "bonro", version, disable_version_flag = true, after_help = exit::CODES)]
pub(crate) struct Arguments {
    /// In kết quả dạng JSON / Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
    /// In phiên bản / Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Từ số liệu của thị xã đến báo cáo, bằng một lệnh / From a town's records to its report, in one command
    Demo(demo::DemoArgs),
    /// Chạy máy chủ / Run the server
    Serve(serve::ServeArgs),
    /// Nâng cấp các bảng của cơ sở dữ liệu / Bring the tables of the database to today's form
    Migrate(migrate::MigrateArgs),
    /// Nạp một thư mục CSV hoặc một bảng tính vào máy chủ / Import a directory of CSV files or a spreadsheet into a server
    Import(import::ImportArgs),
    /// Các lượt nạp đã qua: xem, hoàn tác / Past imports: look at them, undo them
    #[command(subcommand)]
    Imports(imports::ImportsCommand),
    /// Độ mới của số liệu từ từng nguồn / How fresh each source is
    Sources(sources::SourcesArgs),
    /// Tên mà nguồn dùng thay cho mã / Names that sources use instead of codes
    #[command(subcommand)]
    Names(sources::NamesCommand),
    /// Số liệu của một kỳ / The figures of a period
    Summary(summary::SummaryArgs),
    /// Đối chiếu với bảng của phần mềm một cửa, từng ô / Hold the one-stop software's table against the figures, cell by cell
    Reconcile(reconcile::ReconcileArgs),
    /// Danh sách hồ sơ quá hạn / The overdue dossiers
    Overdue(overdue::OverdueArgs),
    /// Việc tự động: xem, tạm dừng, chạy ngay, chạy bù / Jobs: look at them, let them rest, run now, run what was missed
    Jobs(jobs::JobsArgs),
    /// Nhắc việc: xem trước / Reminders: look ahead
    #[command(subcommand)]
    Reminders(reminders::RemindersCommand),
    /// Thư gửi đi: xem, gửi lại, hủy; địa chỉ bị chặn / Mails: look at them, try again, give up; addresses not written to
    Mails(mails::MailsArgs),
    /// Dự thảo văn bản: công văn đôn đốc, phiếu xin lỗi / Drafts of letters: one that urges a unit, one that apologises
    #[command(subcommand)]
    Letters(letters::LettersCommand),
    /// Báo cáo định kỳ: soạn, trình ký, gửi, đính chính, đối chứng / Period reports: write, submit, send, correct, compare
    #[command(subcommand)]
    Reports(reports::ReportsCommand),
    /// Phần của các đơn vị trong báo cáo: đề nghị, gửi, xác nhận số liệu / Units' parts of reports: ask, give, confirm figures
    #[command(subcommand)]
    Contributions(contributions::ContributionsCommand),
    /// Nhiệm vụ đã đề ra, có thời hạn và đơn vị thực hiện / What was promised, by when and by which units
    #[command(subcommand)]
    Commitments(commitments::CommitmentsCommand),
    /// Đề xuất, kiến nghị, theo dõi đến khi được trả lời / Proposals, carried until they are answered
    #[command(subcommand)]
    Proposals(proposals::ProposalsCommand),
    /// Đánh giá: bộ chỉ số, dự báo quá hạn, thời gian giải quyết, dấu hiệu bất thường / Indicators, what is ahead, how long it took, what is odd
    #[command(subcommand)]
    Assess(assess::AssessCommand),
    /// Giải thích thời hạn của một hồ sơ, từng ngày / Explain a dossier's deadline, day by day
    Explain(explain::ExplainArgs),
    /// Khóa truy cập / Keys of callers
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Ánh xạ cột của bảng tính / Mappings of a spreadsheet's columns
    #[command(subcommand)]
    Map(map::MapCommand),
    /// Kiểm tra / Checks
    #[command(subcommand)]
    Check(check::CheckCommand),
}

/// Where the settings of a server are.
#[derive(Debug, Clone, Args)]
pub(crate) struct SettingsArgs {
    /// Tệp cấu hình (TOML) / File with settings (TOML)
    #[arg(long, env = "BONRO_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl SettingsArgs {
    fn load(&self) -> Result<Settings, BadSettings> {
        Settings::load(self.config.as_deref())
    }
}

/// Does what the arguments ask for.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parsed = help::bilingual(Arguments::command())
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            if let Some(said) = values::told(&error) {
                output::complain(&said);
                return Exit::Usage.into();
            }
            if error.use_stderr() {
                output::complain("Sai cú pháp, xem `bonro --help` / Wrong usage, see `bonro --help`");
            }
            // A closed pipe is no reason to end otherwise.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::fail(&error.into()).into(),
    };
    let exit = runtime.block_on(work(arguments)).unwrap_or_else(|error| exit::fail(&error));
    exit.into()
}

async fn work(arguments: Arguments) -> anyhow::Result<Exit> {
    let json = arguments.json;
    match arguments.command {
        Command::Demo(args) => demo::run(args, json).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Migrate(args) => migrate::run(&args, json).await,
        Command::Import(args) => import::run(&args, json).await,
        Command::Imports(command) => imports::run(command, json).await,
        Command::Sources(args) => sources::run(&args, json).await,
        Command::Names(command) => sources::run_names(command, json).await,
        Command::Summary(args) => summary::run(&args, json).await,
        Command::Reconcile(args) => reconcile::run(&args, json).await,
        Command::Overdue(args) => overdue::run(&args, json).await,
        Command::Reminders(command) => reminders::run(&command, json).await,
        Command::Jobs(args) => jobs::run(args, json).await,
        Command::Mails(args) => mails::run(args, json).await,
        Command::Letters(command) => letters::run(command, json).await,
        Command::Reports(command) => reports::run(command, json).await,
        Command::Contributions(command) => contributions::run(command, json).await,
        Command::Commitments(command) => commitments::run(command, json).await,
        Command::Proposals(command) => proposals::run(command, json).await,
        Command::Assess(command) => assess::run(command, json).await,
        Command::Explain(args) => explain::run(&args, json).await,
        Command::Key(command) => key::run(command, json).await,
        Command::Map(command) => map::run(&command, json),
        Command::Check(command) => check::run(command, json).await,
    }
}
