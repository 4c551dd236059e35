//! Lists: page sizes, sealed page tokens, filters and orders as the contract says them. What a list may be
//! filtered and ordered by is published beside its table; the pages are read by the store.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use prost::Message;
use sha2::Sha256;
use tonic::{Request, Response, Status};

use super::{Front, Limits, status};
use crate::domain::filter::{self, BadFilter, Field, Order, Value};
use crate::domain::permission::Scope;
use crate::pb::v1;
use crate::service::paging::{Cursor, ListQuery, Published};
use crate::service::{Context, Look, Rules, ServiceError, Violation};

/// Bytes of a seal.
const SEAL: usize = 32;

/// What a list's request asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Rows a page.
    pub page_size: i32,
    /// Where it begins.
    pub page_token: &'a str,
    /// Comparisons.
    pub filter: &'a str,
    /// The order.
    pub order_by: &'a str,
}

/// A request for a list. Made by `list_requests!`.
pub trait ListRequest: Message + Clone {
    /// What it asks for.
    fn asked(&self) -> Asked<'_>;
    /// The request but for page size and token: what a token is bound to.
    fn pinned(&self) -> Vec<u8>;
}

macro_rules! list_requests {
    ($($request:ident),+ $(,)?) => {$(
        impl ListRequest for v1::$request {
            fn asked(&self) -> Asked<'_> {
                let (filter, order_by) = (&self.filter, &self.order_by);
                Asked { page_size: self.page_size, page_token: &self.page_token, filter, order_by }
            }

            fn pinned(&self) -> Vec<u8> {
                Self { page_size: 0, page_token: String::new(), ..self.clone() }.encode_to_vec()
            }
        }
    )+};
}

list_requests!(
    ListAuditEntriesRequest,
    ListCalendarsRequest,
    ListCertificatesRequest,
    ListCommitmentsRequest,
    ListDeclaredFiguresRequest,
    ListDocumentsRequest,
    ListContributionsRequest,
    ListDossierEventsRequest,
    ListDossiersRequest,
    ListImportOutcomesRequest,
    ListImportProblemsRequest,
    ListImportsRequest,
    ListIncidentsRequest,
    ListJobsRequest,
    ListKeysRequest,
    ListNoticesRequest,
    ListSnoozesRequest,
    ListOfficialsRequest,
    ListOpinionsRequest,
    ListOutboxRequest,
    ListPaymentsRequest,
    ListPetitionsRequest,
    ListProceduresRequest,
    ListProposalsRequest,
    ListReminderRulesRequest,
    ListReportFormsRequest,
    ListReportsRequest,
    ListSlotsRequest,
    ListSourceNamesRequest,
    ListSuppressionsRequest,
    ListSurveysRequest,
    ListTargetsRequest,
    ListTasksRequest,
    ListTroublesRequest,
    ListUnitsRequest,
);

macro_rules! plain_list_requests {
    ($($request:ident),+ $(,)?) => {$(
        impl ListRequest for v1::$request {
            fn asked(&self) -> Asked<'_> {
                Asked { page_size: self.page_size, page_token: &self.page_token, filter: "", order_by: "" }
            }

            fn pinned(&self) -> Vec<u8> {
                Self { page_size: 0, page_token: String::new(), ..self.clone() }.encode_to_vec()
            }
        }
    )+};
}

// Pages without filter and order of their own.
plain_list_requests!(ListFigureMembersRequest, PreviewRemindersRequest);

/// What a field of a filter refers to: written as a resource name or code, compared by identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// `units/CODE`.
    Unit,
    /// `officials/CODE`.
    Official,
    /// `procedures/CODE`.
    Procedure,
}

/// What a list publishes.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Fields to filter and order by.
    pub published: &'static [Published],
    /// The order where nothing is said: a field, and whether descending.
    pub order: (&'static str, bool),
    /// Fields that refer to other resources.
    pub references: &'static [(&'static str, Reference)],
}

/// A list under way: what to read, and the seal for its next page.
#[derive(Debug)]
pub struct Listing {
    /// What to read.
    pub query: ListQuery,
    seal: Seal,
}

#[derive(Debug, Clone)]
struct Seal(Hmac<Sha256>);

impl Listing {
    /// The token of the page that begins after a row; empty at the end.
    pub fn token(&self, next: Option<&Cursor>) -> Result<String, ServiceError> {
        let Some(cursor) = next else { return Ok(String::new()) };
        let cursor = serde_json::to_vec(cursor).map_err(|e| ServiceError::Internal(e.to_string()))?;
        let mut mac = self.seal.0.clone();
        mac.update(&cursor);
        let mut token = mac.finalize().into_bytes().to_vec();
        token.extend(cursor);
        Ok(URL_SAFE_NO_PAD.encode(token))
    }
}

impl Seal {
    /// Bound to caller, reach, RPC and all of the request but its page.
    fn new(key: &[u8], context: &Context, pinned: &[u8]) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        let root = context.caller.unit_id.unwrap_or_default();
        let (reach, whose) = match &context.scope {
            Scope::All => (b"a", root),
            Scope::Units(_) => (b"u", root),
            Scope::Own(official) => (b"o", *official),
        };
        mac.update(context.caller.key_id.as_bytes());
        mac.update(reach);
        mac.update(whose.as_bytes());
        for part in [context.rpc.as_bytes(), pinned] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Self(mac)
    }

    fn open(&self, token: &str) -> Option<Cursor> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (seal, cursor) = bytes.split_at_checked(SEAL)?;
        let mut mac = self.0.clone();
        mac.update(cursor);
        mac.verify_slice(seal).ok()?;
        serde_json::from_slice(cursor).ok()
    }
}

impl Front {
    /// Reads a page inside one snapshot: `reading` gets the query and seals the token of the next page.
    pub async fn list<Q, A, F>(
        &self,
        request: Request<Q>,
        plan: Plan,
        reading: F,
    ) -> Result<Response<A>, Status>
    where
        Q: ListRequest,
        F: for<'l> FnOnce(&'l Look, Q, &'l Listing) -> BoxFuture<'l, Result<A, ServiceError>> + Send,
    {
        let context = Self::context(&request)?;
        let asked = request.into_inner();
        let read = async {
            let look = self.house.look(context.clone()).await?;
            let listing = listing(&self.page_key, self.limits, &context, &look.rules, &asked, plan)?;
            reading(&look, asked, &listing).await
        };
        read.await.map(Response::new).map_err(|error| status::refuse(&context, error))
    }
}

fn listing<Q: ListRequest>(
    key: &[u8],
    limits: Limits,
    context: &Context,
    rules: &Rules,
    request: &Q,
    plan: Plan,
) -> Result<Listing, ServiceError> {
    let asked = request.asked();
    let fields: Vec<Field> = plan.published.iter().map(|p| p.field).collect();
    let mut wrong = Vec::new();
    let limit = match u64::try_from(asked.page_size) {
        Ok(0) => limits.page_size_default,
        Ok(size) => size.min(limits.page_size_max),
        Err(_) => {
            let (vi, en) = ("page_size không được âm", "page_size can't be negative");
            wrong.push(Violation::new("page_size", "NEGATIVE", vi, en));
            limits.page_size_default
        }
    };
    let mut conditions = filter::parse(asked.filter, &fields).unwrap_or_else(|bad| {
        wrong.push(bad_filter("filter", &bad));
        Vec::new()
    });
    let default = Order { field: plan.order.0, descending: plan.order.1 };
    let order = filter::parse_order(asked.order_by, &fields, default.clone()).unwrap_or_else(|bad| {
        wrong.push(bad_filter("order_by", &bad));
        default
    });
    for condition in &mut conditions {
        let Some((_, reference)) = plan.references.iter().find(|(field, _)| *field == condition.field) else {
            continue;
        };
        if let Value::Text(text) = &condition.value {
            match refer(rules, *reference, text) {
                Ok(id) => condition.value = Value::Text(id),
                Err(violation) => wrong.push(violation),
            }
        }
    }
    let seal = Seal::new(key, context, &request.pinned());
    let mut after = None;
    if !asked.page_token.is_empty() {
        after = seal.open(asked.page_token);
        if after.is_none() {
            wrong.push(Violation::new(
                "page_token",
                "FOREIGN_PAGE_TOKEN",
                "page_token không thuộc về câu hỏi này; giữ nguyên bộ lọc và thứ tự, hoặc đọc lại từ trang đầu",
                "page_token belongs to another question; keep filter and order, or begin with the first page",
            ));
        }
    }
    if wrong.is_empty() {
        Ok(Listing { query: ListQuery { conditions, order, after, limit }, seal })
    } else {
        Err(ServiceError::Invalid(wrong))
    }
}

/// The identity behind a resource name or code.
fn refer(rules: &Rules, reference: Reference, text: &str) -> Result<String, Violation> {
    let (collection, vi, en) = match reference {
        Reference::Unit => ("units/", "cơ quan", "unit"),
        Reference::Official => ("officials/", "cán bộ", "official"),
        Reference::Procedure => ("procedures/", "thủ tục", "procedure"),
    };
    let code = text.strip_prefix(collection).unwrap_or(text);
    let id = match reference {
        Reference::Unit => rules.unit(code).map(|unit| unit.id),
        Reference::Official => rules.officials_by_code.get(code).copied(),
        Reference::Procedure => rules.procedures_by_code.get(code).copied(),
    };
    id.map(|id| id.to_string()).ok_or_else(|| Violation::unknown("filter", code, vi, en))
}

fn bad_filter(field: &str, bad: &BadFilter) -> Violation {
    let (reason, vi) = match bad {
        BadFilter::UnknownField { field, published } => {
            ("UNKNOWN_FIELD", format!("không có trường “{field}”; các trường được dùng: {published}"))
        }
        BadFilter::Syntax(text) => (
            "BAD_SYNTAX",
            format!(
                "không đọc được “{text}”; hãy viết trường = giá trị, nối bằng AND, chữ đặt trong ngoặc kép"
            ),
        ),
        BadFilter::Value { field, value, .. } => {
            ("BAD_VALUE", format!("{field}: giá trị “{value}” không đúng kiểu của trường"))
        }
    };
    Violation::new(field, reason, vi, bad.to_string())
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
