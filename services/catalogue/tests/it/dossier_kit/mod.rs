//! What the tests of dossiers stand on: a procedure of their own, people, and the steps everybody takes.

mod applicant;
mod procedure;
mod staff;
mod subject;

use city_testkit::{City, Subject};
use sqlx::PgPool;

pub use applicant::*;
pub use procedure::publish_form;
pub use staff::*;
pub use subject::*;

/// The procedure of these tests: a form, a paper with an alternative, a paper under a condition, a fee with an exemption.
pub const PROCEDURE: &str = "9.000001";
/// Phú Xuân.
pub const WARD: &str = "19753";
/// What is looked for where it must not be.
pub const NAME: &str = "Nguyễn Thị Kín Đáo";
pub const IDENTITY: &str = "046301009876";
pub const PHONE: &str = "0905123987";
pub const LAST4: &str = "3987";

/// Runs SQL that only a test may run.
pub async fn run_sql(db: &PgPool, sql: String) {
    use sqlx::Executor as _;

    db.execute(sqlx::AssertSqlSafe(sql)).await.expect("the SQL of a test fits");
}

/// One value out of the database, as text.
pub async fn value(db: &PgPool, sql: &str) -> String {
    let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
    query.fetch_one(db).await.expect("the query of a test fits")
}

/// The kinds of events that were written, oldest first.
pub async fn events<S: Subject>(city: &City<S>) -> Vec<String> {
    let query = sqlx::query_scalar(
        "select kind from catalogue.outbox where kind like 'Dossier%' order by seq",
    );
    query.fetch_all(city.db()).await.expect("events can be listed")
}
