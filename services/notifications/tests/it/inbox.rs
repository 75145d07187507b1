//! Reading the inbox.

use city_ids::ServiceName;
use city_testkit::run;
use serde_json::json;

use crate::subject::{Notifications, ids, inbox, tell};

#[test]
fn pages_follow_one_another_newest_first_without_a_gap() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        tell(city, resident.account(), 5).await;

        let all = inbox(&resident, 50, None).await;
        let first = inbox(&resident, 2, None).await;
        let second = inbox(&resident, 2, first["edges"][1]["cursor"].as_str()).await;
        let third = inbox(&resident, 2, second["edges"][1]["cursor"].as_str()).await;

        assert_eq!([ids(&first), ids(&second), ids(&third)].concat(), ids(&all));
        let mut newest_first = ids(&all);
        newest_first.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(ids(&all), newest_first);
        let more =
            [&all, &first, &second, &third].map(|page| page["hasNextPage"].as_bool().unwrap());
        assert_eq!(more, [false, true, true, false]);
    });
}

#[test]
fn a_foreign_message_is_as_if_it_did_not_exist() {
    run::<Notifications>(async |city| {
        let (owner, other) = (city.resident(), city.resident());
        tell(city, owner.account(), 1).await;
        let own = ids(&inbox(&owner, 1, None).await);

        let absent = "msg_00000000000000000000000000000000";
        let ask = json!({ "ids": [own[0], absent], "locale": "vi" });
        let for_other = other.post("/internal/v1/nodes:batch", &ask).await.ok();
        let for_owner = owner.post("/internal/v1/nodes:batch", &ask).await.ok();

        assert_eq!(for_other, json!([null, null]));
        assert_eq!(for_owner[0]["id"], own[0]);
        assert_eq!(for_owner[1], json!(null));
        assert_eq!(ids(&inbox(&other, 10, None).await).len(), 0);
    });
}

#[test]
fn all_faults_of_a_page_are_found_at_once() {
    run::<Notifications>(async |city| {
        let body = json!({ "page": { "first": 51, "after": "rpt_1" }, "locale": "vi" });

        let answer = city.resident().post("/internal/v1/messages", &body).await;

        assert_eq!(answer.status(), "422 Unprocessable Entity");
        assert_eq!(answer.fields(), ["/page/first", "/page/after"]);
    });
}

#[test]
fn only_its_owner_reads_an_inbox() {
    run::<Notifications>(async |city| {
        let path = "/internal/v1/unread-count";
        let mut assisted = city.resident();
        assisted.principal.kind = city_auth::PrincipalKind::Assisted;

        let status =
            async |who: city_testkit::Character| who.post(path, &json!(null)).await.status();

        assert_eq!(status(city.resident()).await, "200 OK");
        assert_eq!(status(city.resident().degraded()).await, "200 OK");
        assert_eq!(status(city.staff()).await, "200 OK");
        assert_eq!(status(city.anonymous()).await, "401 Unauthorized");
        assert_eq!(status(assisted).await, "403 Forbidden");
        assert_eq!(status(city.service(ServiceName::Reports)).await, "403 Forbidden");
    });
}

#[test]
fn no_answer_may_be_kept_for_others() {
    run::<Notifications>(async |city| {
        let answer = city.resident().post("/internal/v1/unread-count", &json!(null)).await;

        assert_eq!(answer.header("cache-control"), "private, no-store");
    });
}
