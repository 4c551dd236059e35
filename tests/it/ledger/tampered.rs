//! A check that can fail: whoever changes a row or a cell of the ledger behind the house's back is found out by
//! `bonro check figures`, which names the day, the unit, the procedure, the fact and both numbers.

use std::process::Command;

use sea_orm::{ConnectionTrait as _, Database};

use super::acts::{Act, Step, When};
use super::stage::Stage;
use crate::support::both;

/// What the command says of a database, and whether it is content.
fn check(url: &str) -> (bool, Vec<String>) {
    let output = Command::new(env!("CARGO_BIN_EXE_bonro"))
        .args(["check", "figures"])
        .env("BONRO_DATABASE__URL", url)
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary runs");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    (output.status.success(), said.lines().map(str::to_owned).collect())
}

both!(a_changed_ledger_is_named, |house| {
    let mut stage = Stage::open(&house.url).await;
    // The first unit is VP, the first procedure T1: same day. Folded, then resolved on its day.
    let receive = Act::Receive { unit: 0, procedure: 0, back: 0, registered: false };
    let resolve = Act::Go { who: 0, verb: u16::MAX / 9 * 6 + 9, when: When::Now };
    for act in [receive, Act::Fold, resolve] {
        stage.play(&Step { wait: 60, act }).await;
    }
    stage.town.house.store.close().await.expect("idle connections close");
    assert!(check(&house.url).0);

    let tables = Database::connect(&house.url).await.expect("the database opens");
    let tamper = async |sql: &str| {
        let done = tables.execute_unprepared(sql).await.expect("the tables are open to whoever may write");
        assert_eq!(done.rows_affected(), 1, "{sql}");
        check(&house.url)
    };
    let closed = "fact = 'closed:resolved:on_time:yes'";
    let line = "2024-05-16 VP T1 closed:resolved:on_time:yes";
    for (change, back, found) in [
        // A row that no cell holds yet.
        (
            format!("UPDATE figure_entry SET quantity = 3 WHERE {closed}"),
            format!("UPDATE figure_entry SET quantity = 1 WHERE {closed}"),
            vec![format!("{line}: ledger 3, events 1")],
        ),
        // The day on which it counts.
        (
            format!("UPDATE figure_entry SET effective_on = '2024-05-17' WHERE {closed}"),
            format!("UPDATE figure_entry SET effective_on = '2024-05-16' WHERE {closed}"),
            vec![
                format!("{line}: ledger 0, events 1"),
                line.replace("05-16", "05-17") + ": ledger 1, events 0",
            ],
        ),
        // A cell of each grain: of days without, of months with its procedure.
        (
            "UPDATE figure_cell SET quantity = 5 WHERE grain = 'day'".to_owned(),
            "UPDATE figure_cell SET quantity = 1 WHERE grain = 'day'".to_owned(),
            vec!["2024-05-16 VP  received:counter:full:untracked: ledger 5, events 1".to_owned()],
        ),
        (
            "UPDATE figure_cell SET quantity = 0 WHERE grain = 'month'".to_owned(),
            "UPDATE figure_cell SET quantity = 1 WHERE grain = 'month'".to_owned(),
            vec!["2024-05-01 VP T1 received:counter:full:untracked: ledger 0, events 1".to_owned()],
        ),
    ] {
        assert_eq!(tamper(&change).await, (false, found), "{change}");
        assert!(tamper(&back).await.0, "{back}");
    }
    let (content, found) = tamper(&format!("DELETE FROM figure_entry WHERE {closed}")).await;
    assert_eq!((content, found), (false, vec![format!("{line}: ledger 0, events 1")]));
});
