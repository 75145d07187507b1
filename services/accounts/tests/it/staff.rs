//! Staff: signing in, what they may do, who holds what.

use city_accounts::DemoStaff;
use city_boot::Profile;
use city_clock::Clock as _;
use city_ids::{AccountId, ServiceName};
use city_testkit::{Answer, Character, City, run};
use http::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::support::*;

async fn seed(city: &City<Accounts>) -> Vec<DemoStaff> {
    let infra = city.infra();
    let seeded =
        city_accounts::seed(&infra.db, &keyring(), &infra.clock, &infra.ids, Profile::Development)
            .await;
    seeded.expect("the staff can be seeded")
}

async fn member(city: &City<Accounts>, email: &str) -> DemoStaff {
    let staff = seed(city).await;
    staff
        .into_iter()
        .find(|member| member.email.starts_with(email))
        .expect("they are among the demonstration staff")
}

fn totp(city: &City<Accounts>, member: &DemoStaff) -> String {
    let secret = Secret::try_from_base32(&member.totp_secret).expect("the secret is base32");
    let authenticator =
        Builder::new().with_secret(secret).build().expect("the secret is long enough");
    let now = u64::try_from(city.clock().now().timestamp()).expect("after 1970");
    authenticator.generate(now).to_string()
}

async fn attempt(city: &City<Accounts>, email: &str, password: &str, totp: &str) -> Answer {
    let body = json!({"email": email, "password": password, "totp": totp});
    city.anonymous().post("/admin/v1/auth/sessions", &body).await
}

async fn come_in(city: &City<Accounts>, member: &DemoStaff) -> (Value, Character) {
    let tokens = attempt(city, &member.email, &member.password, &totp(city, member)).await.ok();
    let claims = claims(city, &tokens).await;
    let mut staff = city.staff();
    staff.principal.account = Some(claims.sub);
    staff.principal.session = Some(claims.sid);
    (tokens, staff)
}

#[test]
fn staff_sign_in_see_what_they_may_do_and_sign_out() {
    run::<Accounts>(async |city| {
        let officer = member(city, "duongpho").await;

        let (tokens, staff) = come_in(city, &officer).await;

        let me = staff.get("/admin/v1/me").await.ok();
        assert_eq!(me["email"], officer.email);
        assert_eq!(me["roles"][0]["role"], "OFFICER");
        assert_eq!(
            (&me["roles"][0]["scopeKind"], &me["roles"][0]["scopeCode"]),
            (&json!("AGENCY"), &json!("HUE-SXD"))
        );
        let session = staff.principal.session.unwrap();
        let record = record(city, session).await;
        assert_eq!(record["kind"], "staff");
        assert_eq!(record["grants"][0]["scope"], json!({"kind": "AGENCY", "code": "HUE-SXD"}));
        assert_eq!(
            record["grants"][0]["permissions"],
            json!(["reports.report.read", "reports.report.handle", "catalogue.dossier.process"])
        );
        assert_eq!(
            staff.send(Method::DELETE, "/admin/v1/auth/session", None, &[]).await.status(),
            "204 No Content"
        );
        assert!(!is_alive(city, session).await);
        let body = json!({"refreshToken": tokens["refreshToken"]});
        assert_eq!(
            city.anonymous().post("/admin/v1/auth/refresh", &body).await.code(),
            "SESSION_ENDED"
        );
        assert_eq!(count_audit(city, "staff.sign_in", "OK").await, 1);
        city.settle().await;
    });
}

#[test]
fn a13_every_refusal_is_the_same() {
    run::<Accounts>(async |city| {
        let officer = member(city, "phuxuan").await;
        let code = totp(city, &officer);
        let off = if code == "000000" { "000001" } else { "000000" };

        let mut answers = vec![
            attempt(city, "nobody@demo.hue.localhost", &officer.password, &code).await,
            attempt(city, &officer.email, "another password entirely", &code).await,
            attempt(city, &officer.email, &officer.password, off).await,
            attempt(city, &officer.email, &officer.password, "").await,
            attempt(city, "", "", "").await,
            attempt(city, "a\0b", &"é".repeat(4_000), "１２３４５６").await,
        ];
        sqlx::query!("update accounts.person set status = 'LOCKED', lock_reason = 'test'")
            .execute(city.db())
            .await
            .unwrap();
        answers.push(attempt(city, &officer.email, &officer.password, &code).await);

        for answer in &answers {
            assert_eq!(answer.status(), "401 Unauthorized");
            assert_eq!(answer.bytes(), answers[0].bytes());
        }
        assert_eq!(answers[0].code(), "CREDENTIALS_INVALID");
    });
}

#[test]
fn a13_one_step_of_the_authenticator_works_once() {
    run::<Accounts>(async |city| {
        let officer = member(city, "duongpho").await;
        let code = totp(city, &officer);
        come_in(city, &officer).await;

        let replayed = attempt(city, &officer.email, &officer.password, &code).await;
        advance(city, 30);
        let fresh =
            attempt(city, &officer.email.to_uppercase(), &officer.password, &totp(city, &officer))
                .await;

        assert_eq!(replayed.code(), "CREDENTIALS_INVALID");
        assert_eq!(fresh.status(), "200 OK");
        city.settle().await;
    });
}

#[test]
fn ten_misses_in_a_row_lock_for_a_quarter_of_an_hour() {
    run::<Accounts>(async |city| {
        let officer = member(city, "duongpho").await;
        for _ in 0..10 {
            attempt(city, &officer.email, "not the password", "123456").await;
        }

        let locked = attempt(city, &officer.email, &officer.password, &totp(city, &officer)).await;
        advance(city, 899);
        let still = attempt(city, &officer.email, &officer.password, &totp(city, &officer)).await;
        advance(city, 1);
        let open = attempt(city, &officer.email, &officer.password, &totp(city, &officer)).await;

        assert_eq!(
            (locked.code(), still.code()),
            ("CREDENTIALS_INVALID".to_owned(), "CREDENTIALS_INVALID".to_owned())
        );
        assert_eq!(open.status(), "200 OK");
        assert_eq!(count_audit(city, "staff.sign_in", "LOCKED").await, 2);
        city.settle().await;
    });
}

#[test]
fn a_staff_session_ends_after_half_an_hour_idle_and_twelve_hours_in_all() {
    run::<Accounts>(async |city| {
        let officer = member(city, "duongpho").await;
        let (tokens, staff) = come_in(city, &officer).await;
        let mut token = tokens["refreshToken"].clone();
        let refresh = async |token: &Value| {
            city.anonymous().post("/admin/v1/auth/refresh", &json!({"refreshToken": token})).await
        };
        for _ in 0..24 {
            advance(city, 1_799);
            token = refresh(&token).await.ok()["refreshToken"].clone();
        }

        advance(city, 24);
        let answer = refresh(&token).await;

        assert_eq!(answer.json()["details"]["reason"], "EXPIRED");
        assert!(!is_alive(city, staff.principal.session.unwrap()).await);
        let (idle, _) = come_in(city, &officer).await;
        advance(city, 1_800);
        assert_eq!(refresh(&idle["refreshToken"]).await.json()["details"]["reason"], "IDLE");
        city.settle().await;
    });
}

#[test]
fn seeding_twice_changes_nothing_and_production_refuses() {
    run::<Accounts>(async |city| {
        let first = seed(city).await;
        let people = async || {
            let count =
                sqlx::query_scalar!(r#"select count(*) as "count!" from accounts.role_binding"#);
            count.fetch_one(city.db()).await.unwrap()
        };
        let before = people().await;

        let second = seed(city).await;
        let infra = city.infra();
        let production = city_accounts::seed(
            &infra.db,
            &keyring(),
            &infra.clock,
            &infra.ids,
            Profile::Production,
        )
        .await;

        assert_eq!((second.len(), people().await), (first.len(), before));
        assert!(production.is_err());
    });
}

async fn holders(
    city: &City<Accounts>,
    permission: &str,
    ward: Option<&str>,
    agencies: &[&str],
) -> Vec<String> {
    let body = json!({"permission": permission, "ward": ward, "agencies": agencies});
    let found = city
        .service(ServiceName::Notifications)
        .post("/internal/v1/staff/holders", &body)
        .await
        .ok();
    let mut names = Vec::new();
    for id in found.as_array().expect("a list") {
        let id = AccountId::parse(id.as_str().expect("an id")).expect("an account");
        let email = sqlx::query_scalar!(
            "select email from accounts.staff_credential where person_id = $1",
            id.as_uuid()
        );
        names.push(
            email
                .fetch_one(city.db())
                .await
                .expect("holders have credentials")
                .split('@')
                .next()
                .unwrap_or_default()
                .to_owned(),
        );
    }
    names.sort();
    names
}

#[test]
fn a14_holders_are_those_whose_live_scope_covers_the_object() {
    run::<Accounts>(async |city| {
        seed(city).await;
        let handle = "reports.report.handle";

        let roads = holders(city, handle, Some("19753"), &["HUE-SXD", "HUE-UBND"]).await;
        assert_eq!(roads, ["duongpho", "lanhdao", "quantri", "quantri2"]);
        assert_eq!(
            holders(city, handle, None, &["HUE-UBND"]).await,
            ["quantri", "quantri2"],
            "a child does not cover its parent"
        );
        assert_eq!(holders(city, "reports.identity.read", None, &[]).await, ["ioc"]);

        sqlx::query!("update accounts.role_binding set scope_kind = 'WARD', scope_code = '19753' where scope_code = 'HUE-W19753'")
            .execute(city.db())
            .await
            .unwrap();
        assert!(holders(city, handle, Some("19753"), &[]).await.contains(&"phuxuan".to_owned()));
        assert!(!holders(city, handle, Some("19774"), &[]).await.contains(&"phuxuan".to_owned()));

        sqlx::query!("update accounts.role_binding set approved_by = null where role = 'ADMIN'")
            .execute(city.db())
            .await
            .unwrap();
        assert_eq!(
            holders(city, handle, None, &["HUE-SXD"]).await,
            ["duongpho", "lanhdao"],
            "a sensitive binding without approval"
        );
        let now = city.clock().now();
        sqlx::query!("update accounts.role_binding set valid_to = $1 where role = 'LEAD'", now)
            .execute(city.db())
            .await
            .unwrap();
        assert_eq!(
            holders(city, handle, None, &["HUE-SXD"]).await,
            ["duongpho"],
            "its end acts without a job"
        );

        let body = json!({"permission": "reports.report.destroy", "ward": null, "agencies": []});
        let unknown = city
            .service(ServiceName::Notifications)
            .post("/internal/v1/staff/holders", &body)
            .await;
        assert_eq!(unknown.fields(), ["/permission"]);
        assert_eq!(
            city.service(ServiceName::Reports)
                .post("/internal/v1/staff/holders", &body)
                .await
                .status(),
            "403 Forbidden"
        );
    });
}

#[test]
fn an_unapproved_administrator_has_no_power_and_a_changed_role_shows_at_once() {
    run::<Accounts>(async |city| {
        let admin = member(city, "quantri@").await;
        sqlx::query!("update accounts.role_binding set approved_by = null")
            .execute(city.db())
            .await
            .unwrap();
        let (_, staff) = come_in(city, &admin).await;
        let session = staff.principal.session.unwrap();

        let waiting = record(city, session).await["grants"].clone();
        let second_administrator = AccountId::restore(uuid::Uuid::max()).as_uuid();
        sqlx::query!("update accounts.role_binding set approved_by = $1", second_administrator)
            .execute(city.db())
            .await
            .unwrap();
        let approved = record(city, session).await["grants"].clone();

        assert_eq!(waiting, json!([]));
        assert_eq!(approved[0]["scope"], json!({"kind": "CITY"}));
        city.settle().await;
    });
}

#[test]
fn the_admin_routes_are_documented_for_the_gateway() {
    let document = serde_json::to_value(city_accounts::openapi()).unwrap();
    let operation = |path: &str, method: &str| document["paths"][path][method].clone();

    for (path, method) in [
        ("/admin/v1/auth/sessions", "post"),
        ("/admin/v1/auth/refresh", "post"),
        ("/admin/v1/auth/session", "delete"),
        ("/admin/v1/me", "get"),
    ] {
        let operation = operation(path, method);
        assert_eq!(operation["x-city-service"], "accounts", "{path}");
        assert_eq!(operation["tags"], json!(["accounts"]), "{path}");
        let open = operation["security"] == json!([]);
        assert!(open != operation["x-city-permission"].is_string(), "{path}: {operation}");
    }
}
