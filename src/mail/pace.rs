//! How fast mails follow one another to a server that takes only so many in a minute. Over all connections of this
//! process; two that deliver have each a pace of their own.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// The turns of mails, evenly apart.
#[derive(Debug, Default)]
pub(super) struct Pace {
    pause: Option<Duration>,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// So many in a minute; 0: no pace.
    pub fn of(per_minute: u32) -> Self {
        Self { pause: (per_minute > 0).then(|| Duration::from_mins(1) / per_minute), next: Mutex::default() }
    }

    /// Waits for the next turn.
    pub async fn take_turn(&self) {
        if let Some(turn) = self.turn(Instant::now()).await {
            sleep_until(turn).await;
        }
    }

    /// When one who asks now has its turn. No time is saved up: after a pause mails don't come in a heap.
    async fn turn(&self, now: Instant) -> Option<Instant> {
        let pause = self.pause?;
        let mut next = self.next.lock().await;
        let turn = next.map_or(now, |at| at.max(now));
        *next = Some(turn + pause);
        Some(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_are_evenly_apart_and_none_is_saved_up() {
        let (pace, began) = (Pace::of(20), Instant::now());
        let mut turns = Vec::new();
        for asked_at in [0, 0, 1, 4, 60, 60, 61] {
            let turn = pace.turn(began + Duration::from_secs(asked_at)).await.expect("there is a pace");
            turns.push((turn - began).as_secs());
        }
        assert_eq!(turns, [0, 3, 6, 9, 60, 63, 66]);
        assert_eq!(Pace::of(0).turn(began).await, None);
    }
}
