//! Nights of a one-stop software that tells how a dossier stands and not all that happened: states become events of
//! the watermark, names find their bearers, an older file is refused, what is missing is listed, and an import is
//! undone as if it had never been.

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs, State};
use bonro::domain::permission::Scope;
use bonro::domain::record::{ClockRecord, DossierRecord, ImportRow, Record};
use bonro::pb::v1;
use bonro::pb::v1::dossier_service_server::DossierService as _;
use bonro::pb::v1::import_service_server::ImportService as _;
use bonro::service::ServiceError;
use bonro::service::imports::{RowOutcome, Start};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::records::checked::found;
use crate::records::town::{Town, answered, at, procedure, refused, told};
use crate::support::both;

/// A night's file.
pub struct Night {
    pub number: u128,
    pub watermark: &'static str,
    pub full: bool,
    pub force: bool,
}

pub fn night(number: u128, watermark: &'static str) -> Night {
    Night { number, watermark, full: true, force: false }
}

pub async fn feed(
    town: &Town,
    night: Night,
    records: Vec<DossierRecord>,
) -> Result<Vec<RowOutcome>, ServiceError> {
    let start = Start {
        import_id: Uuid::from_u128(night.number),
        source: "iGate".into(),
        kind: if night.full { "full" } else { "partial" }.into(),
        file_name: format!("dem-{}.xlsx", night.number),
        sha256: "ab".repeat(32),
        watermark: Some(at(night.watermark)),
        force: night.force,
        ..Start::default()
    };
    let context = || town.context(Scope::All);
    town.house.start_import(context(), &start).await?;
    let rows = (2..)
        .zip(records)
        .map(|(line, r)| ImportRow { file: "dem.xlsx".into(), line, record: Record::Dossier(Box::new(r)) })
        .collect();
    let (outcomes, _) = town.house.import_batch(context(), &start, 1, rows).await?;
    town.house.finish_import(context(), &start).await?;
    Ok(outcomes)
}

/// As an export has it: names, and a state.
pub fn row(code: &str, state: State) -> DossierRecord {
    DossierRecord {
        code: code.into(),
        procedure_code: "Năm ngày".into(),
        unit_code: "ĐƠN VỊ p1 ".into(),
        channel: Some(Channel::Online),
        applicant_kind: Some(ApplicantKind::Person),
        received_at: Some(at("2024-05-06T02:00:00Z")),
        stands_as: Some(state),
        ..DossierRecord::default()
    }
}

fn resolved(code: &str, closed_at: &str) -> DossierRecord {
    DossierRecord {
        closed_at: Some(at(closed_at)),
        outcome: Some(ClosedAs::Resolved),
        ..row(code, State::Resolved)
    }
}

pub async fn dossier(town: &Town, code: &str) -> v1::Dossier {
    let request = v1::GetDossierRequest { name: format!("dossiers/{code}") };
    answered(town.front.get_dossier(town.ask(request)).await).dossier.expect("a dossier")
}

/// The events that stand: kind and instant.
pub async fn events(town: &Town, code: &str) -> Vec<(String, DateTime<Utc>)> {
    let parent = format!("dossiers/{code}");
    let request = v1::ListDossierEventsRequest { parent, page_size: 100, ..Default::default() };
    let all = answered(town.front.list_dossier_events(town.ask(request)).await).events;
    let voided: Vec<i32> = all.iter().map(|e| e.voids_number).filter(|number| *number > 0).collect();
    let stands = |e: &&v1::DossierEvent| e.voids_number == 0 && !voided.contains(&e.number);
    let name = |e: &v1::DossierEvent| {
        let word = e.kind().as_str_name().trim_start_matches("DOSSIER_EVENT_KIND_").to_lowercase();
        (word, bonro::grpc::convert::instant(&e.occurred_at.expect("it happened")).expect("an instant"))
    };
    all.iter().filter(stands).map(name).collect()
}

fn kinds(events: &[(String, DateTime<Utc>)]) -> Vec<&str> {
    events.iter().map(|(kind, _)| kind.as_str()).collect()
}

async fn outcomes(town: &Town, number: u128) -> Vec<String> {
    let request = v1::ListImportOutcomesRequest {
        parent: format!("imports/{}", Uuid::from_u128(number)),
        ..Default::default()
    };
    let all = answered(town.front.list_import_outcomes(town.ask(request)).await).outcomes;
    let word = |o: v1::ImportOutcome| {
        let result = o.result().as_str_name().trim_start_matches("ROW_RESULT_").to_lowercase();
        format!("{} {} {result}{}", o.row, o.code, if o.undone { " undone" } else { "" })
    };
    all.into_iter().map(word).collect()
}

pub async fn source(town: &Town) -> v1::Source {
    let all = answered(town.front.list_sources(town.ask(v1::ListSourcesRequest {})).await).sources;
    all.into_iter().find(|s| s.name == "sources/iGate").expect("the source")
}

both!(states_become_events_of_the_watermark, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure()]).await;
    let first = feed(
        &town,
        night(1, "2024-05-08T16:00:00Z"),
        vec![
            row("H-1", State::Received),
            row("H-2", State::InProcess),
            row("H-3", State::Registered),
            resolved("H-4", "2024-05-07T03:00:00Z"),
        ],
    );
    let first = first.await.expect("it lands");
    assert_eq!(told(&first), ["landed"; 4], "{first:?}");
    assert_eq!(dossier(&town, "H-1").await.unit, "units/P1");
    assert_eq!(dossier(&town, "H-3").await.state(), v1::DossierState::Registered);

    // Paused since the second night as far as anybody knows, received, withdrawn without a word of when.
    let withdrawn = DossierRecord { outcome: Some(ClosedAs::Withdrawn), ..row("H-1", State::Withdrawn) };
    let second = feed(
        &town,
        night(2, "2024-05-09T16:00:00Z"),
        vec![
            withdrawn.clone(),
            DossierRecord { officer_code: "Cán bộ P1-01".into(), ..row("H-2", State::AwaitingSupplement) },
            row("H-3", State::Received),
            resolved("H-4", "2024-05-07T03:00:00Z"),
        ],
    );
    let second = second.await.expect("it lands");
    assert_eq!(told(&second), ["changed", "changed", "changed", "unchanged"], "{second:?}");
    let paused = events(&town, "H-2").await;
    assert_eq!(kinds(&paused), ["received", "processing_started", "handed_over", "paused"]);
    assert_eq!(paused[3].1, at("2024-05-09T16:00:00Z"));
    assert_eq!(dossier(&town, "H-2").await.holder, "officials/P1-01");
    assert_eq!(dossier(&town, "H-3").await.state(), v1::DossierState::Received);
    assert_eq!(dossier(&town, "H-1").await.state(), v1::DossierState::Withdrawn);

    // The list of supplements comes in later and tells the true instants; the closing is taken back.
    let named = |day: &str, stopped| ClockRecord {
        at: Some(at(day)),
        stopped,
        reason: "supplement_requested".into(),
        ..ClockRecord::default()
    };
    let third = feed(
        &town,
        night(3, "2024-05-14T16:00:00Z"),
        vec![
            withdrawn,
            DossierRecord {
                clock: vec![named("2024-05-08T02:00:00Z", true), named("2024-05-10T02:00:00Z", false)],
                ..row("H-2", State::InProcess)
            },
            row("H-3", State::InProcess),
            row("H-4", State::InProcess),
        ],
    );
    let third = third.await.expect("it lands");
    assert_eq!(told(&third)[0], "unchanged");
    assert_eq!(
        dossier(&town, "H-2").await.due_at,
        Some(bonro::grpc::convert::timestamp(at("2024-05-15T10:00:00Z")))
    );
    assert_eq!(kinds(&events(&town, "H-4").await), ["received", "processing_started"]);
    // The office itself closes one; the next night hasn't heard of it: what people did here stands, and is told.
    let resolve = v1::ResolveDossierRequest {
        name: "dossiers/H-3".into(),
        outcome: v1::Outcome::Resolved.into(),
        ..Default::default()
    };
    answered(town.front.resolve_dossier(town.ask(resolve)).await);
    town.set("2024-05-16T16:30:00Z");
    let fourth = feed(
        &town,
        night(4, "2024-05-16T16:00:00Z"),
        vec![DossierRecord { channel: Some(Channel::Post), ..row("H-3", State::InProcess) }],
    );
    let fourth = fourth.await.expect("it lands");
    let reasons: Vec<&str> = fourth[0].landed.problems.iter().map(|p| p.reason.as_str()).collect();
    assert!(reasons.contains(&"STATE_DIFFERS"), "{fourth:?}");
    assert_eq!(dossier(&town, "H-3").await.state(), v1::DossierState::Resolved);
    assert_eq!(found(&town).await, [] as [String; 0]);
});

both!(an_older_file_is_refused_and_what_is_missing_is_listed, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure()]).await;
    let open = |code: &str| row(code, State::InProcess);
    feed(&town, night(1, "2024-05-08T16:00:00Z"), vec![open("H-1"), open("H-2"), open("H-3")])
        .await
        .expect("lands");
    feed(&town, night(3, "2024-05-10T16:00:00Z"), vec![open("H-1"), open("H-2")]).await.expect("lands");
    assert_eq!(outcomes(&town, 3).await, ["3 H-3 absent"]);
    assert_eq!(dossier(&town, "H-3").await.state(), v1::DossierState::InProcess, "listed, never closed");
    let late = vec![resolved("H-1", "2024-05-08T03:00:00Z")];
    let Err(ServiceError::Precondition { reason, vi, en, .. }) =
        feed(&town, night(2, "2024-05-09T16:00:00Z"), late.clone()).await
    else {
        panic!("an older file was taken")
    };
    assert_eq!(reason, "OLDER_THAN_KNOWN");
    assert!(vi.contains("23 giờ 00, ngày 09/5/2024") && vi.contains("23 giờ 00, ngày 10/5/2024"), "{vi}");
    assert!(vi.contains("hãy") && en.contains("2024-05-09 23:00"), "{vi} {en}");
    // Missing still, and told once; it comes again and is missing again: told anew.
    feed(&town, night(4, "2024-05-11T16:00:00Z"), vec![open("H-1"), open("H-2")]).await.expect("lands");
    assert_eq!(outcomes(&town, 4).await, [] as [String; 0]);
    feed(&town, night(5, "2024-05-12T16:00:00Z"), vec![open("H-1"), open("H-2"), open("H-3")])
        .await
        .expect("lands");
    feed(&town, night(6, "2024-05-13T16:00:00Z"), vec![open("H-1"), open("H-3")]).await.expect("lands");
    assert_eq!(outcomes(&town, 6).await, ["3 H-2 absent"]);
    // A part of the source misses nothing.
    let part = Night { full: false, ..night(7, "2024-05-14T16:00:00Z") };
    feed(&town, part, vec![open("H-1")]).await.expect("lands");
    assert_eq!(outcomes(&town, 7).await, [] as [String; 0]);
    // By force the older one counts; the source still speaks up to its newest file.
    let forced = Night { force: true, full: false, ..night(8, "2024-05-09T16:00:00Z") };
    feed(&town, forced, late).await.expect("by force");
    assert_eq!(dossier(&town, "H-1").await.state(), v1::DossierState::Resolved);
    let source = source(&town).await;
    assert_eq!(source.watermark, Some(bonro::grpc::convert::timestamp(at("2024-05-14T16:00:00Z"))));
    assert_eq!(source.newest_import, format!("imports/{}", Uuid::from_u128(7)));
    // 15 May from 7:00 to 17:00 is eight hours, and a quarter of the 16th.
    assert_eq!((source.age_minutes, source.stale), (Some(495), false));
    let update = v1::UpdateSourceRequest {
        name: "sources/iGate".into(),
        stale_after_hours: Some(8),
        etag: source.etag.clone(),
        ..Default::default()
    };
    let updated =
        answered(town.front.update_source(town.ask(update.clone())).await).source.expect("the source");
    assert!(updated.stale);
    assert_eq!(refused(town.front.update_source(town.ask(update)).await).0, tonic::Code::Aborted);
    // The file is on record.
    let request = v1::GetImportRequest { name: format!("imports/{}", Uuid::from_u128(6)) };
    let run = answered(town.front.get_import(town.ask(request)).await).import_run.expect("the import");
    assert_eq!((run.file_name.as_str(), run.sha256.len(), run.absent), ("dem-6.xlsx", 64, 1));
    assert_eq!((run.sender.as_str(), run.kind()), ("test", v1::ImportKind::Full));
});

both!(a_name_of_several_is_decided_once, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure()]).await;
    let twin = bonro::domain::record::OfficialRecord {
        code: "P2-07".into(),
        unit_code: "P2".into(),
        full_name: "Cán bộ P1-01".into(),
        role: "officer".into(),
        email: String::new(),
    };
    town.import(vec![Record::Official(twin.clone())]).await;
    let of = |unit: &str, officer: &str, code: &str| DossierRecord {
        unit_code: unit.into(),
        officer_code: officer.into(),
        ..row(code, State::InProcess)
    };
    let records = vec![
        // Of two of one name that of the dossier's own unit is meant; decomposed letters are letters.
        of("Đơn vị P2", "Ca\u{301}n bộ P1-01", "H-1"),
        of("VP", "cán bộ p1-01", "H-2"),
        of("Sở Nào Đó", "", "H-3"),
    ];
    let outcome = feed(&town, night(1, "2024-05-08T16:00:00Z"), records.clone()).await.expect("answered");
    assert_eq!(told(&outcome), ["landed", "refused officer_code", "refused unit_code"], "{outcome:?}");
    assert_eq!(dossier(&town, "H-1").await.holder, "officials/P2-07");
    let problem = &outcome[1].landed.problems[0];
    assert_eq!(problem.reason, "AMBIGUOUS_NAME");
    assert!(problem.vi.contains("P1-01, P2-07") && problem.vi.contains("hãy"), "{}", problem.vi);

    let ask = v1::ListSourceNamesRequest { filter: "decide_time = null".into(), ..Default::default() };
    let names = answered(town.front.list_source_names(town.ask(ask.clone())).await).names;
    let shown: Vec<(&str, Vec<String>)> =
        names.iter().map(|n| (n.text.as_str(), n.candidates.clone())).collect();
    let both = vec!["officials/P1-01".to_owned(), "officials/P2-07".to_owned()];
    assert_eq!(shown, [("Sở Nào Đó", vec![]), ("cán bộ p1-01", both)]);
    let decide = |n: usize, means: &str| v1::DecideSourceNameRequest {
        name: names[n].name.clone(),
        means: means.into(),
        etag: names[n].etag.clone(),
        ..Default::default()
    };
    let wrong = refused(town.front.decide_source_name(town.ask(decide(0, "officials/P1-01"))).await);
    assert_eq!(wrong.2, ["means"]);
    let wrong = refused(town.front.decide_source_name(town.ask(decide(0, "units/NOWHERE"))).await);
    assert_eq!(wrong.2, ["means"]);
    answered(town.front.decide_source_name(town.ask(decide(0, "units/P1"))).await);
    answered(town.front.decide_source_name(town.ask(decide(1, "officials/P1-01"))).await);
    assert_eq!(answered(town.front.list_source_names(town.ask(ask)).await).names, []);

    let later = records.clone();
    // Remembered for the next night, whatever its spelling.
    let outcome = feed(&town, night(2, "2024-05-09T16:00:00Z"), records).await.expect("answered");
    assert_eq!(told(&outcome), ["unchanged", "landed", "landed"], "{outcome:?}");
    assert_eq!(dossier(&town, "H-2").await.holder, "officials/P1-01");
    assert_eq!(dossier(&town, "H-3").await.unit, "units/P1");
    // Decided otherwise, it reaches what had landed by the former decision.
    let again = v1::DecideSourceNameRequest { etag: String::new(), ..decide(1, "officials/P2-07") };
    answered(town.front.decide_source_name(town.ask(again)).await);
    let outcome = feed(&town, night(3, "2024-05-10T16:00:00Z"), later).await.expect("answered");
    assert_eq!(told(&outcome), ["unchanged", "changed", "unchanged"], "{outcome:?}");
    assert_eq!(dossier(&town, "H-2").await.holder, "officials/P2-07");
});

both!(an_import_is_undone_as_if_it_had_never_been, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure()]).await;
    let first = vec![row("H-1", State::InProcess), resolved("H-2", "2024-05-07T03:00:00Z")];
    feed(&town, night(1, "2024-05-08T16:00:00Z"), first.clone()).await.expect("it lands");
    let (ledger, before) = (town.ledger("dossier").await, events(&town, "H-2").await);

    // One more closes, one is taken back, one is new.
    town.clock.advance(chrono::TimeDelta::minutes(1));
    let second = vec![
        resolved("H-1", "2024-05-09T03:00:00Z"),
        row("H-2", State::InProcess),
        row("H-3", State::InProcess),
    ];
    feed(&town, night(2, "2024-05-09T16:00:00Z"), second.clone()).await.expect("it lands");
    assert_ne!(town.ledger("dossier").await, ledger);
    let undo = |number: u128, reason: &str| v1::UndoImportRequest {
        name: format!("imports/{}", Uuid::from_u128(number)),
        reason: reason.into(),
    };
    assert_eq!(refused(town.front.undo_import(town.ask(undo(2, " "))).await).2, ["reason"]);
    let refusal = refused(town.front.undo_import(town.ask(undo(1, "nhầm tệp"))).await);
    assert_eq!(refusal.1, "NEWER_STANDS");
    let undone =
        answered(town.front.undo_import(town.ask(undo(2, "nhầm tệp"))).await).import_run.expect("it");
    assert_eq!((undone.state(), undone.undo_reason.as_str()), (v1::ImportState::Undone, "nhầm tệp"));
    assert_eq!(town.ledger("dossier").await, ledger);
    assert_eq!(found(&town).await, [] as [String; 0]);
    assert_eq!(dossier(&town, "H-1").await.state(), v1::DossierState::InProcess);
    assert_eq!(events(&town, "H-2").await, before);
    let gone = dossier(&town, "H-3").await;
    assert!(gone.flags.contains(&"retracted".to_owned()), "{:?}", gone.flags);
    assert_eq!(
        outcomes(&town, 2).await,
        ["1 H-1 changed undone", "2 H-2 changed undone", "3 H-3 landed undone"]
    );
    assert_eq!(
        source(&town).await.watermark,
        Some(bonro::grpc::convert::timestamp(at("2024-05-08T16:00:00Z")))
    );
    // What isn't here can't be worked on; twice undone is undone.
    let resolve = v1::ResolveDossierRequest {
        name: "dossiers/H-3".into(),
        outcome: v1::Outcome::Resolved.into(),
        ..Default::default()
    };
    assert_eq!(refused(town.front.resolve_dossier(town.ask(resolve)).await).1, "IMPORT_UNDONE");
    answered(town.front.undo_import(town.ask(undo(2, "nhầm tệp"))).await);
    // The same file again is the same as if nothing had been.
    let again = feed(&town, night(3, "2024-05-09T16:00:00Z"), second).await.expect("it lands");
    assert_eq!(
        told(&again).iter().map(|t| t.split(' ').next().unwrap_or("")).collect::<Vec<_>>(),
        ["changed"; 3]
    );
    assert_eq!(dossier(&town, "H-3").await.flags, ["no_holder"]);
    assert_eq!(found(&town).await, [] as [String; 0]);
    // Somebody worked on one that it brought back to life: nothing at all is undone.
    town.set("2024-05-16T02:00:00Z");
    let fourth = vec![row("H-4", State::InProcess), row("H-5", State::InProcess)];
    let part = Night { full: false, ..night(4, "2024-05-10T16:00:00Z") };
    feed(&town, part, fourth).await.expect("it lands");
    let resolve = v1::ResolveDossierRequest {
        name: "dossiers/H-5".into(),
        outcome: v1::Outcome::Resolved.into(),
        ..Default::default()
    };
    answered(town.front.resolve_dossier(town.ask(resolve)).await);
    let ledger = town.ledger("dossier").await;
    let refusal = refused(town.front.undo_import(town.ask(undo(4, "nhầm tệp"))).await);
    assert_eq!(refusal.1, "WORKED_ON");
    assert_eq!(town.ledger("dossier").await, ledger);
});
