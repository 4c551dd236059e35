//! UnitService: the tree of units over time.

use chrono::NaiveDate;
use tonic::{Request, Response, Status};

use super::convert::{
    Fields, code_of, judge_by, judge_by_word, timestamp, unit_name, unit_name_or_empty, unspecified,
    wire_date,
};
use super::{Front, Plan, Reference};
use crate::domain::dossier::JudgeBy;
use crate::pb::v1;
use crate::pb::v1::unit_service_server::UnitService;
use crate::service::units::{
    self, Abolish, Merge, NewUnit, PUBLISHED, Rename, SetJudgeBy, Split, Step, Successor, UnitView,
};
use crate::service::{Rules, ServiceError};

const PLAN: Plan =
    Plan { published: &PUBLISHED, order: ("code", false), references: &[("parent", Reference::Unit)] };

fn edge(rules: &Rules, step: &Step) -> v1::UnitEdge {
    let change = match step.kind.as_str() {
        "rename" => v1::UnitChange::Rename,
        "merge" => v1::UnitChange::Merge,
        "split" => v1::UnitChange::Split,
        "abolish" => v1::UnitChange::Abolish,
        _ => v1::UnitChange::Unspecified,
    };
    v1::UnitEdge { unit: unit_name(rules, step.unit_id), on: Some(wire_date(step.on)), change: change.into() }
}

fn wire(rules: &Rules, view: &UnitView) -> v1::Unit {
    let row = &view.row;
    let name = if row.valid_to.is_none() { unit_name(rules, row.id) } else { format!("units/{}", row.id) };
    let judging = rules.judging_for(row.id, view.as_of);
    v1::Unit {
        name,
        uid: row.id.to_string(),
        code: row.code.clone(),
        display_name: row.name.clone(),
        kind: row.kind.clone(),
        parent: unit_name_or_empty(rules, row.parent_id),
        valid_from: Some(wire_date(row.valid_from)),
        valid_to: row.valid_to.map(wire_date),
        predecessors: view.predecessors.iter().map(|step| edge(rules, step)).collect(),
        successors: view.successors.iter().map(|step| edge(rules, step)).collect(),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
        judge_by: judge_by(judging.judge_by).into(),
        judge_by_from: judging.said.map(|(unit, _)| unit_name(rules, unit)).unwrap_or_default(),
        judge_by_settings: rules
            .judging
            .get(&row.id)
            .map(|own| own.iter().copied().map(setting).collect())
            .unwrap_or_default(),
    }
}

fn setting((from, said): (NaiveDate, JudgeBy)) -> v1::JudgeBySetting {
    v1::JudgeBySetting { effective_on: Some(wire_date(from)), judge_by: judge_by(said).into() }
}

/// A unit to create. Where its first day follows from the change, none is asked for.
fn new_unit(fields: &mut Fields, at: &str, unit: v1::Unit, dated: bool) -> NewUnit {
    let first = format!("{at}.valid_from");
    NewUnit {
        parent: fields.code_or_empty(&format!("{at}.parent"), &unit.parent, "units"),
        valid_from: if dated { fields.date(&first, unit.valid_from) } else { units::FROM_THE_BEGINNING },
        code: unit.code,
        name: unit.display_name,
        kind: unit.kind,
    }
}

fn rename(request: v1::RenameUnitRequest) -> Result<Rename, ServiceError> {
    let mut fields = Fields::new();
    let change = Rename {
        key: fields.code("name", &request.name, "units"),
        on: fields.date("on", request.on),
        parent: request.parent.as_deref().map(|name| fields.code_or_empty("parent", name, "units")),
        name: request.display_name,
        code: request.code,
        kind: request.kind,
        etag: request.etag,
    };
    fields.done()?;
    Ok(change)
}

fn merge(request: v1::MergeUnitsRequest) -> Result<Merge, ServiceError> {
    let mut fields = Fields::new();
    let names = request.names.iter().enumerate();
    let keys = names.map(|(i, name)| fields.code(&format!("names[{i}]"), name, "units")).collect();
    let successor = if request.successor.is_empty() {
        let unit = fields.message("new_unit", request.new_unit);
        Successor::New(new_unit(&mut fields, "new_unit", unit, false))
    } else {
        Successor::Standing(fields.code("successor", &request.successor, "units"))
    };
    let change = Merge { keys, successor, on: fields.date("on", request.on) };
    fields.done()?;
    Ok(change)
}

fn split(request: v1::SplitUnitRequest) -> Result<Split, ServiceError> {
    let mut fields = Fields::new();
    let news = request.new_units.into_iter().enumerate();
    let change = Split {
        news: news.map(|(i, unit)| new_unit(&mut fields, &format!("new_units[{i}]"), unit, false)).collect(),
        key: fields.code("name", &request.name, "units"),
        continuing_code: fields.text("continuing_unit_code", request.continuing_unit_code),
        on: fields.date("on", request.on),
        etag: request.etag,
    };
    fields.done()?;
    Ok(change)
}

fn judged(request: v1::SetJudgeByRequest) -> Result<SetJudgeBy, ServiceError> {
    let mut fields = Fields::new();
    let said = judge_by_word(request.judge_by());
    if said.is_none() {
        fields.refuse(unspecified("judge_by"));
    }
    let change = SetJudgeBy {
        key: fields.code("name", &request.name, "units"),
        judge_by: said,
        effective_on: fields.date("effective_on", request.effective_on),
        etag: request.etag,
    };
    fields.done()?;
    Ok(change)
}

fn abolish(request: v1::AbolishUnitRequest) -> Result<Abolish, ServiceError> {
    let mut fields = Fields::new();
    let change = Abolish {
        key: fields.code("name", &request.name, "units"),
        successor: fields.code_or_empty("successor", &request.successor, "units"),
        on: fields.date("on", request.on),
        etag: request.etag,
    };
    fields.done()?;
    Ok(change)
}

#[tonic::async_trait]
impl UnitService for Front {
    async fn create_unit(
        &self,
        request: Request<v1::CreateUnitRequest>,
    ) -> Result<Response<v1::CreateUnitResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CreateUnitRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let unit = fields.message("unit", r.unit);
                    let new = new_unit(&mut fields, "unit", unit, true);
                    fields.done()?;
                    let view = units::create(work, new).await?;
                    Ok(v1::CreateUnitResponse { unit: Some(wire(&work.rules, &view)) })
                })
            },
        )
        .await
    }

    async fn get_unit(
        &self,
        request: Request<v1::GetUnitRequest>,
    ) -> Result<Response<v1::GetUnitResponse>, Status> {
        self.look(request, |look, r: v1::GetUnitRequest| {
            Box::pin(async move {
                let mut fields = Fields::new();
                let as_of = fields.date_or_none("as_of", r.as_of);
                fields.done()?;
                let view = units::get(look, &code_of("name", &r.name, "units")?, as_of).await?;
                Ok(v1::GetUnitResponse { unit: Some(wire(&look.rules, &view)) })
            })
        })
        .await
    }

    async fn list_units(
        &self,
        request: Request<v1::ListUnitsRequest>,
    ) -> Result<Response<v1::ListUnitsResponse>, Status> {
        self.list(request, PLAN, |look, r: v1::ListUnitsRequest, listing| {
            Box::pin(async move {
                let mut fields = Fields::new();
                let as_of = fields.date_or_none("as_of", r.as_of);
                fields.done()?;
                let page = units::list(look, &listing.query, as_of).await?;
                Ok(v1::ListUnitsResponse {
                    units: page.rows.iter().map(|view| wire(&look.rules, view)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    async fn rename_unit(
        &self,
        request: Request<v1::RenameUnitRequest>,
    ) -> Result<Response<v1::RenameUnitResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::RenameUnitRequest| {
                Box::pin(async move {
                    let view = units::rename(work, rename(r)?).await?;
                    Ok(v1::RenameUnitResponse { unit: Some(wire(&work.rules, &view)) })
                })
            },
        )
        .await
    }

    async fn merge_units(
        &self,
        request: Request<v1::MergeUnitsRequest>,
    ) -> Result<Response<v1::MergeUnitsResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::MergeUnitsRequest| {
                Box::pin(async move {
                    let view = units::merge(work, merge(r)?).await?;
                    Ok(v1::MergeUnitsResponse { unit: Some(wire(&work.rules, &view)) })
                })
            },
        )
        .await
    }

    async fn split_unit(
        &self,
        request: Request<v1::SplitUnitRequest>,
    ) -> Result<Response<v1::SplitUnitResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::SplitUnitRequest| {
                Box::pin(async move {
                    let views = units::split(work, split(r)?).await?;
                    Ok(v1::SplitUnitResponse {
                        units: views.iter().map(|view| wire(&work.rules, view)).collect(),
                    })
                })
            },
        )
        .await
    }

    async fn set_judge_by(
        &self,
        request: Request<v1::SetJudgeByRequest>,
    ) -> Result<Response<v1::SetJudgeByResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::SetJudgeByRequest| {
                Box::pin(async move {
                    let view = units::set_judge_by(work, judged(r)?).await?;
                    Ok(v1::SetJudgeByResponse { unit: Some(wire(&work.rules, &view)) })
                })
            },
        )
        .await
    }

    async fn abolish_unit(
        &self,
        request: Request<v1::AbolishUnitRequest>,
    ) -> Result<Response<v1::AbolishUnitResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::AbolishUnitRequest| {
                Box::pin(async move {
                    let view = units::abolish(work, abolish(r)?).await?;
                    Ok(v1::AbolishUnitResponse { unit: Some(wire(&work.rules, &view)) })
                })
            },
        )
        .await
    }
}
