//! The picture that reads answer from.

use city_clock::Clock as _;
use city_testkit::run;

use crate::subject::Catalogue;

#[test]
fn seeding_again_publishes_nothing() {
    run::<Catalogue>(async |city| {
        let number = || async {
            let row = sqlx::query_scalar!("select number from catalogue.publication");
            row.fetch_one(city.db()).await.expect("there is a number")
        };
        let before = number().await;

        city_catalogue::seed(city.db(), city.clock().now()).await.expect("the seed fits");

        assert_eq!((before, number().await), (1, 1));
    });
}
