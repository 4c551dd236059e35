//! What the demo says: at its beginning, at its end, and how it ends.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{DEADLINES, DemoArgs, Frame, PROBLEMS, SUMMARY, deadlines, house, jobs, machine, post};
use crate::app::Unsent;
use crate::cli::exit::Exit;
use crate::cli::tables::{Side, Table};
use crate::cli::{import, output, summary_json, summary_tables};
use crate::domain::period::Period;
use crate::domain::text;
use crate::intake::{Reading, Record, SourceRow};
use crate::pb::v1 as pb;

/// Differences that are printed; the others are counted.
const PRINTED: usize = 20;

/// What came of it.
pub struct Done {
    /// What became of the rows.
    pub tally: import::Tally,
    /// The deadlines.
    pub compared: deadlines::Compared,
    /// The jobs.
    pub ran: Vec<jobs::Ran>,
    /// What of the mail hasn't left.
    pub unsent: Unsent,
    /// The figures.
    pub summary: pb::PeriodSummary,
    /// Where the figures differ from `expected-summary.json`; None where there is nothing to compare.
    pub differences: Option<Vec<String>>,
    /// How long each step took, with its names in Vietnamese and English.
    pub times: Vec<(&'static str, &'static str, Duration)>,
}

impl Done {
    /// How the process ends.
    pub fn exit(&self) -> Exit {
        let differs = !self.compared.different.is_empty()
            || self.differences.as_ref().is_some_and(|differences| !differences.is_empty());
        if differs || self.ran.iter().any(jobs::Ran::has_failed) {
            Exit::Failed
        } else if self.tally.total().refused > 0 {
            Exit::Refused
        } else {
            Exit::Done
        }
    }

    /// Everything, for programs.
    pub fn to_json(&self, frame: &Frame, reading: &Reading, out: &Path) -> Value {
        let seconds: serde_json::Map<String, Value> = self
            .times
            .iter()
            .map(|(_, name, span)| ((*name).to_owned(), span.as_secs_f64().into()))
            .collect();
        let zone = frame.calendar.spec().time_zone;
        json!({
            "at": frame.at.with_timezone(&zone).to_rfc3339(),
            "out": out.display().to_string(),
            "import": self.tally.to_json(&reading.notes),
            "deadlines": {
                "compared": self.compared.all,
                "equal": self.compared.equal,
                "refused": self.compared.refused,
                "different": self.compared.different,
            },
            "jobs": self.ran.iter().map(jobs::Ran::to_json).collect::<Vec<_>>(),
            "mails": mails(out),
            "mails_waiting": self.unsent.waiting,
            "mails_dead": self.unsent.dead,
            "summary": summary_json::of(&self.summary),
            "differences_from_expected_summary": self.differences,
            "seconds": seconds,
            "resident_kib": machine::memory().map(|memory| json!({ "peak": memory.peak, "now": memory.now })),
        })
    }
}

/// The mails in the demo's directory.
fn mails(out: &Path) -> usize {
    let entries = fs::read_dir(house::mail_directory(out)).into_iter().flatten().flatten();
    entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "eml")).count()
}

fn number(count: usize) -> String {
    text::grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

/// What begins now.
pub fn greet(args: &DemoArgs, frame: &Frame, reading: &Reading) {
    let data = args.data.as_ref().map_or_else(
        || "mẫu Đức Phổ / the Đức Phổ sample".to_owned(),
        |directory| directory.display().to_string(),
    );
    let day = |day: chrono::NaiveDate| day.format("%d/%m/%Y");
    let at = frame.calendar.local(frame.at).format("%d/%m/%Y %H:%M");
    output::say(&format!("Dữ liệu / data    {data}: {} dòng / rows", number(reading.rows.len())));
    output::say(&format!("Kỳ / period       {} – {}", day(frame.period.first()), day(frame.period.last())));
    output::say(&format!("Đồng hồ / clock   {at} ({})\n", frame.calendar.spec().time_zone.name()));
    import::print_notes(&reading.notes);
}

/// What came of it.
pub fn print(done: &Done, args: &DemoArgs, out: &Path) {
    import::print_outcome(&done.tally, &args.out.join(PROBLEMS).display().to_string());
    output::say("");
    print_deadlines(&done.compared);
    output::say(&format!("\n{}\n", jobs::table(&done.ran)));
    if let Some(said) = post::told(&done.unsent) {
        output::say(&format!("{said}\n"));
    }
    output::say(&summary_tables::of(&done.summary));
    output::say("");
    match done.differences.as_deref() {
        None => {}
        Some([]) => output::say(
            "summary.json khớp expected-summary.json, từng số / equals expected-summary.json, number for number",
        ),
        Some(differences) => {
            let count = differences.len();
            output::say(&format!("summary.json khác expected-summary.json / differs from it: {count}"));
            for line in differences.iter().take(PRINTED) {
                output::say(&format!("  {line}"));
            }
        }
    }
    output::say(&format!("\nKết quả / results: {}", args.out.display()));
    for (name, what) in [
        (SUMMARY, "số liệu / the figures"),
        ("report.pdf", "báo cáo để ký / the report to sign"),
        ("report.docx", "báo cáo để soạn tiếp / the report to go on writing"),
        ("appendix.xlsx", "phụ lục, biểu đồ / its appendix and charts"),
        ("report.html", "báo cáo để xem / the report for a browser"),
        (DEADLINES, "từng thời hạn / every deadline"),
        (PROBLEMS, "mọi dòng bị từ chối và lưu ý / every refused row and warning"),
    ] {
        if !out.join(name).exists() || (name == PROBLEMS && done.tally.found.is_empty()) {
            continue;
        }
        output::say(&format!("  {name:<14} {what}"));
    }
    if args.mail.is_none() {
        output::say(&format!("  {:<14} {} thư / mails", "mail/*.eml", mails(out)));
    }
    print_measured(&done.times);
}

fn print_deadlines(compared: &deadlines::Compared) {
    output::say(&format!(
        "Thời hạn / deadlines: {} hồ sơ / dossiers, {} khớp tệp / equal to the file, {} khác / different",
        number(compared.all),
        number(compared.equal),
        number(compared.different.len())
    ));
    if compared.refused > 0 {
        output::say(&format!("  {} hồ sơ bị từ chối / refused", number(compared.refused)));
    }
    for line in compared.different.iter().take(PRINTED) {
        output::say(&format!("  {line}"));
    }
    if compared.different.len() > PRINTED {
        output::say(&format!("  … ({DEADLINES})"));
    }
}

fn print_measured(times: &[(&'static str, &'static str, Duration)]) {
    let mut table = Table::new().column("Đo được\nMeasured", Side::Left).column("", Side::Right);
    for (vietnamese, english, span) in times {
        table.row([format!("{vietnamese} / {english}"), output::seconds(*span)]);
    }
    if let Some(memory) = machine::memory() {
        let mib = |kib: u64| format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024);
        table.row(["Bộ nhớ thường trú / resident memory".to_owned(), mib(memory.now)]);
        table.row(["  cao nhất / at its peak".to_owned(), mib(memory.peak)]);
    }
    output::say(&format!("\n{table}"));
}

/// A dossier that is worth explaining: one whose clock stood for a time.
pub fn example(rows: &[SourceRow]) -> String {
    let dossiers = rows
        .iter()
        .filter_map(|row| if let Record::Dossier(dossier) = &row.record { Some(dossier) } else { None });
    let best = dossiers.max_by_key(|dossier| (!dossier.clock.is_empty(), dossier.received_at));
    best.map_or_else(|| "CODE".to_owned(), |dossier| dossier.code.to_string())
}

/// Says that the server goes on, and three things to try. With `--json` on stderr, to keep stdout clean.
pub fn invite(server: &str, key: &str, code: &str, period: Period, as_json: bool) {
    let address = server.trim_start_matches("http://");
    // As this very program was called: it may not be on the search path.
    let bonro = std::env::args().next().unwrap_or_else(|| "bonro".to_owned());
    let text = format!(
        "
Đang phục vụ tại / serving on {server} (Ctrl-C để dừng / to stop). Thử / try:

  export BONRO_KEY={key}

  {bonro} summary --server {server} --from {} --to {}

  grpcurl -plaintext -H \"authorization: Bearer $BONRO_KEY\" \\
    -d '{{\"filter\": \"overdue = true\", \"order_by\": \"due_at\"}}' \\
    {address} bonro.v1.DossierService/ListDossiers

  buf curl --http2-prior-knowledge --protocol grpc -H \"authorization: Bearer $BONRO_KEY\" \\
    -d '{{\"dossier\": \"dossiers/{code}\"}}' \\
    {server}/bonro.v1.CalendarService/ExplainDeadline",
        period.first(),
        period.last()
    );
    if as_json { output::complain(&text) } else { output::say(&text) }
}
