//! The meter: what the house counts about its own running, and how it is told to those who watch it (OpenMetrics). The
//! only room that speaks prometheus-client. What is counted here ends with the process; what stands in the archive comes
//! as [`Standing`] with each reading. No name of a person, applicant or dossier is ever a label.

use std::fmt::{self, Debug};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::TimeDelta;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The content type of a reading.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper ends of the classes of lateness, in seconds: from a beat to a day.
const LATENESS: [f64; 8] = [15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 43_200.0, 86_400.0];
/// Upper ends of the classes of an RPC's time, in seconds.
const LATENCY: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

type Labels = Vec<(&'static str, String)>;
type Counters = Family<Labels, Counter>;
type Histograms = Family<Labels, Histogram, fn() -> Histogram>;
type Gauges = Family<Labels, Gauge>;
type Reals = Family<Labels, Gauge<f64, AtomicU64>>;

/// The meter of a process; clones count together.
#[derive(Clone)]
pub struct Meter(Arc<Dials>);

struct Dials {
    registry: Registry,
    slots: Counters,
    late: Counters,
    lateness: Histograms,
    mails: Counters,
    rpcs: Counters,
    latency: Histograms,
}

/// What stands in the archive at a reading.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Mails that haven't left: kind, state, how many.
    pub outbox: Vec<(String, String, i64)>,
    /// Since when the oldest mail waits that isn't given up, in seconds; 0 without any. What waits for the office to open
    /// doesn't count until it is.
    pub oldest_mail_seconds: f64,
    /// The sources.
    pub sources: Vec<SourceStanding>,
    /// The jobs.
    pub jobs: Vec<JobStanding>,
    /// Troubles that go on: kind and subject.
    pub troubles: Vec<(String, String)>,
}

/// How a source stands.
#[derive(Debug, Clone)]
pub struct SourceStanding {
    /// Its name.
    pub name: String,
    /// The age of its watermark in seconds; None without one.
    pub age_seconds: Option<f64>,
    /// Whether its word no longer holds.
    pub is_stale: bool,
}

/// How a job stands.
#[derive(Debug, Clone)]
pub struct JobStanding {
    /// Its name.
    pub name: String,
    /// Whether it rests.
    pub is_paused: bool,
    /// When its latest slot that is done was finished, in seconds since 1970; None before the first.
    pub last_done: Option<f64>,
}

impl Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meter")
    }
}

impl Default for Meter {
    fn default() -> Self {
        let lateness: fn() -> Histogram = || Histogram::new(LATENESS);
        let latency: fn() -> Histogram = || Histogram::new(LATENCY);
        let mut dials = Dials {
            registry: Registry::with_prefix("bonro"),
            slots: Family::default(),
            late: Family::default(),
            lateness: Family::new_with_constructor(lateness),
            mails: Family::default(),
            rpcs: Family::default(),
            latency: Family::new_with_constructor(latency),
        };
        let r = &mut dials.registry;
        r.register("slots", "Slots of jobs by what became of them", dials.slots.clone());
        r.register("slots_late", "Slots that began after their grace", dials.late.clone());
        r.register(
            "slot_lateness_seconds",
            "From a slot's time to its beginning, seconds",
            dials.lateness.clone(),
        );
        r.register("mails", "Attempts at mails by what became of them", dials.mails.clone());
        r.register("rpcs", "Calls by RPC and gRPC code", dials.rpcs.clone());
        r.register(
            "rpc_duration_seconds",
            "From a call to the beginning of its answer, seconds",
            dials.latency.clone(),
        );
        Self(Arc::new(dials))
    }
}

impl Meter {
    /// Slots of a job ended: `done`, `failed`, `put_off` or `skipped`.
    pub fn slots(&self, job: &str, outcome: &str, count: u64) {
        let labels = vec![("job", job.to_owned()), ("outcome", outcome.to_owned())];
        self.0.slots.get_or_create(&labels).inc_by(count);
    }

    /// A slot of a job began so long after its time; `late`: beyond its grace.
    pub fn began(&self, job: &str, after: TimeDelta, late: bool) {
        let labels = vec![("job", job.to_owned())];
        self.0.lateness.get_or_create(&labels).observe(seconds(after));
        if late {
            self.0.late.get_or_create(&labels).inc();
        }
    }

    /// An attempt at a mail of a kind: `sent`, `put_off`, `dead` or `cancelled`.
    pub fn mail(&self, kind: &str, outcome: &str) {
        let labels = vec![("kind", kind.to_owned()), ("outcome", outcome.to_owned())];
        self.0.mails.get_or_create(&labels).inc();
    }

    /// An RPC was answered, or its stream began, with a gRPC code after so long.
    pub fn rpc(&self, rpc: &str, code: &str, took: Duration) {
        self.0.rpcs.get_or_create(&vec![("rpc", rpc.to_owned()), ("code", code.to_owned())]).inc();
        self.0.latency.get_or_create(&vec![("rpc", rpc.to_owned())]).observe(took.as_secs_f64());
    }

    /// Everything as text: what was counted, and what stands.
    pub fn read(&self, standing: &Standing) -> String {
        let mut text = String::new();
        let written = "writing into a string cannot fail";
        encode_registry(&mut text, &self.0.registry).expect(written);
        encode_registry(&mut text, &registered(standing)).expect(written);
        encode_eof(&mut text).expect(written);
        text
    }
}

/// Made anew for each reading: what no longer stands leaves no line behind.
fn registered(standing: &Standing) -> Registry {
    let (outbox, stale, paused, troubles) =
        (Gauges::default(), Gauges::default(), Gauges::default(), Gauges::default());
    let (ages, done) = (Reals::default(), Reals::default());
    let oldest: Gauge<f64, AtomicU64> = Gauge::default();
    oldest.set(standing.oldest_mail_seconds);
    for (kind, state, count) in &standing.outbox {
        outbox.get_or_create(&vec![("kind", kind.clone()), ("state", state.clone())]).set(*count);
    }
    for source in &standing.sources {
        let labels = vec![("source", source.name.clone())];
        stale.get_or_create(&labels).set(source.is_stale.into());
        if let Some(age) = source.age_seconds {
            ages.get_or_create(&labels).set(age);
        }
    }
    for job in &standing.jobs {
        let labels = vec![("job", job.name.clone())];
        paused.get_or_create(&labels).set(job.is_paused.into());
        if let Some(at) = job.last_done {
            done.get_or_create(&labels).set(at);
        }
    }
    for (kind, subject) in &standing.troubles {
        troubles.get_or_create(&vec![("kind", kind.clone()), ("subject", subject.clone())]).inc();
    }
    let mut r = Registry::with_prefix("bonro");
    r.register("outbox_mails", "Mails that haven't left, by kind and state", outbox);
    r.register("outbox_oldest_seconds", "Since when the oldest mail waits, seconds", oldest);
    r.register("source_watermark_age_seconds", "How long ago a source last spoke, seconds", ages);
    r.register("source_stale", "1: a source has been silent too long, its reminders wait", stale);
    r.register("job_paused", "1: a job rests", paused);
    r.register("job_last_done_timestamp_seconds", "When a job's latest slot was done", done);
    r.register("troubles", "Troubles that go on", troubles);
    r
}

/// A span in seconds; a clock that was set back makes none negative.
fn seconds(span: TimeDelta) -> f64 {
    span.to_std().unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A meter that has counted each thing, and an archive in which each thing stands.
    fn used() -> (Meter, Standing) {
        let meter = Meter::default();
        meter.clone().slots("send_reminders", "done", 1);
        meter.slots("send_reminders", "skipped", 9);
        meter.began("send_reminders", TimeDelta::seconds(20), false);
        meter.began("send_reminders", TimeDelta::seconds(-3600), false);
        meter.began("send_reminders", TimeDelta::seconds(1000), true);
        meter.mail("reminder_digest", "sent");
        meter.rpc("bonro.v1.UnitService/GetUnit", "Ok", Duration::from_millis(3));
        let standing = Standing {
            outbox: vec![("reminder_digest".into(), "queued".into(), 4)],
            oldest_mail_seconds: 90.5,
            sources: vec![SourceStanding {
                name: "mot-cua \"A\"".into(),
                age_seconds: Some(7200.0),
                is_stale: true,
            }],
            jobs: vec![JobStanding { name: "deliver_mail".into(), is_paused: true, last_done: Some(1.5) }],
            troubles: vec![("failed".into(), "deliver_mail".into())],
        };
        (meter, standing)
    }

    #[test]
    fn a_reading_has_what_was_counted_and_what_stands() {
        let (meter, standing) = used();
        let text = meter.read(&standing);
        for line in [
            "bonro_slots_total{job=\"send_reminders\",outcome=\"skipped\"} 9",
            "bonro_slots_late_total{job=\"send_reminders\"} 1",
            "bonro_slot_lateness_seconds_sum{job=\"send_reminders\"} 1020.0",
            "bonro_slot_lateness_seconds_bucket{le=\"15.0\",job=\"send_reminders\"} 1",
            "bonro_mails_total{kind=\"reminder_digest\",outcome=\"sent\"} 1",
            "bonro_rpcs_total{rpc=\"bonro.v1.UnitService/GetUnit\",code=\"Ok\"} 1",
            "bonro_outbox_mails{kind=\"reminder_digest\",state=\"queued\"} 4",
            "bonro_outbox_oldest_seconds 90.5",
            "bonro_source_watermark_age_seconds{source=\"mot-cua \\\"A\\\"\"} 7200.0",
            "bonro_source_stale{source=\"mot-cua \\\"A\\\"\"} 1",
            "bonro_job_paused{job=\"deliver_mail\"} 1",
            "bonro_job_last_done_timestamp_seconds{job=\"deliver_mail\"} 1.5",
            "bonro_troubles{kind=\"failed\",subject=\"deliver_mail\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} isn't in\n{text}");
        }
        assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1);
        assert!(!meter.read(&Standing::default()).contains("bonro_troubles{"), "what is over is gone");
    }

    /// Each rule of the example asks for metrics that there are.
    #[test]
    fn the_alerts_ask_for_metrics_that_there_are() {
        let alerts = include_str!("../deploy/alerts.yaml");
        let (meter, standing) = used();
        let text = meter.read(&standing);
        let mut asked = 0;
        for line in alerts.lines().filter(|line| !line.trim_start().starts_with('#')) {
            for word in line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
                let Some(name) = word.strip_prefix("bonro_") else { continue };
                let name = name.trim_end_matches("_total").trim_end_matches("_bucket");
                assert!(text.contains(&format!("# TYPE bonro_{name} ")), "bonro_{name} is no metric");
                asked += 1;
            }
        }
        assert!(asked >= 8, "only {asked} metrics are asked for");
    }
}
