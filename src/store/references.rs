//! What refers to what: where records name units, officials, procedures and others, so that none is taken away
//! that somebody still needs. Nothing here knows why it is asked.

use sea_orm::sea_query::{Alias, Cond, Expr, JoinType, Query, SelectStatement, SimpleExpr};
use sea_orm::{ConnectionTrait, ExprTrait};
use uuid::Uuid;

use super::entity::import_row;
use super::{Door, StoreError};

/// What may be referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Referred {
    /// A unit.
    Unit,
    /// An official.
    Official,
    /// A version of a calendar.
    Calendar,
    /// A procedure.
    Procedure,
    /// A version of a procedure.
    ProcedureVersion,
    /// A task.
    Task,
}

/// A record that refers to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    /// To which.
    pub to: Uuid,
    /// What it is, in Vietnamese and English.
    pub what: (&'static str, &'static str),
    /// Its code, or what else it is known by.
    pub name: String,
}

/// Which rows of a table count.
#[derive(Clone, Copy)]
enum Living {
    All,
    /// The column is NULL.
    Unset(&'static str),
    /// The column isn't NULL.
    Set(&'static str),
    /// The flag isn't set.
    Not(&'static str),
    /// The column holds this word.
    Is(&'static str, &'static str),
    /// Dossiers whose receipt wasn't taken back.
    Received,
}

/// A column that refers.
struct Place {
    table: &'static str,
    column: &'static str,
    /// Ids in a text, separated by commas.
    list: bool,
    living: Living,
    /// The column that tells which record of an import it would be.
    owner: &'static str,
    /// The column that it is known by.
    name: &'static str,
    /// Where another record has that column: which one, and its table.
    of: Option<(&'static str, &'static str)>,
    what: (&'static str, &'static str),
}

const fn place(
    table: &'static str,
    column: &'static str,
    living: Living,
    name: &'static str,
    what: (&'static str, &'static str),
) -> Place {
    Place { table, column, list: false, living, owner: "id", name, of: None, what }
}

/// A row that belongs to a record of another table, by which it is known.
const fn part(
    table: &'static str,
    column: &'static str,
    living: Living,
    of: (&'static str, &'static str),
    what: (&'static str, &'static str),
) -> Place {
    Place { table, column, list: false, living, owner: "id", name: "code", of: Some(of), what }
}

const DOSSIER: (&str, &str) = ("hồ sơ", "dossier");
const TASK: (&str, &str) = ("nhiệm vụ", "task");
const UNIT: (&str, &str) = ("cơ quan", "unit");
const OFFICIAL: (&str, &str) = ("công chức", "official");
const PROCEDURE: (&str, &str) = ("thủ tục", "procedure");
const DECLARED: (&str, &str) = ("số liệu khai báo", "declared figure");
const INCIDENT: (&str, &str) = ("sự cố", "incident");
const KEY: (&str, &str) = ("khóa truy cập", "key");
const NAME: (&str, &str) = ("tên đã quyết định của nguồn", "decided name of a source");

const TO_UNIT: &[Place] = &[
    place("unit", "parent_id", Living::Unset("withdrawn_at"), "code", UNIT),
    part("unit_edge", "to_unit_id", Living::All, ("from_unit_id", "unit"), UNIT),
    part(
        "unit_judging",
        "unit_id",
        Living::All,
        ("unit_id", "unit"),
        ("cách tính hạn của cơ quan", "rule whose date judges, of unit"),
    ),
    place("official", "unit_id", Living::Unset("withdrawn_at"), "code", OFFICIAL),
    part(
        "calendar",
        "unit_id",
        Living::Unset("withdrawn_at"),
        ("unit_id", "unit"),
        ("lịch làm việc của cơ quan", "calendar of unit"),
    ),
    Place {
        owner: "procedure_id",
        ..part(
            "procedure_version",
            "unit_id",
            Living::Not("superseded"),
            ("procedure_id", "procedure"),
            PROCEDURE,
        )
    },
    place("dossier", "unit_id", Living::Received, "code", DOSSIER),
    place("dossier", "continuing_unit_id", Living::Received, "code", DOSSIER),
    place("task", "lead_unit_id", Living::All, "code", TASK),
    Place { list: true, ..place("task", "cooperating_unit_ids", Living::All, "code", TASK) },
    place("petition", "unit_id", Living::All, "code", ("phản ánh, kiến nghị", "petition")),
    place("opinion", "asked_unit_id", Living::All, "code", ("yêu cầu cho ý kiến", "request for an opinion")),
    place("survey", "unit_id", Living::All, "code", ("phiếu đánh giá", "survey")),
    place("payment", "unit_id", Living::All, "code", ("khoản thu", "payment")),
    place("target", "unit_id", Living::All, "code", ("chỉ tiêu", "target")),
    place("declared_figure", "unit_id", Living::All, "code", DECLARED),
    place("incident", "unit_id", Living::All, "code", INCIDENT),
    Place {
        owner: "incident_id",
        ..part(
            "incident_hit",
            "subject_id",
            Living::Is("subject_kind", "unit"),
            ("incident_id", "incident"),
            INCIDENT,
        )
    },
    part(
        "reminder_rule",
        "unit_id",
        Living::Unset("replaced_at"),
        ("unit_id", "unit"),
        ("quy tắc nhắc việc của cơ quan", "reminder rule of unit"),
    ),
    place("api_key", "unit_id", Living::Unset("revoked_at"), "label", KEY),
    place("source_name", "subject_id", Living::Set("decided_at"), "text", NAME),
];

const TO_OFFICIAL: &[Place] = &[
    part(
        "official_absence",
        "official_id",
        Living::All,
        ("official_id", "official"),
        ("đợt nghỉ của công chức", "absence of official"),
    ),
    part(
        "official_absence",
        "stand_in_id",
        Living::All,
        ("official_id", "official"),
        ("đợt nghỉ của công chức", "absence of official"),
    ),
    place("dossier", "holder_id", Living::Received, "code", DOSSIER),
    place("task", "responsible_id", Living::All, "code", TASK),
    place("certificate", "official_id", Living::All, "code", ("chứng thư số", "certificate")),
    place("declared_figure", "declared_by_id", Living::All, "code", DECLARED),
    place("incident", "reported_by_id", Living::All, "code", INCIDENT),
    Place {
        owner: "subject_id", ..place("event", "actor_id", Living::All, "kind", ("sự kiện", "event"))
    },
    place("api_key", "official_id", Living::Unset("revoked_at"), "label", KEY),
    place("source_name", "subject_id", Living::Set("decided_at"), "text", NAME),
];

const TO_CALENDAR: &[Place] = &[place("dossier", "calendar_id", Living::Received, "code", DOSSIER)];

const TO_PROCEDURE: &[Place] = &[
    place("dossier", "procedure_id", Living::Received, "code", DOSSIER),
    place("source_name", "subject_id", Living::Set("decided_at"), "text", NAME),
];

const TO_VERSION: &[Place] = &[place("dossier", "procedure_version_id", Living::Received, "code", DOSSIER)];

const TO_TASK: &[Place] = &[place("task", "parent_id", Living::All, "code", TASK)];

fn places(referred: Referred) -> &'static [Place] {
    match referred {
        Referred::Unit => TO_UNIT,
        Referred::Official => TO_OFFICIAL,
        Referred::Calendar => TO_CALENDAR,
        Referred::Procedure => TO_PROCEDURE,
        Referred::ProcedureVersion => TO_VERSION,
        Referred::Task => TO_TASK,
    }
}

/// Ids a statement.
const CHUNK: usize = 500;

/// The first that refers to one of these, those records aside that an import brought or changed and that aren't
/// undone yet.
pub async fn first(
    door: &impl Door,
    referred: Referred,
    ids: &[Uuid],
    import_id: Uuid,
) -> Result<Option<Referrer>, StoreError> {
    for place in places(referred) {
        for chunk in ids.chunks(CHUNK) {
            if let Some(row) = door.conn().query_one(&place.select(chunk, import_id)).await? {
                let to = if place.list {
                    let listed: String = row.try_get("", "referred")?;
                    chunk.iter().copied().find(|id| listed.contains(&id.to_string())).unwrap_or_default()
                } else {
                    row.try_get("", "referred")?
                };
                return Ok(Some(Referrer { to, what: place.what, name: row.try_get("", "name")? }));
            }
        }
    }
    Ok(None)
}

impl Place {
    fn select(&self, ids: &[Uuid], import_id: Uuid) -> SelectStatement {
        let row = Alias::new("row");
        let col = |name: &'static str| -> SimpleExpr { Expr::col((Alias::new("row"), Alias::new(name))) };
        let own = Query::select()
            .column(import_row::Column::SubjectId)
            .from(import_row::Entity)
            .and_where(Expr::col(import_row::Column::ImportId).eq(import_id))
            .and_where(Expr::col(import_row::Column::Undone).eq(false))
            .and_where(Expr::col(import_row::Column::Result).is_in(["landed", "changed"]))
            .and_where(Expr::col(import_row::Column::SubjectId).is_not_null())
            .take();
        let mut select = Query::select();
        select.expr_as(col(self.column), Alias::new("referred")).from_as(Alias::new(self.table), row);
        if let Some((column, table)) = self.of {
            let of = Alias::new("of");
            let joined = Expr::col((of.clone(), Alias::new("id"))).eq(col(column));
            select.join_as(JoinType::InnerJoin, Alias::new(table), of.clone(), joined);
            select.expr_as(Expr::col((of, Alias::new(self.name))), Alias::new("name"));
        } else {
            select.expr_as(col(self.name), Alias::new("name"));
        }
        if self.list {
            let any =
                ids.iter().fold(Cond::any(), |any, id| any.add(col(self.column).like(format!("%{id}%"))));
            select.cond_where(any);
        } else {
            select.and_where(col(self.column).is_in(ids.iter().copied()));
        }
        select.and_where(col(self.owner).not_in_subquery(own));
        match self.living {
            Living::All => {}
            Living::Unset(column) => {
                select.and_where(col(column).is_null());
            }
            Living::Set(column) => {
                select.and_where(col(column).is_not_null());
            }
            Living::Not(column) => {
                select.and_where(col(column).eq(false));
            }
            Living::Is(column, word) => {
                select.and_where(col(column).eq(word));
            }
            Living::Received => {
                select.and_where(col("flags").not_like("%retracted%"));
            }
        }
        select.order_by(Alias::new("name"), sea_orm::Order::Asc).limit(1).take()
    }
}
