//! A line to the front door without a network: clients call the routes of a house at a standing office time.

use std::sync::Arc;

use bonro::grpc::{Front, create_key};
use bonro::pb::v1;
use bonro::service::House;
use bonro::store::{Pool, Store};
use bonro::world::{Entropy, StandingClock, World};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::interceptor::InterceptedService;
use tonic::service::{Interceptor, Routes};
use tonic::{Request, Status};

/// A house with its front door.
pub struct Line {
    /// The house.
    pub house: House,
    /// Its office time.
    pub clock: Arc<StandingClock>,
    routes: Routes,
}

/// Puts a key and a language on every request.
#[derive(Clone)]
pub struct Bearer {
    key: Option<MetadataValue<Ascii>>,
    language: &'static str,
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(key) = &self.key {
            request.metadata_mut().insert("authorization", key.clone());
        }
        request.metadata_mut().insert("accept-language", MetadataValue::from_static(self.language));
        Ok(request)
    }
}

/// What a generated client is made of: `UnitServiceClient::new(line.call(&key))`.
pub type Call = InterceptedService<Routes, Bearer>;

impl Line {
    /// Opens the house upon a migrated database, at noon (UTC) of a day in May 2024.
    pub async fn open(url: &str) -> Self {
        let clock = Arc::new(StandingClock::at("2024-05-15T05:00:00Z".parse().expect("an instant")));
        let world =
            World { office: clock.clone(), lease: clock.clone(), entropy: Arc::new(Entropy::seeded(7)) };
        let store = Store::connect(url, Pool::default()).await.expect("the archive opens");
        let house = House::new(store, world);
        let front = Front::new(house.clone(), None).await.expect("the front door opens");
        let (routes, _health) = front.routes().await.expect("the services are served");
        Self { house, clock, routes }
    }

    /// A new key: its roles, the official for whom it speaks, and the unit that bounds it (codes, or empty).
    pub async fn key(&self, roles: &[v1::Role], official: &str, unit: &str) -> String {
        let named = |collection: &str, code: &str| {
            if code.is_empty() { String::new() } else { format!("{collection}/{code}") }
        };
        let key = v1::Key {
            label: "test".to_owned(),
            roles: roles.iter().map(|role| (*role).into()).collect(),
            official: named("officials", official),
            unit: named("units", unit),
            ..v1::Key::default()
        };
        create_key(&self.house, key).await.expect("a key is made").secret
    }

    /// Calls with a key, in English.
    pub fn call(&self, key: &str) -> Call {
        self.call_in(key, "en")
    }

    /// Calls with a key, in a language.
    pub fn call_in(&self, key: &str, language: &'static str) -> Call {
        let key = (!key.is_empty()).then(|| format!("Bearer {key}").parse().expect("a key is ASCII"));
        InterceptedService::new(self.routes.clone(), Bearer { key, language })
    }
}
