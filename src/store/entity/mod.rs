//! The tables as sea-orm sees them: one file a table, plain columns, no relations (joins are written by
//! hand), no words of the trade: those are read and checked at the store's edge.
//!
//! The truth about the tables is in the crate `migrations`; the test below holds the two side by side.

#![expect(missing_docs, reason = "the derives make public items without docs, and a column's name says most")]
#![expect(clippy::struct_excessive_bools, reason = "a row has the flags that its table has")]

pub mod api_key;
pub mod applicant;
pub mod audit;
pub mod calendar;
pub mod calendar_day;
pub mod certificate;
pub mod commitment;
pub mod contribution;
pub mod declared_figure;
pub mod document;
pub mod dossier;
pub mod event;
pub mod figure_cell;
pub mod figure_cut;
pub mod figure_entry;
pub mod house_state;
pub mod import;
pub mod import_problem;
pub mod import_row;
pub mod incident;
pub mod incident_hit;
pub mod job;
pub mod mail_attempt;
pub mod mail_suppression;
pub mod notice;
pub mod official;
pub mod official_absence;
pub mod opinion;
pub mod outbox;
pub mod payment;
pub mod period_report;
pub mod petition;
pub mod procedure;
pub mod procedure_version;
pub mod proposal;
pub mod proposal_mention;
pub mod reconciliation;
pub mod reminder_rule;
pub mod reminder_snooze;
pub mod report;
pub mod report_file;
pub mod report_form;
pub mod report_form_content;
pub mod report_member;
pub mod report_text;
pub mod request_replay;
pub mod sealed_mail;
pub mod slot;
pub mod source;
pub mod source_name;
pub mod source_row;
pub mod survey;
pub mod target;
pub mod task;
pub mod trouble;
pub mod unit;
pub mod unit_edge;
pub mod unit_history;
pub mod unit_judging;
