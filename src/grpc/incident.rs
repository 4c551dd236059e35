//! IncidentService: when other software failed, and which dossiers that hit.

use tonic::{Request, Response, Status};

use super::convert::{Fields, bad_name, code_of, official_name, timestamp, unit_name, unit_name_or_empty};
use super::{Front, Plan};
use crate::domain::record::IncidentRecord;
use crate::pb::v1;
use crate::pb::v1::incident_service_server::IncidentService;
use crate::service::incidents::{self, Hits, IncidentRow, PUBLISHED};
use crate::service::{Rules, Work};

type Wire<T> = Result<Response<T>, Status>;

/// The words of kinds in tables and files.
const KINDS: [(v1::IncidentKind, &str); 4] = [
    (v1::IncidentKind::Unspecified, ""),
    (v1::IncidentKind::Down, "down"),
    (v1::IncidentKind::OutOfSync, "out_of_sync"),
    (v1::IncidentKind::WrongData, "wrong_data"),
];

/// The words of hits in tables and files.
const HITS: [(v1::IncidentHits, &str); 3] =
    [(v1::IncidentHits::Unspecified, ""), (v1::IncidentHits::All, "all"), (v1::IncidentHits::Named, "named")];

/// The word of a kind; empty where it isn't said.
pub(super) fn kind_word(kind: v1::IncidentKind) -> &'static str {
    KINDS.iter().find(|(wire, _)| *wire == kind).map_or("", |(_, word)| word)
}

/// The word of which dossiers were hit; empty where it isn't said.
pub(super) fn hits_word(hits: v1::IncidentHits) -> &'static str {
    HITS.iter().find(|(wire, _)| *wire == hits).map_or("", |(_, word)| word)
}

/// An incident for the wire; `dossiers` are the codes of its linked ones.
fn incident(rules: &Rules, row: IncidentRow, hits: &Hits, dossiers: &[String]) -> v1::Incident {
    let kind = KINDS.iter().find(|(_, word)| *word == row.kind).map(|(wire, _)| *wire);
    let hit = HITS.iter().find(|(_, word)| *word == row.hits).map(|(wire, _)| *wire);
    v1::Incident {
        name: format!("incidents/{}", row.code),
        uid: row.id.to_string(),
        code: row.code,
        system: row.system,
        kind: kind.unwrap_or_default().into(),
        failure: row.failure,
        from_at: Some(timestamp(row.from_at)),
        to_at: row.to_at.map(timestamp),
        unit: unit_name_or_empty(rules, row.unit_id),
        hits: hit.unwrap_or_default().into(),
        hit_units: hits.units.iter().map(|unit| unit_name(rules, *unit)).collect(),
        dossiers: dossiers.iter().map(|code| format!("dossiers/{code}")).collect(),
        reported_by: official_name(rules, Some(row.reported_by_id)),
        reference: row.reference,
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
    }
}

/// An incident after a verb.
async fn told(
    work: &Work,
    (row, hits): (IncidentRow, Hits),
) -> Result<v1::Incident, crate::service::ServiceError> {
    let dossiers = incidents::linked_within(&work.tx, &hits, &work.context.scope).await?;
    Ok(incident(&work.rules, row, &hits, &dossiers))
}

/// The codes in names, each of which must be one.
fn codes(fields: &mut Fields, field: &str, names: &[String], collection: &str) -> Vec<String> {
    let read = |name: &String| {
        let code = code_of(field, name, collection).map_err(|_| bad_name(field, collection));
        code.map(Some)
    };
    names.iter().filter_map(|name| fields.take(read(name))).collect()
}

/// Links dossiers or takes links away: the verb, its answer, and which of both.
macro_rules! links {
    ($self:ident, $request:ident, $asked:ident, $answer:ident, $linked:literal) => {
        $self
            .mutate(
                $request,
                |r| &r.request_id,
                |work, r: v1::$asked| {
                    Box::pin(async move {
                        let mut fields = Fields::new();
                        let code = fields.code("name", &r.name, "incidents");
                        let dossiers = codes(&mut fields, "dossiers", &r.dossiers, "dossiers");
                        fields.done()?;
                        let done = incidents::set_links(work, &code, &r.etag, &dossiers, $linked).await?;
                        Ok(v1::$answer { incident: Some(told(work, done).await?) })
                    })
                },
            )
            .await
    };
}

#[tonic::async_trait]
impl IncidentService for Front {
    async fn create_incident(
        &self,
        request: Request<v1::CreateIncidentRequest>,
    ) -> Wire<v1::CreateIncidentResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CreateIncidentRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = fields.message("incident", r.incident);
                    let record = IncidentRecord {
                        kind: kind_word(asked.kind()).to_owned(),
                        hits: hits_word(asked.hits()).to_owned(),
                        from_at: fields.instant_or_none("incident.from_at", asked.from_at),
                        to_at: fields.instant_or_none("incident.to_at", asked.to_at),
                        unit_code: fields.code_or_empty("incident.unit", &asked.unit, "units"),
                        hit_unit_codes: codes(&mut fields, "incident.hit_units", &asked.hit_units, "units"),
                        dossier_codes: codes(&mut fields, "incident.dossiers", &asked.dossiers, "dossiers"),
                        reported_by: fields.code_or_empty(
                            "incident.reported_by",
                            &asked.reported_by,
                            "officials",
                        ),
                        code: asked.code,
                        system: asked.system,
                        failure: asked.failure,
                        reference: asked.reference,
                    };
                    let done = incidents::create(work, &record, fields.wrong()).await?;
                    Ok(v1::CreateIncidentResponse { incident: Some(told(work, done).await?) })
                })
            },
        )
        .await
    }

    async fn get_incident(&self, request: Request<v1::GetIncidentRequest>) -> Wire<v1::GetIncidentResponse> {
        self.look(request, |look, r: v1::GetIncidentRequest| {
            Box::pin(async move {
                let (row, hits) = incidents::get(look, &code_of("name", &r.name, "incidents")?).await?;
                let effect = incidents::effect(look, &row, &hits).await?;
                let dossiers = incidents::linked_within(&look.door, &hits, &look.context.scope).await?;
                let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
                Ok(v1::GetIncidentResponse {
                    incident: Some(incident(&look.rules, row, &hits, &dossiers)),
                    effect: Some(v1::IncidentEffect {
                        hit: count(effect.hit),
                        late: count(effect.late),
                        overdue: count(effect.overdue),
                    }),
                })
            })
        })
        .await
    }

    async fn list_incidents(
        &self,
        request: Request<v1::ListIncidentsRequest>,
    ) -> Wire<v1::ListIncidentsResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("from_at", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = incidents::list(look, listing.query.clone()).await?;
                let rows = page.rows.into_iter();
                Ok(v1::ListIncidentsResponse {
                    incidents: rows.map(|(row, hits)| incident(&look.rules, row, &hits, &[])).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    async fn close_incident(
        &self,
        request: Request<v1::CloseIncidentRequest>,
    ) -> Wire<v1::CloseIncidentResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CloseIncidentRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let code = fields.code("name", &r.name, "incidents");
                    let to_at = fields.instant_or_none("to_at", r.to_at);
                    fields.done()?;
                    let done = incidents::close(work, &code, &r.etag, to_at).await?;
                    Ok(v1::CloseIncidentResponse { incident: Some(told(work, done).await?) })
                })
            },
        )
        .await
    }

    async fn link_incident_dossiers(
        &self,
        request: Request<v1::LinkIncidentDossiersRequest>,
    ) -> Wire<v1::LinkIncidentDossiersResponse> {
        links!(self, request, LinkIncidentDossiersRequest, LinkIncidentDossiersResponse, true)
    }

    async fn unlink_incident_dossiers(
        &self,
        request: Request<v1::UnlinkIncidentDossiersRequest>,
    ) -> Wire<v1::UnlinkIncidentDossiersResponse> {
        links!(self, request, UnlinkIncidentDossiersRequest, UnlinkIncidentDossiersResponse, false)
    }
}
