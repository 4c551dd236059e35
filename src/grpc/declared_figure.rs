//! DeclaredFigureService: figures that persons declare, and their corrections.

use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, official_name, timestamp, unit_name, unit_name_or_empty, wire_date};
use super::{Front, Plan};
use crate::domain::record::DeclaredRecord;
use crate::pb::v1;
use crate::pb::v1::declared_figure_service_server::DeclaredFigureService;
use crate::service::Rules;
use crate::service::declared_figures::{self, DeclaredRow, PUBLISHED};

type Wire<T> = Result<Response<T>, Status>;

/// The words of measures in tables and files.
const MEASURES: [(v1::DeclaredMeasure, &str); 4] = [
    (v1::DeclaredMeasure::Unspecified, ""),
    (v1::DeclaredMeasure::Count, "count"),
    (v1::DeclaredMeasure::Vnd, "vnd"),
    (v1::DeclaredMeasure::Percent, "percent"),
];

/// The word of a measure; empty where it isn't said.
pub(super) fn measure_word(measure: v1::DeclaredMeasure) -> &'static str {
    MEASURES.iter().find(|(wire, _)| *wire == measure).map_or("", |(_, word)| word)
}

/// A version for the wire.
pub(super) fn declared_figure(rules: &Rules, row: DeclaredRow) -> v1::DeclaredFigure {
    let measure = MEASURES.iter().find(|(_, word)| *word == row.measure).map(|(wire, _)| *wire);
    let office = rules.officials.get(&row.declared_by_id).map(|official| official.unit_id);
    v1::DeclaredFigure {
        name: format!("declaredFigures/{}", row.code),
        uid: row.id.to_string(),
        code: row.code,
        revision: row.revision,
        unit: unit_name_or_empty(rules, row.unit_id),
        group: row.unit_group.unwrap_or_default(),
        indicator: row.indicator,
        measure: measure.unwrap_or_default().into(),
        value: Some(row.value),
        numerator: row.numerator,
        denominator: row.denominator,
        period: Some(v1::DateRange {
            from_on: Some(wire_date(row.from_on)),
            to_on: Some(wire_date(row.to_on)),
        }),
        source: row.source,
        file_name: row.file_name,
        file_sha256: row.file_sha256,
        declared_by: official_name(rules, Some(row.declared_by_id)),
        declared_by_unit: office.map(|unit| unit_name(rules, unit)).unwrap_or_default(),
        declared_on: Some(wire_date(row.declared_on)),
        reason: row.reason,
        create_time: Some(timestamp(row.created_at)),
        supersede_time: row.superseded_at.map(timestamp),
        etag: row.revision.to_string(),
    }
}

/// What a request declares; the code is the caller's to settle.
fn record(fields: &mut Fields, asked: v1::DeclaredFigure) -> DeclaredRecord {
    let period = asked.period.unwrap_or_default();
    DeclaredRecord {
        measure: measure_word(asked.measure()).to_owned(),
        unit_code: fields.code_or_empty("declared_figure.unit", &asked.unit, "units"),
        declared_by: fields.code_or_empty("declared_figure.declared_by", &asked.declared_by, "officials"),
        from_on: fields.date_or_none("declared_figure.period.from_on", period.from_on),
        to_on: fields.date_or_none("declared_figure.period.to_on", period.to_on),
        declared_on: fields.date_or_none("declared_figure.declared_on", asked.declared_on),
        code: asked.code,
        indicator: asked.indicator,
        value: asked.value,
        numerator: asked.numerator,
        denominator: asked.denominator,
        group: asked.group,
        source: asked.source,
        file_name: asked.file_name,
        file_sha256: asked.file_sha256,
    }
}

#[tonic::async_trait]
impl DeclaredFigureService for Front {
    async fn create_declared_figure(
        &self,
        request: Request<v1::CreateDeclaredFigureRequest>,
    ) -> Wire<v1::CreateDeclaredFigureResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CreateDeclaredFigureRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = fields.message("declared_figure", r.declared_figure);
                    let record = record(&mut fields, asked);
                    let row = declared_figures::create(work, &record, fields.wrong()).await?;
                    let figure = declared_figure(&work.rules, row);
                    Ok(v1::CreateDeclaredFigureResponse { declared_figure: Some(figure) })
                })
            },
        )
        .await
    }

    async fn get_declared_figure(
        &self,
        request: Request<v1::GetDeclaredFigureRequest>,
    ) -> Wire<v1::GetDeclaredFigureResponse> {
        self.look(request, |look, r: v1::GetDeclaredFigureRequest| {
            Box::pin(async move {
                let code = code_of("name", &r.name, "declaredFigures")?;
                let revision = Some(r.revision).filter(|number| *number != 0);
                let row = declared_figures::get(look, &code, revision).await?;
                let figure = declared_figure(&look.rules, row);
                Ok(v1::GetDeclaredFigureResponse { declared_figure: Some(figure) })
            })
        })
        .await
    }

    async fn list_declared_figures(
        &self,
        request: Request<v1::ListDeclaredFiguresRequest>,
    ) -> Wire<v1::ListDeclaredFiguresResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("code", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = declared_figures::list(look, listing.query.clone()).await?;
                let rows = page.rows.into_iter();
                Ok(v1::ListDeclaredFiguresResponse {
                    declared_figures: rows.map(|row| declared_figure(&look.rules, row)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    async fn correct_declared_figure(
        &self,
        request: Request<v1::CorrectDeclaredFigureRequest>,
    ) -> Wire<v1::CorrectDeclaredFigureResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CorrectDeclaredFigureRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = r.declared_figure.unwrap_or_default();
                    let code = code_of("declared_figure.name", &asked.name, "declaredFigures")?;
                    let record = DeclaredRecord { code, ..record(&mut fields, asked) };
                    let wrong = fields.wrong();
                    let row = declared_figures::correct(work, &record, &r.etag, &r.reason, wrong).await?;
                    let figure = declared_figure(&work.rules, row);
                    Ok(v1::CorrectDeclaredFigureResponse { declared_figure: Some(figure) })
                })
            },
        )
        .await
    }
}
