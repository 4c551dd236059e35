//! The outside of pure code: time and chance. Everything below takes them as arguments.
//!
//! There are two times. *Office time* dates records, plans and slots; it may stand still or be set,
//! as in a demo of last May. *Lease time* bounds leases and back-off between replicas; it is real
//! everywhere but in tests.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// A source of the present instant, truncated to µs (PostgreSQL keeps no more).
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands until it is set.
#[derive(Debug)]
pub struct StandingClock(AtomicI64);

impl StandingClock {
    /// Standing at that instant.
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self(AtomicI64::new(instant.timestamp_micros()))
    }

    /// Sets it.
    pub fn set(&self, instant: DateTime<Utc>) {
        self.0.store(instant.timestamp_micros(), Ordering::SeqCst);
    }

    /// Moves it on.
    pub fn advance(&self, span: TimeDelta) {
        self.0.fetch_add(span.num_microseconds().unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

/// The source of chance: identities and secrets.
#[derive(Debug)]
pub struct Entropy(Mutex<StdRng>);

impl Entropy {
    /// From the machine's randomness.
    pub fn real() -> Self {
        let mut seed = [0_u8; 32];
        seed[..16].copy_from_slice(random_half().as_slice());
        seed[16..].copy_from_slice(random_half().as_slice());
        Self(Mutex::new(StdRng::from_seed(seed)))
    }

    /// The same sequence each time: for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// A time-ordered identity (UUID version 7) minted at `now`.
    pub fn uuid(&self, now: DateTime<Utc>) -> Uuid {
        let bytes = self.bytes::<10>();
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        let mut rng = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        rng.fill_bytes(&mut bytes);
        bytes
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's randomness")]
fn random_half() -> [u8; 16] {
    let mut bytes = [0_u8; 16];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// Time and chance of one house.
#[derive(Debug, Clone)]
pub struct World {
    /// Dates records, plans and slots.
    pub office: Arc<dyn Clock>,
    /// Bounds leases and back-off.
    pub lease: Arc<dyn Clock>,
    /// Identities and secrets.
    pub entropy: Arc<Entropy>,
}

impl World {
    /// The real one.
    pub fn real() -> Self {
        Self { office: Arc::new(RealClock), lease: Arc::new(RealClock), entropy: Arc::new(Entropy::real()) }
    }

    /// Office time stands at an instant, the rest is real: the demo's world.
    pub fn standing(at: DateTime<Utc>) -> Self {
        Self { office: Arc::new(StandingClock::at(at)), ..Self::real() }
    }
}
