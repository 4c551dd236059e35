//! Reminders: which notices fell due, who is told, and what a digest says. Mails leave elsewhere.

mod digest;
mod lists;
mod planning;
mod preview;
mod reason;
mod rules;
mod sending;
mod sense;
mod sources;
mod truth;

pub use digest::{digest_of, still_true};
pub use lists::list_notices;
pub use planning::plan;
pub use preview::{Ahead, PlannedNotice, PreviewAsk, preview};
pub use reason::Reason;
pub use rules::{RuleChange, RuleDraft, create_rule, list_rules, update_rule};
pub(crate) use sending::subjects_of;
pub use sending::{Round, Told, send};
pub(crate) use sources::Sources;
pub use truth::stale;

pub use crate::store::notices::{NoticeRow, PUBLISHED as PUBLISHED_NOTICES};
pub use crate::store::reminder_rules::{PUBLISHED as PUBLISHED_RULES, RuleRow};
