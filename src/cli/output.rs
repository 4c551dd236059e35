//! Words to people and to programs: stdout for what was asked for, stderr for everything else. No
//! colours, ever; a reader that goes away early is no error.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::exit::WrongUsage;

/// Writes to stdout and ends the line.
pub fn say(text: &str) {
    // `bonro overdue | head` closes the pipe when it has enough.
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Writes JSON to stdout.
pub fn say_json(value: &serde_json::Value) {
    say(&format!("{value:#}"));
}

/// A cell of a CSV file, in quotes where it needs them.
pub fn csv_cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Writes to stderr and ends the line.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes a file that isn't there yet: what somebody has worked on since is never lost.
pub fn write_new(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let mut opened = match opened {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let said = format!(
                "--out: {} đã có; hãy chọn tên khác hoặc xóa tệp cũ / is there already; take another name or remove it",
                path.display()
            );
            return Err(WrongUsage(said).into());
        }
        opened => opened.with_context(|| format!("--out: {}", path.display()))?,
    };
    opened.write_all(content).with_context(|| format!("--out: {}", path.display()))
}

/// A bar on stderr for `length` steps; nothing where stderr is no terminal.
pub fn progress(length: usize, what: &str) -> ProgressBar {
    let target =
        if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(length as u64), target);
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {human_pos}/{human_len} {eta}");
    bar.set_style(style.expect("the template is written here").progress_chars("=> "));
    bar.set_message(what.to_owned());
    bar
}

/// Seconds with two decimals, as text.
pub fn seconds(span: Duration) -> String {
    format!("{:.2} s", span.as_secs_f64())
}
