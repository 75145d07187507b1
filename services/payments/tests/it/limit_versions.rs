//! Another version of the limits: proposed by one officer, begun by another.

use city_testkit::run;
use serde_json::{Value, json};

use crate::subject::Payments;
use crate::town::{REASON, Town, approve, approver, finance, new_id, one, rich, send};

const PATH: &str = "/admin/v1/payments/limits";

fn rule(code: &str, max: i64) -> Value {
    json!({
        "code": code, "levelMin": 0, "levelMax": 2, "only": "ANY", "excludes": ["PUBLIC_FEE"], "window": "SINGLE", "max": max,
        "effect": "REFUSE", "basis": "the city's own", "verified": true,
    })
}

#[test]
fn a_version_is_proposed_by_one_and_begun_by_another() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, to)) = (rich(city, 10_000).await, rich(city, 0).await);
        let officer = finance(city);
        let shipped = officer.get(PATH).await.ok();
        assert_eq!(
            (&shipped["version"], &shipped["inForce"], &shipped["latest"]),
            (&json!(0), &json!(0), &json!(0))
        );
        assert_eq!(shipped["rules"][0]["code"], "MONTH");
        let mut day = rule("DAY", 900);
        (day["window"], day["counter"]) = (json!("DAY"), json!("day.out"));
        let body = json!({ "rules": [rule("SMALL", 500), day], "reason": REASON });
        let key = new_id(city);

        let asked = officer.post_once(PATH, &key, &body).await.ok();
        assert_eq!(officer.post_once(PATH, &key, &body).await.ok()["id"], asked["id"]);
        assert_eq!(
            (&asked["kind"], &asked["version"], &asked["state"]),
            (&json!("LIMIT"), &json!(1), &json!("WAITING"))
        );
        drop(send(city, &payer, &to, 600).await.ok()); // the shipped ones still count
        let both = officer.clone().with_role("FINANCE_APPROVER", city_auth::Scope::City);
        assert_eq!(approve(&both, &asked).await.code(), "TWO_PERSONS");
        assert_eq!(approve(&approver(city), &asked).await.ok()["state"], "DONE");

        let refused = send(city, &payer, &to, 501).await;
        assert_eq!(
            (refused.code().as_str(), &refused.json()["details"]["rule"]),
            ("LIMIT_EXCEEDED", &json!("SMALL"))
        );
        drop(send(city, &payer, &to, 300).await.ok());
        assert_eq!(
            send(city, &payer, &to, 300).await.json()["details"]["rule"],
            "DAY",
            "what was sent before counts too"
        );
        let now = officer.get(PATH).await.ok();
        assert_eq!(
            (&now["version"], &now["rules"]),
            (&json!(1), &{
                let mut rules = body["rules"].clone();
                rules[0]["counter"] = Value::Null;
                rules[0]["includes"] = Value::Null;
                rules[1]["includes"] = Value::Null;
                rules
            })
        );
        assert_eq!(officer.get(&format!("{PATH}?version=0")).await.ok()["rules"], shipped["rules"]);
        assert_eq!(
            one(city, "select rules from payments.ledger_batch order by n desc limit 1").await,
            1
        );
        city.settle().await;
    });
}

#[test]
fn a_version_that_makes_no_sense_is_refused_where_it_is_wrong() {
    run::<Payments>(async |city: &Town| {
        let officer = finance(city);
        let fields = async |rules: Value| {
            let body = json!({ "rules": rules, "reason": REASON });
            officer.post_once(PATH, &new_id(city), &body).await.fields()
        };
        let with = |member: &str, value: Value| {
            let mut rule = rule("A", 1);
            rule[member] = value;
            json!([rule])
        };

        assert_eq!(fields(json!([])).await, ["/rules"]);
        assert_eq!(fields(with("code", json!("a b"))).await, ["/rules/0/code"]);
        assert_eq!(fields(json!([rule("A", 1), rule("A", 2)])).await, ["/rules/1/code"]);
        assert_eq!(fields(with("levelMin", json!(3))).await, ["/rules/0/levelMin"]);
        assert_eq!(fields(with("max", json!(-1))).await, ["/rules/0/max"]);
        assert_eq!(fields(with("basis", json!(""))).await, ["/rules/0/basis"]);
        assert_eq!(fields(with("window", json!("DAY"))).await, ["/rules/0/counter"]);
        assert_eq!(fields(with("counter", json!("day.out"))).await, ["/rules/0/counter"]);
        let (mut day, mut month) = (rule("DAY", 1), rule("MONTH", 1));
        (day["window"], day["counter"]) = (json!("DAY"), json!("out"));
        (month["window"], month["counter"]) = (json!("MONTH"), json!("out"));
        assert_eq!(fields(json!([day, month])).await, ["/rules/1/counter"]);
        assert!(fields(with("window", json!("YEAR"))).await[0].starts_with("/rules/0"));
        let body = json!({ "rules": [rule("A", 1)], "reason": REASON });
        assert_eq!(approver(city).post_once(PATH, &new_id(city), &body).await.code(), "SCOPE");
        assert_eq!(officer.get(&format!("{PATH}?version=9")).await.code(), "NOT_FOUND");
        assert_eq!(one(city, "select count(distinct version) from payments.limit_rule").await, 1);
    });
}
