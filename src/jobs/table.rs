//! The lanes of the night: jobs of one lane wait for each other, in this order for the same instant; lanes
//! don't wait for each other, so a slow mail server never holds up the flagging.

use crate::domain::schedule::JobName;

/// The lanes.
pub const LANES: [&[JobName]; 5] = [
    &[JobName::FlagOverdue, JobName::PlanReminders, JobName::SendReminders],
    &[JobName::FoldFigures, JobName::ReportPeriod, JobName::CheckFigures, JobName::PurgeReplays],
    &[JobName::DeliverMail],
    &[JobName::TakeFiles],
    &[JobName::TakeReturnedMails],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_has_one_lane() {
        for job in JobName::ALL {
            let lanes = LANES.iter().filter(|lane| lane.contains(job)).count();
            assert_eq!(lanes, 1, "{}", job.as_str());
        }
    }
}
