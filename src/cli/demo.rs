//! `bonro demo`: the main job in one command. Starts the real server in this process, loads records
//! through its gRPC API, compares every deadline, runs the jobs once, and writes figures and report.
//! Run again with the same arguments after a kill it goes on, and doubles nothing.

mod clock;
mod closing;
mod deadlines;
mod house;
mod jobs;
mod machine;
mod post;
mod strangers;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, path};

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::connection::{ConnectionArgs, Line};
use super::exit::{Exit, WrongUsage};
use super::{import, output, serve, summary, summary_json, values};
use crate::app::{self, Running};
use crate::domain::calendar::Calendar;
use crate::domain::period::Period;
use crate::intake::{Expected, Files, OWN_SOURCE, Reading, SourceRow, read};
use crate::pb::v1 as pb;
use crate::telemetry;
use closing::Done;
use jobs::Morning;

/// Arguments of `bonro demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Thư mục CSV, mặc định là mẫu Đức Phổ / Directory of CSV files; the Đức Phổ sample by default
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Ngày đầu kỳ báo cáo / First day of the period
    #[arg(long, value_name = "DATE", requires = "to", value_parser = values::day)]
    from: Option<NaiveDate>,
    /// Ngày cuối kỳ, tính cả ngày này / Last day of the period, included
    #[arg(long, value_name = "DATE", requires = "from", value_parser = values::day)]
    to: Option<NaiveDate>,
    /// Thời điểm đồng hồ đứng, có múi giờ / Instant at which the clock stands, with its offset
    #[arg(long, value_name = "INSTANT", value_parser = values::instant)]
    at: Option<DateTime<Utc>>,
    /// Thư mục kết quả / Directory for the results
    #[arg(long, value_name = "DIR", default_value = "bonro-demo")]
    out: PathBuf,
    /// Cơ sở dữ liệu, mặc định là SQLite trong OUT / Database; by default SQLite in OUT
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Máy chủ thư smtp://…, mặc định ghi tệp vào OUT/mail / Mail server smtp://…; by default files in OUT/mail
    #[arg(long, value_name = "URL")]
    mail: Option<String>,
    /// Người nhận báo cáo kỳ qua thư, có thể lặp lại / Who gets the period's summary by mail; may be repeated
    #[arg(long = "recipient", value_name = "ADDR", value_parser = values::recipient)]
    recipients: Vec<String>,
    /// Tiếp tục phục vụ sau khi xong / Go on serving afterwards
    #[arg(long)]
    serve: bool,
    /// Địa chỉ lắng nghe khi --serve / Where to listen with --serve
    #[arg(long, value_name = "ADDR", requires = "serve", default_value = "127.0.0.1:50051",
        value_parser = values::listen)]
    listen: SocketAddr,
}

/// What is reported on, and when.
struct Frame {
    calendar: Calendar,
    period: Period,
    at: DateTime<Utc>,
}

/// What was read.
struct Records<'a> {
    files: &'a Files,
    reading: &'a Reading,
    expected: Option<&'a Expected>,
}

/// Runs it.
pub async fn run(args: DemoArgs, as_json: bool) -> anyhow::Result<Exit> {
    let began = Instant::now();
    telemetry::init(&house::log())?;
    let files = match &args.data {
        Some(directory) => Files::of_directory(directory)?,
        None => Files::sample(),
    };
    let mut reading = read(&files);
    let expected = match files.expected() {
        Some(Err(note)) => {
            reading.notes.push(note);
            None
        }
        Some(Ok(expected)) => Some(expected),
        None => None,
    };
    let frame = frame(&args, expected.as_ref(), &reading.rows)?;
    let times = vec![("Đọc tệp", "reading", began.elapsed())];

    let out = path::absolute(&args.out).with_context(|| args.out.display().to_string())?;
    fs::create_dir_all(&out).with_context(|| out.display().to_string())?;
    if args.mail.is_none() {
        fs::create_dir_all(house::mail_directory(&out)).context("mail")?;
    }
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let wishes = house::Wishes {
        out: &out,
        database: args.database.as_deref(),
        mail: args.mail.as_deref(),
        listen: if args.serve { args.listen } else { any_port },
        period: frame.period,
        recipients: &args.recipients,
    };
    let settings = house::settings(&wishes, &reading.rows);
    let has_recipient = !settings.report.recipients.is_empty();
    let running = app::start(settings, Some(frame.at)).await?;
    let place = match &args.database {
        Some(_) => ("--database", "--database"),
        None => (&*args.out.display().to_string(), "--out"),
    };
    if let Err(refusal) = strangers::refuse(running.held().await?, &reading.rows, place) {
        running.stop().await?;
        return Err(refusal.into());
    }
    if !as_json {
        closing::greet(&args, &frame, &reading);
    }
    let server = format!("http://{}", reachable(running.address()));
    let key = running.admin_key().to_owned();
    let connection = ConnectionArgs { server: server.clone(), key: Some(key.clone()), ca: None };
    let line = connection.connect().await?;

    let records = Records { files: &files, reading: &reading, expected: expected.as_ref() };
    let mut done = work((&line, &running), records, (&frame, has_recipient), &out, times).await?;
    let clock = Instant::now();
    for (name, bytes) in running.report(frame.period.first(), frame.period.last()).await? {
        write(&out, name, bytes)?;
    }
    done.times.push(("Báo cáo", "report", clock.elapsed()));
    done.times.push(("Toàn bộ", "demo", began.elapsed()));
    let exit = done.exit();
    if as_json {
        output::say_json(&done.to_json(&frame, &reading, &out));
    } else {
        closing::print(&done, &args, &out);
    }
    if args.serve {
        let code = closing::example(&reading.rows);
        closing::invite(&server, &key, &code, frame.period, as_json);
        running.until(serve::stop_asked()).await?;
    } else {
        running.stop().await?;
    }
    Ok(exit)
}

const SUMMARY: &str = "summary.json";
const DEADLINES: &str = "deadlines.csv";
const PROBLEMS: &str = "problems.csv";

fn write(out: &Path, name: &str, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let path = out.join(name);
    fs::write(&path, bytes).with_context(|| path.display().to_string())
}

/// What a client on this machine calls: a server on all interfaces is also on this one.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn frame(args: &DemoArgs, expected: Option<&Expected>, rows: &[SourceRow]) -> anyhow::Result<Frame> {
    let calendar = clock::calendar(rows)?;
    let period = match (args.from, args.to) {
        (Some(from), Some(to)) => {
            Period::new(from, to).map_err(|_| WrongUsage("--to: trước / lies before --from".to_owned()))?
        }
        (Some(_), None) | (None, Some(_) | None) if args.data.is_some() => {
            clock::period_of(expected, rows, &calendar)?
        }
        (Some(_), None) | (None, Some(_) | None) => clock::sample_period(),
    };
    let at = match args.at {
        Some(at) => at,
        None => clock::standing_at(rows, &calendar, period)?,
    };
    Ok(Frame { calendar, period, at })
}

/// Everything that the server is asked to do.
async fn work(
    (line, house): (&Line, &Running),
    Records { files, reading, expected }: Records<'_>,
    (frame, has_recipient): (&Frame, bool),
    out: &Path,
    mut times: Vec<(&'static str, &'static str, Duration)>,
) -> anyhow::Result<Done> {
    let clock = Instant::now();
    let plan = import::plan_of(line, files, OWN_SOURCE).await?;
    let tally = import::carry_out(line, &plan, &reading.rows).await?;
    times.push(("Nhập", "import", clock.elapsed()));
    import::keep_problems(&tally, &out.join(PROBLEMS))?;

    let clock = Instant::now();
    let zone = frame.calendar.spec().time_zone;
    let compared = deadlines::compare(line, &reading.rows, &tally, zone, &out.join(DEADLINES)).await?;
    times.push(("So sánh thời hạn", "deadlines", clock.elapsed()));

    let clock = Instant::now();
    let period_end = frame.calendar.midnight(frame.period.end());
    let (ran, unsent) = jobs::run(line, house, Morning { at: frame.at, period_end, has_recipient }).await?;
    times.push(("Công việc, thư", "jobs, mail", clock.elapsed()));

    let clock = Instant::now();
    let (first, last) = (frame.period.first(), frame.period.last());
    let summary = summary::ask(line, first, last, String::new(), &[pb::Breakdown::Group]).await?;
    times.push(("Tổng hợp số liệu", "summary", clock.elapsed()));

    let found = summary_json::of(&summary);
    write(out, SUMMARY, format!("{found:#}\n"))?;
    // Figures of another period have nothing to be compared with.
    let differences = expected
        .filter(|expected| expected.period == frame.period)
        .map(|expected| summary_json::differences(&expected.figures, &found));
    Ok(Done { tally, compared, ran, unsent, summary, differences, times })
}
