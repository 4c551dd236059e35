//! The demo's mail after its first delivery: what can still leave leaves, and what can't is told. Mail that waits is
//! sent by whoever runs the demo again.

use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};

use super::jobs;
use crate::app::{Running, Unsent};
use crate::cli::connection::Line;
use crate::cli::{output, wire};
use crate::pb::v1 as pb;
use crate::pb::v1::job_service_client::JobServiceClient;

/// Goes on delivering until everything has left or nothing more leaves: the clock of the office stands, so that its
/// slot comes but once, while mails are put off and leased in real time. `before` is what stood before the slot.
pub async fn deliver(
    client: &mut JobServiceClient<Line>,
    house: &Running,
    mut before: Unsent,
) -> anyhow::Result<Unsent> {
    let mut waited = Duration::ZERO;
    loop {
        let unsent = house.unsent().await?;
        // It was tried, and nothing left: whoever asks again later tries again.
        let in_vain = unsent.waiting >= before.waiting && unsent.attempts > before.attempts;
        if unsent.waiting == 0 || in_vain || waited + unsent.due_in > jobs::LONGEST_WAIT {
            return Ok(unsent);
        }
        if unsent.due_in > jobs::PAUSE {
            let seconds = unsent.due_in.as_secs() + 1;
            output::complain(&format!(
                "Chờ {seconds} giây rồi gửi lại {} thư / {} mails are tried again in {seconds} s",
                unsent.waiting, unsent.waiting
            ));
        }
        // A little more than that, so that they are due by every clock.
        let pause = unsent.due_in + jobs::PAUSE / 20;
        tokio::time::sleep(pause).await;
        waited += pause.max(jobs::PAUSE);
        before = unsent;
        let slot_at = free_slot(client).await?;
        jobs::once(client, jobs::DELIVER, slot_at).await?;
    }
}

/// A slot of the deliverer that nobody has had: a second before the first of all. Those of the clock's instant and
/// earlier ones are taken, and later ones lie in the future.
async fn free_slot(client: &mut JobServiceClient<Line>) -> anyhow::Result<DateTime<Utc>> {
    let request = pb::ListSlotsRequest {
        parent: format!("jobs/{}", jobs::DELIVER),
        page_size: 1,
        order_by: "slot_at".to_owned(),
        ..Default::default()
    };
    let first = client.list_slots(request).await?.into_inner().slots.into_iter().next();
    let first = first.and_then(|slot| slot.slot_at).as_ref().and_then(wire::instant);
    Ok(first.context("the deliverer has no slot")? - TimeDelta::seconds(1))
}

/// What hasn't left, for people.
pub fn left(unsent: &Unsent) -> String {
    let mut said = Vec::new();
    if unsent.waiting > 0 {
        said.push(format!("còn {} thư chưa gửi / {} mails wait", unsent.waiting, unsent.waiting));
    }
    if unsent.dead > 0 {
        said.push(format!("{} thư không gửi được / {} mails can't be sent", unsent.dead, unsent.dead));
    }
    said.join("; ")
}

/// What hasn't left, why, and what to do; None where all has.
pub fn told(unsent: &Unsent) -> Option<String> {
    if unsent.waiting + unsent.dead == 0 {
        return None;
    }
    let mut text = format!("Thư / mail: {}", left(unsent));
    if let Some(error) = &unsent.error {
        text = format!("{text}\n  {error}");
    }
    if unsent.waiting > 0 {
        let seconds = unsent.due_in.as_secs() + 1;
        text = format!(
            "{text}\n  Chạy lại cùng lệnh sau {seconds} giây để gửi tiếp / \
             Run the same command again in {seconds} s to send them"
        );
    }
    Some(text)
}
