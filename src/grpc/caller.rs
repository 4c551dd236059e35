//! The doorkeeper: a layer before all services that reads the caller's key, holds it against the rights of
//! the RPC, settles how far the call reaches, reads the office clock once, and hands a
//! [`Context`] on. Health and reflection, which have no rights in the contract, are open.

use std::task::{Context as Waker, Poll};
use std::time::Instant;

use futures_util::future::BoxFuture;
use tonic::codegen::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION};
use tonic::codegen::http::{HeaderMap, HeaderName, Request, Response};
use tonic::{Code, Status};
use tower::{Layer, Service};
use uuid::Uuid;

use super::{Front, Right, status};
use crate::domain::permission::{Caller, Reach, Role, Scope};
use crate::service::{Context, Rules, keys};

/// Puts the doorkeeper before services.
#[derive(Debug, Clone)]
pub struct Door {
    front: Front,
}

impl Door {
    /// Of that front door.
    pub fn new(front: Front) -> Self {
        Self { front }
    }
}

impl<S> Layer<S> for Door {
    type Service = Keeper<S>;

    fn layer(&self, inner: S) -> Keeper<S> {
        Keeper { inner, front: self.front.clone() }
    }
}

/// A service behind the doorkeeper.
#[derive(Debug, Clone)]
pub struct Keeper<S> {
    inner: S,
    front: Front,
}

impl<S, B, A> Service<Request<B>> for Keeper<S>
where
    S: Service<Request<B>, Response = Response<A>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    A: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, waker: &mut Waker<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(waker)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The clone may not be ready: the one that was asked goes on.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let front = self.front.clone();
        let right = front.rights.of(request.uri().path()).cloned();
        let card = Card::read(request.headers());
        Box::pin(async move {
            let Some(right) = right else { return inner.call(request).await };
            let (rpc, began) = (right.rpc.clone(), Instant::now());
            let answer = match admit(&front, right, card).await {
                Ok(context) => {
                    request.extensions_mut().insert(context);
                    inner.call(request).await?
                }
                Err(status) => status.into_http(),
            };
            front.house.meter.rpc(&rpc, &code(answer.headers()), began.elapsed());
            Ok(answer)
        })
    }
}

/// The gRPC code with which an answer begins. Refusals have theirs at the head; one that breaks off later has it behind
/// its body, and counts as it began.
fn code(headers: &HeaderMap) -> String {
    let said = headers.get("grpc-status").map_or(Code::Ok, |value| Code::from_bytes(value.as_bytes()));
    format!("{said:?}")
}

/// What a caller shows at the door.
struct Card {
    secret: Option<String>,
    language: &'static str,
}

impl Card {
    fn read(headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let secret = text(AUTHORIZATION).and_then(|value| {
            let (scheme, secret) = value.trim().split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim().to_owned())
        });
        let english =
            text(ACCEPT_LANGUAGE).is_some_and(|value| value.trim().to_ascii_lowercase().starts_with("en"));
        Self { secret: secret.filter(|s| !s.is_empty()), language: if english { "en" } else { "vi" } }
    }
}

async fn admit(front: &Front, right: Right, card: Card) -> Result<Context, Status> {
    let now = front.house.world.office.now();
    let Some(secret) = card.secret else {
        if right.open {
            let caller = anybody(card.language);
            return Ok(Context { caller, scope: Scope::All, rpc: right.rpc, now });
        }
        return Err(status::unauthenticated("MISSING_KEY", card.language));
    };
    let entered = keys::enter(&front.house, &secret, card.language).await;
    let (caller, rules) = entered
        .map_err(|error| status::status(error, &right.rpc, card.language))?
        .ok_or_else(|| status::unauthenticated("UNKNOWN_KEY", card.language))?;
    let allowed: Vec<Role> = caller.roles.iter().copied().filter(|role| right.roles.contains(role)).collect();
    if allowed.is_empty() && !right.open {
        return Err(status::forbidden(&right, &caller.language));
    }
    let scope = scope(&caller, right.reach, &allowed, &rules);
    Ok(Context { caller, scope, rpc: right.rpc, now })
}

fn anybody(language: &str) -> Caller {
    Caller {
        label: "anybody".to_owned(),
        key_id: Uuid::nil(),
        official_id: None,
        unit_id: None,
        roles: Vec::new(),
        language: language.to_owned(),
    }
}

/// How far a call reaches. `allowed` are the caller's roles among those that the RPC asks for.
fn scope(caller: &Caller, reach: Reach, allowed: &[Role], rules: &Rules) -> Scope {
    let subtree = || caller.unit_id.map_or(Scope::All, |root| Scope::Units(rules.units.subtree(root)));
    match reach {
        Reach::All => Scope::All,
        // An officer without an official holds nothing.
        Reach::OwnWork if allowed == [Role::Officer] => Scope::Own(caller.official_id.unwrap_or(Uuid::nil())),
        Reach::OwnWork | Reach::UnitSubtree => subtree(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_is_read_leniently_in_form_only() {
        let card = |auth: &str, language: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, auth.parse().expect("a header"));
            headers.insert(ACCEPT_LANGUAGE, language.parse().expect("a header"));
            let card = Card::read(&headers);
            (card.secret, card.language)
        };
        assert_eq!(card("Bearer abc", "en-GB,vi;q=0.5"), (Some("abc".to_owned()), "en"));
        assert_eq!(card("bearer  abc ", "vi"), (Some("abc".to_owned()), "vi"));
        assert_eq!(card("Basic abc", "de"), (None, "vi"));
        assert_eq!(card("abc", ""), (None, "vi"));
        assert_eq!(card("Bearer ", ""), (None, "vi"));
    }

    #[test]
    fn own_work_binds_only_those_who_are_officers_alone() {
        let unit = Uuid::from_u128(7);
        let official = Uuid::from_u128(9);
        let mut caller = Caller { unit_id: Some(unit), official_id: Some(official), ..anybody("vi") };
        let rules = Rules::default();
        let subtree = Scope::Units([unit].into());
        assert_eq!(scope(&caller, Reach::OwnWork, &[Role::Officer], &rules), Scope::Own(official));
        assert_eq!(scope(&caller, Reach::OwnWork, &[Role::Officer, Role::Head], &rules), subtree);
        assert_eq!(scope(&caller, Reach::UnitSubtree, &[Role::Officer], &rules), subtree);
        assert_eq!(scope(&caller, Reach::All, &[Role::Officer], &rules), Scope::All);
        caller.unit_id = None;
        assert_eq!(scope(&caller, Reach::UnitSubtree, &[Role::Clerk], &rules), Scope::All);
        caller.official_id = None;
        assert_eq!(scope(&caller, Reach::OwnWork, &[Role::Officer], &rules), Scope::Own(Uuid::nil()));
    }
}
