//! Every deadline that the house computed against the one in the file.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use crate::cli::connection::{ANSWER_BYTES, Line};
use crate::cli::import::Tally;
use crate::cli::{output, wire};
use crate::intake::{DossierRecord, Record, SourceRow};
use crate::pb::v1 as pb;
use crate::pb::v1::dossier_service_client::DossierServiceClient;

/// How the comparison ended.
#[derive(Debug, Default)]
pub struct Compared {
    /// Dossiers of the file.
    pub all: usize,
    /// Those whose deadlines are equal, or both absent.
    pub equal: usize,
    /// Those that the house refused and has no deadline for.
    pub refused: usize,
    /// A line for each of the others.
    pub different: Vec<String>,
}

/// Compares and writes `code,file_due_at,computed_due_at,equal`, in the order of the file. `equal` is blank
/// where the files tell no deadline at all.
pub async fn compare(
    line: &Line,
    rows: &[SourceRow],
    tally: &Tally,
    zone: Tz,
    path: &Path,
) -> anyhow::Result<Compared> {
    let mut dossiers: Vec<(u64, &DossierRecord)> = rows
        .iter()
        .filter_map(|row| {
            if let Record::Dossier(dossier) = &row.record { Some((row.line, &**dossier)) } else { None }
        })
        .collect();
    dossiers.sort_by_key(|(line, _)| *line);
    let mut computed: HashMap<&str, Option<DateTime<Utc>>> =
        tally.due.iter().map(|(code, due)| (&**code, due.as_ref().and_then(wire::instant))).collect();
    // What was here before this run began is asked for.
    let known;
    if dossiers.iter().any(|(_, dossier)| !computed.contains_key(&*dossier.code)) {
        known = listed(line).await?;
        for (code, due) in &known {
            computed.entry(code).or_insert(*due);
        }
    }
    let shown = |at: Option<DateTime<Utc>>| {
        at.map(|at| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, false)).unwrap_or_default()
    };
    // A blank cell says that the clock stands, but files without any deadline say nothing to compare with.
    let is_told = dossiers.iter().any(|(_, dossier)| dossier.due_at.is_some());
    let mut compared = Compared::default();
    let mut csv = String::from("code,file_due_at,computed_due_at,equal\n");
    for (_, dossier) in dossiers {
        let found = computed.get(&*dossier.code);
        let equal = is_told && found.is_some_and(|due| *due == dossier.due_at);
        let (in_file, by_house) = (shown(dossier.due_at), shown(found.copied().flatten()));
        compared.all += 1;
        compared.equal += usize::from(equal);
        compared.refused += usize::from(found.is_none());
        if is_told && found.is_some() && !equal {
            let blank = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
            compared.different.push(format!("{}: {} ≠ {}", dossier.code, blank(&in_file), blank(&by_house)));
        }
        let verdict = if is_told { equal.to_string() } else { String::new() };
        let _ = writeln!(csv, "{},{in_file},{by_house},{verdict}", output::csv_cell(&dossier.code));
    }
    fs::write(path, csv).with_context(|| path.display().to_string())?;
    Ok(compared)
}

async fn listed(line: &Line) -> anyhow::Result<HashMap<String, Option<DateTime<Utc>>>> {
    let mut client = DossierServiceClient::new(line.clone()).max_decoding_message_size(ANSWER_BYTES);
    let mut found = HashMap::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListDossiersRequest {
            page_size: 1000,
            page_token,
            order_by: "code".to_owned(),
            ..Default::default()
        };
        let page = client.list_dossiers(request).await?.into_inner();
        found.extend(
            page.dossiers
                .into_iter()
                .map(|dossier| (dossier.code, dossier.due_at.as_ref().and_then(wire::instant))),
        );
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(found);
        }
    }
}
