//! What the development channel kept.

use city_ids::ServiceName;
use city_testkit::run;
use serde_json::json;

use crate::subject::{InProduction, Notifications};

const PATH: &str = "/internal/v1/dev/outbox";

#[test]
fn in_production_there_is_no_such_route() {
    run::<InProduction>(async |city| {
        let answer =
            city.service(ServiceName::Gateway).post(PATH, &json!({ "to": "+84901234567" })).await;

        assert_eq!(answer.status(), "404 Not Found");
    });
}

#[test]
fn only_the_gateway_itself_may_look() {
    run::<Notifications>(async |city| {
        let body = json!({ "to": "+84901234567" });

        for character in
            [city.anonymous(), city.resident(), city.admin(), city.service(ServiceName::Accounts)]
        {
            assert_eq!(character.post(PATH, &body).await.status(), "403 Forbidden");
        }
        assert_eq!(city.service(ServiceName::Gateway).post(PATH, &body).await.ok(), json!([]));
    });
}
