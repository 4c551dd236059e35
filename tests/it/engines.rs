//! The ground that the topics stand on: both engines give each test a database of its own.

use sea_orm::{ConnectionTrait as _, Database};

use crate::support::{House, both};

both!(a_fresh_database_is_empty_of_other_tests, |house| {
    make_a_mark(&house).await;
});

both!(another_fresh_database_is_empty_too, |house| {
    make_a_mark(&house).await;
});

/// Fails if another test left its table here.
async fn make_a_mark(house: &House) {
    let connection = Database::connect(&house.url).await.expect("a fresh database can be opened");
    let made = connection.execute_unprepared("CREATE TABLE mark_of_a_test (id integer)").await;
    made.expect("no other test has made its mark in this database");
    connection.close().await.expect("an idle connection closes");
}
