//! What other services and the person themselves learn of a person.

use city_ids::ServiceName;
use city_testkit::{Answer, Subject as _, run};
use futures_util::future::join_all;
use serde_json::json;
use tower::ServiceExt as _;

use crate::support::*;

#[test]
fn the_viewer_sees_themselves_and_only_with_a_confirmed_session() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;

        let viewer = me.resident.post("/internal/v1/viewer", &json!({})).await.ok();

        assert_eq!(viewer["id"], me.account.to_string());
        assert_eq!(
            (&viewer["locale"], &viewer["phoneMasked"]),
            (&json!("vi"), &json!("•••••••••678"))
        );
        assert_eq!(
            city.anonymous().post("/internal/v1/viewer", &json!({})).await.code(),
            "SIGN_IN_REQUIRED"
        );
        assert_eq!(
            me.resident.degraded().post("/internal/v1/viewer", &json!({})).await.code(),
            "SESSION_UNCONFIRMED"
        );
        assert_eq!(
            city.resident().post("/internal/v1/viewer", &json!({})).await.status(),
            "404 Not Found"
        );
        city.settle().await;
    });
}

#[test]
fn a_contact_is_for_the_services_that_write_to_people() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let path = format!("/internal/v1/people/{}/contact", me.account);

        for service in [ServiceName::Notifications, ServiceName::Reports] {
            let contact = city.service(service).post(&path, &json!({})).await.ok();
            assert_eq!(contact, json!({"locale": "vi", "phone": E164, "email": null}));
        }
        for character in [city.service(ServiceName::Gateway), me.resident, city.admin()] {
            assert_eq!(character.post(&path, &json!({})).await.status(), "403 Forbidden");
        }
        let nobody = "/internal/v1/people/acc_00000000000000000000000000000007/contact";
        assert_eq!(
            city.service(ServiceName::Reports).post(nobody, &json!({})).await.code(),
            "NOT_FOUND"
        );
        city.settle().await;
    });
}

#[test]
fn only_the_catalogue_learns_what_to_prefill() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let path = format!("/internal/v1/people/{}/prefill", me.account);

        let mine = city.service(ServiceName::Catalogue).post(&path, &json!({})).await.ok();
        assert_eq!(mine, json!({"fullName": null, "phone": E164, "homeWardCode": null}));
        for service in [ServiceName::Gateway, ServiceName::Reports, ServiceName::Payments] {
            assert_eq!(city.service(service).post(&path, &json!({})).await.code(), "FORBIDDEN");
        }
        assert_eq!(me.resident.post(&path, &json!({})).await.code(), "FORBIDDEN");
        city.settle().await;
    });
}

#[test]
fn the_key_set_is_public_cacheable_and_has_one_active_key() {
    run::<Accounts>(async |city| {
        let one = city.anonymous().get("/.well-known/jwks.json").await;
        let again = city.anonymous().get("/.well-known/jwks.json").await;

        assert_eq!(one.header("cache-control"), "public, max-age=300");
        let one = one.ok();
        assert_eq!(one, again.ok());
        assert_eq!(one["keys"].as_array().map(Vec::len), Some(1));
        assert_eq!(
            (&one["keys"][0]["kty"], &one["keys"][0]["alg"]),
            (&json!("OKP"), &json!("EdDSA"))
        );
        assert!(one["keys"][0].get("d").is_none(), "the private half stays");
    });
}

#[test]
fn instances_that_start_together_agree_on_one_signing_key() {
    run::<Accounts>(async |city| {
        let mut instances = Vec::new();
        for _ in 0..4 {
            instances.push(
                Accounts::build(city.infra().clone()).await.router(city.infra().ids.clone(), None),
            );
        }

        let answers = join_all(instances.into_iter().map(|instance| {
            let request =
                http::Request::get("/.well-known/jwks.json").body(axum::body::Body::empty());
            instance.oneshot(request.expect("a request"))
        }))
        .await;

        for answer in answers {
            assert_eq!(
                Answer::read(answer.unwrap()).await.ok()["keys"].as_array().map(Vec::len),
                Some(1)
            );
        }
    });
}
