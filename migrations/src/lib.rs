//! The history of the tables, oldest first.
//!
//! One file a topic, `mYYYYMMDD_NNNNNN_<verb>_<noun>.rs`, here in the order in which they ran. A file that
//! was released never changes: what comes later is a new file. This crate can't see the entities of the
//! house, so history can't follow them by accident; a test of the house holds the two side by side.
//!
//! There is no way down: a wrong step is mended by the next one, and a lost database by its backup.
//!
//! [`Migrator::up`](MigratorTrait::up) takes no lock of its own. On PostgreSQL hold
//! `pg_advisory_xact_lock` around it, or two replicas that start together break one another.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261123_000001_create_units;
mod m20261123_000002_create_officials;
mod m20261123_000003_create_keys;
mod m20261123_000004_create_calendars;
mod m20261123_000005_create_procedures;
mod m20261123_000006_create_applicants;
mod m20261123_000007_create_dossiers;
mod m20261123_000008_create_events;
mod m20261123_000009_create_tasks;
mod m20261123_000010_create_petitions;
mod m20261123_000011_create_documents;
mod m20261123_000012_create_surveys;
mod m20261123_000013_create_payments;
mod m20261123_000014_create_targets;
mod m20261123_000015_create_figures;
mod m20261123_000016_create_house_state;
mod m20261123_000017_create_reminders;
mod m20261123_000018_create_outbox;
mod m20261123_000019_create_jobs;
mod m20261123_000020_create_imports;
mod m20261123_000021_create_requests;
mod m20261123_000022_create_audit;
mod m20261123_000023_create_reports;
mod m20261125_000001_extend_imports;
mod m20261125_000010_create_declared_figures;
mod m20261125_000011_create_incidents;
mod m20261125_000020_create_unit_judging;
mod m20261125_000021_judge_dossiers;
mod m20261125_000030_tell_import_kinds;
mod m20261125_000040_create_reconciliations;
mod m20261125_000050_undo_all_imports;
mod m20261126_000080_watch_troubles;
mod m20261126_000090_explain_differences;
mod m20261128_000060_suppress_addresses;
mod m20261128_000070_version_reminder_rules;
mod m20261128_000072_escalate_reminders;
mod m20261128_000073_snooze_reminders;
mod m20261128_000080_tell_mail_attempts;
mod m20261128_000090_index_calendars;
mod m20261128_000095_follow_mails_of_notices;
mod m20261128_000100_remind_of_others;
mod m20261128_000101_create_opinions;
mod m20261128_000102_create_certificates;
mod m20261128_000110_watch_ages;
mod m20261128_000120_create_issued_reports;
mod m20261128_000130_index_odd_events;
mod m20261128_000140_create_contributions;
mod m20261128_000150_keep_sealed_mails;
mod m20261128_000160_keep_report_forms;
mod m20261128_000170_keep_promises;
mod m20261128_000180_index_other_entries;
mod sheet;

/// Brings a database to the present tables.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_create_units::Migration),
            Box::new(m20261123_000002_create_officials::Migration),
            Box::new(m20261123_000003_create_keys::Migration),
            Box::new(m20261123_000004_create_calendars::Migration),
            Box::new(m20261123_000005_create_procedures::Migration),
            Box::new(m20261123_000006_create_applicants::Migration),
            Box::new(m20261123_000007_create_dossiers::Migration),
            Box::new(m20261123_000008_create_events::Migration),
            Box::new(m20261123_000009_create_tasks::Migration),
            Box::new(m20261123_000010_create_petitions::Migration),
            Box::new(m20261123_000011_create_documents::Migration),
            Box::new(m20261123_000012_create_surveys::Migration),
            Box::new(m20261123_000013_create_payments::Migration),
            Box::new(m20261123_000014_create_targets::Migration),
            Box::new(m20261123_000015_create_figures::Migration),
            Box::new(m20261123_000016_create_house_state::Migration),
            Box::new(m20261123_000017_create_reminders::Migration),
            Box::new(m20261123_000018_create_outbox::Migration),
            Box::new(m20261123_000019_create_jobs::Migration),
            Box::new(m20261123_000020_create_imports::Migration),
            Box::new(m20261123_000021_create_requests::Migration),
            Box::new(m20261123_000022_create_audit::Migration),
            Box::new(m20261123_000023_create_reports::Migration),
            Box::new(m20261125_000001_extend_imports::Migration),
            Box::new(m20261125_000010_create_declared_figures::Migration),
            Box::new(m20261125_000011_create_incidents::Migration),
            Box::new(m20261125_000020_create_unit_judging::Migration),
            Box::new(m20261125_000021_judge_dossiers::Migration),
            Box::new(m20261125_000030_tell_import_kinds::Migration),
            Box::new(m20261125_000040_create_reconciliations::Migration),
            Box::new(m20261125_000050_undo_all_imports::Migration),
            Box::new(m20261126_000080_watch_troubles::Migration),
            Box::new(m20261126_000090_explain_differences::Migration),
            Box::new(m20261128_000060_suppress_addresses::Migration),
            Box::new(m20261128_000070_version_reminder_rules::Migration),
            Box::new(m20261128_000072_escalate_reminders::Migration),
            Box::new(m20261128_000073_snooze_reminders::Migration),
            Box::new(m20261128_000080_tell_mail_attempts::Migration),
            Box::new(m20261128_000090_index_calendars::Migration),
            Box::new(m20261128_000095_follow_mails_of_notices::Migration),
            Box::new(m20261128_000100_remind_of_others::Migration),
            Box::new(m20261128_000101_create_opinions::Migration),
            Box::new(m20261128_000102_create_certificates::Migration),
            Box::new(m20261128_000110_watch_ages::Migration),
            Box::new(m20261128_000120_create_issued_reports::Migration),
            Box::new(m20261128_000130_index_odd_events::Migration),
            Box::new(m20261128_000140_create_contributions::Migration),
            Box::new(m20261128_000150_keep_sealed_mails::Migration),
            Box::new(m20261128_000160_keep_report_forms::Migration),
            Box::new(m20261128_000170_keep_promises::Migration),
            Box::new(m20261128_000180_index_other_entries::Migration),
        ]
    }
}
