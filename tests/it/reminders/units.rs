//! Whose rule holds: inherited down the tree, overridden or switched off by the nearest unit, code by code.

use bonro::domain::schedule::JobName::SendReminders;
use bonro::pb::v1;
use bonro::pb::v1::ReminderKind as Kind;
use tonic::Code;

use super::watch::{Watch, rule};
use crate::dossiers::office::{Office, fields};
use crate::support::both;

both!(a_rule_is_inherited_overridden_and_switched_off, |house| {
    let watch = Watch::silent(&house).await;
    let before = |code: &str, unit: &str, working_days| v1::ReminderRule {
        code: code.to_owned(),
        unit: unit.to_owned(),
        working_days,
        ..rule(Kind::BeforeDue)
    };
    // The house: four days before, and three under another code. A: two days before instead of four. B: no four days.
    watch.create(before("early", "", 4)).await.expect("a rule");
    watch.create(before("soon", "", 3)).await.expect("a rule");
    watch.create(before("early", "units/A", 2)).await.expect("a rule");
    let silent = v1::ReminderRule { enabled: false, ..before("early", "units/B", 4) };
    watch.create(silent).await.expect("a rule");
    for (code, unit, holder) in
        [("T1", "T", ""), ("A1", "A", "A-01"), ("A11", "A1", "A-01"), ("B1", "B", "B-01")]
    {
        let holder = if holder.is_empty() { String::new() } else { format!("officials/{holder}") };
        let unit = format!("units/{unit}");
        watch.office.receive(v1::ReceiveDossierRequest { unit, holder, ..Office::new_dossier(code) }).await;
    }
    // Due on Thursday, 23 May: four days before is the 17th, three the 20th, two the 21st.
    for day in ["17", "20", "21", "22"] {
        watch.at(&format!("2024-05-{day}T00:15:00Z"), SendReminders).await;
    }
    let told: Vec<_> = watch
        .ledger()
        .await
        .into_iter()
        .map(|row| format!("{} {} {}", row.fell_due_at.format("%d"), row.subject_code, row.rule_code))
        .collect();
    // Local midnights are the evening before in UTC.
    assert_eq!(
        told,
        [
            "16 T1 early",
            "19 A1 soon",
            "19 A11 soon",
            "19 B1 soon",
            "19 T1 soon",
            "20 A1 early",
            "20 A11 early"
        ]
    );
});

both!(codes_are_unique_and_stand_for_one_kind, |house| {
    let watch = Watch::open(&house).await;
    let again = watch.create(v1::ReminderRule { working_days: 3, ..rule(Kind::BeforeDue) }).await;
    assert_eq!(again.expect_err("the house has it").code(), Code::AlreadyExists);
    let of_unit = v1::ReminderRule { unit: "units/A".to_owned(), working_days: 3, ..rule(Kind::BeforeDue) };
    let made = watch.create(of_unit.clone()).await.expect("a unit may have its own");
    assert_eq!((made.code.as_str(), made.version), ("before_due", 1));
    assert_eq!(watch.create(of_unit).await.expect_err("but one").code(), Code::AlreadyExists);
    let other = v1::ReminderRule {
        code: "before_due".to_owned(),
        unit: "units/B".to_owned(),
        office_minutes: 240,
        ..rule(Kind::Standing)
    };
    let refused = watch.create(other).await.expect_err("it stands for another kind");
    assert_eq!(
        (refused.code(), fields(&refused)),
        (Code::InvalidArgument, vec!["reminder_rule.code".to_owned()])
    );

    // All that is wrong is said at once.
    let wrong = v1::ReminderRule {
        code: "Mã sai".to_owned(),
        subject_kind: v1::SubjectKind::Petition.into(),
        working_days: 1,
        repeat_working_days: Some(0),
        ..rule(Kind::Standing)
    };
    let refused = watch.create(wrong).await.expect_err("nothing of it is right");
    let named = ["code", "kind", "office_minutes", "repeat_working_days", "working_days"];
    assert_eq!(fields(&refused), named.map(|field| format!("reminder_rule.{field}")));
});
