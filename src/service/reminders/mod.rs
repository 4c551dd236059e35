//! Reminders: which notices fell due, who is told, and what a digest says. Mails leave elsewhere.

mod anew;
mod copies;
mod deciding;
mod digest;
mod enclosing;
mod grace;
mod history;
mod lists;
mod older;
mod planning;
mod playing;
mod preview;
mod reach;
mod reason;
mod rules;
mod sending;
mod sense;
mod snoozing;
mod sources;
mod truth;
mod unheard;

pub use anew::{Composed, Left, Moment, anew};
pub use deciding::Wait;
pub use enclosing::written;
pub use lists::list_notices;
pub use older::Older;
pub use planning::plan;
pub use playing::Ahead;
pub use preview::{PlannedNotice, PreviewAsk, preview};
pub use reason::Reason;
pub use rules::{RuleChange, RuleDraft, create_rule, list_rules, update_rule};
pub use sending::{Round, Told, send};
pub use snoozing::{SnoozeAsk, end_snooze, list_snoozes, snooze};

pub use crate::store::notices::{NoticeRow, PUBLISHED as PUBLISHED_NOTICES, ToldNotice};
pub use crate::store::reminder_rules::{PUBLISHED as PUBLISHED_RULES, RuleRow};
pub use crate::store::snoozes::{PUBLISHED as PUBLISHED_SNOOZES, SnoozeRow};
