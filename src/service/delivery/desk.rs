//! The desk at which the connections to the mail server ask for what is written down: that a mail's turn has come, and how
//! an attempt ended. What is asked while other things are being written is written with them, in one commit; who asks
//! waits for it before it goes on. So a mail is sealed just before it leaves, and what a crash makes leave twice is at most
//! one mail a connection.

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;

use super::super::House;
use super::super::error::ServiceError;
use super::drafting::Turn;
use super::finishing::finish_in;
use super::sealing::{Sealed, make_ready};
use super::{Attempt, Batch, Fate};
use crate::mail::{DeliveryError, Taken};

/// What is written in one commit, at most.
const TOGETHER: usize = 64;

/// Where it is asked, until all of it are dropped.
#[derive(Clone)]
pub(super) struct Desk {
    asked: UnboundedSender<Asked>,
}

/// What was asked and isn't written yet.
pub(super) struct Work {
    asked: UnboundedReceiver<Asked>,
}

type Answer<T> = oneshot::Sender<Result<T, ServiceError>>;

enum Asked {
    /// The turn of a mail has come.
    Turn(Box<Turn>, Answer<Sealed>),
    /// An attempt ended.
    End(Box<(Attempt, Result<Taken, DeliveryError>)>, Answer<Fate>),
}

enum Written {
    Turn(Sealed),
    End(Fate),
}

impl Desk {
    /// Opens one, with what is asked at it.
    pub fn open() -> (Self, Work) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self { asked: sender }, Work { asked: receiver })
    }

    /// The Message-ID and bytes of a mail whose turn has come; or its fate, where it isn't sent.
    pub async fn make_ready(&self, turn: Turn) -> Result<Sealed, ServiceError> {
        let (answer, ready) = oneshot::channel();
        self.ask(Asked::Turn(Box::new(turn), answer))?;
        ready.await.map_err(|_| gone())?
    }

    /// Has the end of an attempt recorded.
    pub async fn hand_in(
        &self,
        attempt: Attempt,
        outcome: Result<Taken, DeliveryError>,
    ) -> Result<Fate, ServiceError> {
        let (answer, recorded) = oneshot::channel();
        self.ask(Asked::End(Box::new((attempt, outcome)), answer))?;
        recorded.await.map_err(|_| gone())?
    }

    fn ask(&self, asked: Asked) -> Result<(), ServiceError> {
        self.asked.send(asked).map_err(|_| gone())
    }
}

fn gone() -> ServiceError {
    ServiceError::Internal("nobody is at the desk of the deliverer".to_owned())
}

impl Work {
    /// Does it until the desk is gone. One transaction after the other, on PostgreSQL too: what is asked meanwhile comes
    /// together in the next one, and fewer and larger ones cost less than two at a time.
    pub async fn until_closed(mut self, house: &House, batch: &Batch) {
        let mut asked = Vec::new();
        loop {
            let found = self.asked.recv_many(&mut asked, TOGETHER).await;
            if found == 0 {
                return;
            }
            if asked.len() > 1
                && let Ok(written) = together(house, batch, &asked).await
            {
                for (asked, written) in asked.drain(..).zip(written) {
                    asked.answer(Ok(written));
                }
                continue;
            }
            // Whatever it was that one of several met, the others don't share it.
            for asked in asked.drain(..) {
                let written = together(house, batch, std::slice::from_ref(&asked)).await;
                let only = |mut all: Vec<Written>| all.pop().ok_or_else(gone);
                asked.answer(written.and_then(only));
            }
        }
    }
}

impl Asked {
    /// Who asked may be gone: written it is all the same.
    fn answer(self, written: Result<Written, ServiceError>) {
        match (self, written) {
            (Self::Turn(_, answer), Ok(Written::Turn(sealed))) => drop(answer.send(Ok(sealed))),
            (Self::End(_, answer), Ok(Written::End(fate))) => drop(answer.send(Ok(fate))),
            (Self::Turn(_, answer), written) => drop(answer.send(Err(written.err().unwrap_or_else(gone)))),
            (Self::End(_, answer), written) => drop(answer.send(Err(written.err().unwrap_or_else(gone)))),
        }
    }
}

async fn together(house: &House, batch: &Batch, asked: &[Asked]) -> Result<Vec<Written>, ServiceError> {
    let (mut ends, mut turns) = (Vec::new(), Vec::new());
    for asked in asked {
        match asked {
            Asked::Turn(turn, _) => turns.push(&**turn),
            Asked::End(ended, _) => ends.push((&ended.0, &ended.1)),
        }
    }
    let tx = house.store.begin().await?;
    let mut fates = Box::pin(finish_in(house, &tx, batch, &ends)).await?.into_iter();
    let mut ready = Box::pin(make_ready(house, &tx, &turns)).await?.into_iter();
    tx.commit().await?;
    let written = asked.iter().map(|asked| match asked {
        Asked::Turn(..) => ready.next().map(Written::Turn),
        Asked::End(..) => fates.next().map(Written::End),
    });
    written.collect::<Option<Vec<_>>>().ok_or_else(gone)
}
