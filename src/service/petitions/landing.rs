//! Petitions of an import: a new code is received, answered and published as the source says; a later state of
//! a known one becomes the events that are missing, other content a correction. An answer recorded here stands
//! until the source tells of one.

use std::collections::HashSet;

use super::super::error::ServiceError;
use super::super::findings::{Findings, foreign, reaches, twice};
use super::super::landing::Landed;
use super::super::work::Work;
use super::saving::{Change, Draft, Happened, Told, save};
use super::verbs::fault;
use crate::domain::calendar::Calendar;
use crate::domain::dossier::Source;
use crate::domain::petition::Petition;
use crate::domain::record::PetitionRecord;
use crate::store::events::{self, EventRow};
use crate::store::petitions;

/// Lands a batch in the transaction of `work`. Outcomes carry the rows' numbers.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, PetitionRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut taken = Vec::with_capacity(rows.len());
    let calendar = work.rules.calendar_for(None).cloned();
    for (number, record) in rows {
        let mut findings = Findings::of_row(work);
        let _ = findings.calendar();
        let said = calendar.as_ref().and_then(|calendar| read(&mut findings, &record, calendar));
        match said.filter(|_| findings.is_clean()) {
            Some((code, told)) => taken.push((number, code, told)),
            None => outcomes.push((number, findings.refused())),
        }
    }
    let Some(calendar) = calendar else { return Ok(outcomes) };
    let codes: Vec<String> = taken.iter().map(|(_, code, _)| code.clone()).collect();
    let mut known = petitions::by_codes(&work.tx, &codes).await?;
    let ids: Vec<_> = known.values().map(|row| row.id).collect();
    let mut histories = events::of(&work.tx, &ids).await?;
    let (mut changes, mut seen) = (Vec::new(), HashSet::new());
    for (number, code, said) in taken {
        if !seen.insert(code.clone()) {
            outcomes.push((number, twice(&code)));
            continue;
        }
        let Some(old) = known.remove(&code) else {
            let id = work.new_id();
            let drafts = steps(None, said, &calendar);
            let (source, reason) = (Source::Import, "");
            let change = Change { id, code, row: None, before: None, drafts, source, reason };
            outcomes.push((number, Landed { events: Some(change.added()), ..Landed::fresh(id, Vec::new()) }));
            changes.push(change);
            continue;
        };
        if !reaches(work, old.unit_id) {
            outcomes.push((number, foreign(&code)));
            continue;
        }
        let history = histories.remove(&old.id).unwrap_or_default();
        let before = Told::last(&history)?;
        let drafts = steps(before.as_ref(), merged(before.as_ref(), said, &history), &calendar);
        if drafts.is_empty() {
            outcomes.push((number, Landed::unchanged()));
            continue;
        }
        let (id, source, reason) = (old.id, Source::Import, "");
        let change = Change { id, code, row: Some(old), before, drafts, source, reason };
        outcomes.push((number, Landed { events: Some(change.added()), ..Landed::changed(id, Vec::new()) }));
        changes.push(change);
    }
    save(work, &calendar, &changes).await?;
    Ok(outcomes)
}

/// Reads a record against the house.
pub(super) fn read(
    findings: &mut Findings<'_>,
    record: &PetitionRecord,
    calendar: &Calendar,
) -> Option<(String, Told)> {
    let code = findings.code("code", &record.code);
    let unit_id = findings.unit_or_house("unit_code", &record.unit_code);
    let received_at = findings.given("received_at", record.received_at);
    findings.not_in_future("received_at", received_at);
    findings.not_in_future("answered_at", record.answered_at);
    findings.not_after_today("published_on", record.published_on);
    let rating = findings.word("citizen_rating", &record.citizen_rating);
    let petition = Petition {
        unit_id,
        received_at: received_at?,
        channel: findings.text("channel", &record.channel),
        kind: findings.word("kind", &record.kind),
        due_at: record.due_at,
        answered_at: record.answered_at,
        published_on: record.published_on,
        citizen_rating: (!rating.is_empty()).then_some(rating),
    };
    if let Err(bad) = petition.check(calendar) {
        let (column, reason, vi) = fault(bad);
        findings.say(column, reason, vi, &bad.to_string());
    }
    let subject = findings.text("subject", &record.subject);
    Some((code, Told { petition, subject, document_number: String::new() }))
}

/// What the source says, with what was recorded here and the source doesn't know yet.
fn merged(before: Option<&Told>, mut said: Told, history: &[EventRow]) -> Told {
    let Some(before) = before else { return said };
    let here = |happened: Happened| {
        history.iter().any(|row| row.kind == happened.as_str() && row.source == Source::Own.as_str())
    };
    said.document_number.clone_from(&before.document_number);
    if said.petition.answered_at.is_none() && here(Happened::Answered) {
        said.petition.answered_at = before.petition.answered_at;
    }
    if said.petition.published_on.is_none()
        && said.petition.answered_at.is_some()
        && here(Happened::Published)
    {
        said.petition.published_on = before.petition.published_on;
        if said.petition.citizen_rating.is_none() {
            said.petition.citizen_rating.clone_from(&before.petition.citizen_rating);
        }
    }
    said
}

/// The events from what was known to what is said, each with the petition as it then stood.
fn steps(before: Option<&Told>, said: Told, calendar: &Calendar) -> Vec<Draft> {
    let (answered_at, published_on) = (said.petition.answered_at, said.petition.published_on);
    let newly_answered = answered_at.filter(|_| before.is_none_or(|b| b.petition.answered_at.is_none()));
    let newly_published = published_on.filter(|_| before.is_none_or(|b| b.petition.published_on.is_none()));
    let mut drafts = Vec::new();
    let mut standing = said.clone();
    if newly_answered.is_some() {
        standing.petition.answered_at = None;
    }
    if newly_published.is_some() {
        standing.petition.published_on = None;
        standing.petition.citizen_rating = before.and_then(|b| b.petition.citizen_rating.clone());
    }
    let received_at = said.petition.received_at;
    match before {
        None => drafts.push(Draft { happened: Happened::Received, at: received_at, told: standing.clone() }),
        Some(before) if standing != *before => {
            drafts.push(Draft { happened: Happened::Corrected, at: received_at, told: standing.clone() });
        }
        Some(_) => {}
    }
    if let Some(at) = newly_answered {
        standing.petition.answered_at = Some(at);
        drafts.push(Draft { happened: Happened::Answered, at, told: standing.clone() });
    }
    if let Some(day) = newly_published {
        // Not before the answer of the same day.
        let at = calendar.opening(day).max(answered_at.unwrap_or(received_at));
        drafts.push(Draft { happened: Happened::Published, at, told: said });
    }
    drafts
}
