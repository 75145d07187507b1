//! Nobody becomes somebody by saying so, and what services tell one another stays inside.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::people::{file, outcome};
use crate::console::Console;
use crate::phone::Phone;
use crate::whole_city::travel;

const ACCOUNTS: &str = include_str!("../../../services/accounts/src/http/mod.rs");
const REPORTS: &str = include_str!("../../../services/reports/src/http/mod.rs");
const NOTIFICATIONS: &str = include_str!("../../../services/notifications/src/http/mod.rs");

/// `{"alg":"none","typ":"int+jwt"}` over the claims of an internal token of the gateway for an administrator, unsigned.
const UNSIGNED: &str = concat!(
    "eyJhbGciOiJub25lIiwidHlwIjoiaW50K2p3dCJ9.eyJpc3MiOiJnYXRld2F5IiwiYXVkIjoiYWNjb3VudHMiLCJzdWIiOiJhY2N",
    "fMDE5MmYwYzQ1ZDZlN2E4YjljMGQxZTJmM2E0YjVjNmQiLCJraW5kIjoic3RhZmYiLCJpYWwiOjEsImRlZyI6ZmFsc2UsImdyYW5",
    "0cyI6W10sImlhdCI6MSwiZXhwIjo0MTAyNDQ0ODAwfQ.",
);

/// What some platforms take for a proof of who is asking.
fn disguised(request: RequestBuilder, account: &str) -> RequestBuilder {
    let names = [
        "x-city-account",
        "x-city-principal",
        "x-city-kind",
        "x-user-id",
        "x-account-id",
        "x-forwarded-user",
        "x-remote-user",
        "x-authenticated-userid",
        "x-internal-token",
    ];
    let request = names.into_iter().fold(request, |request, name| request.header(name, account));
    request
        .header("forwarded", "for=127.0.0.1;by=gateway;host=internal")
        .header("x-forwarded-for", "127.0.0.1")
        .header("x-original-url", "/internal/v1/report")
        .header("cookie", format!("session={account}; access_token={account}"))
}

/// Who asks and what they see of a report, in a disguise as an account.
async fn ask(phone: &Phone, url: &str, report: &str, account: &str) -> Value {
    let document = "query Ask($id: ID!) { viewer { id } report(id: $id) { id } unreadCount }";
    let body = json!({ "query": document, "variables": { "id": report } });
    let request = phone.http().post(format!("{url}/graphql")).json(&body);
    phone.send(disguised(request, account)).await.json["data"].clone()
}

async fn account_of(phone: &Phone) -> String {
    let answer = phone.graphql("{ viewer { id } }", json!({})).await;
    let id = &answer.json["data"]["viewer"]["id"];
    id.as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

#[test]
fn headers_that_name_somebody_change_nothing() {
    travel(async |city| {
        let owner = Phone::sign_in(&city.url).await;
        let report = file(&owner, false).await;
        owner.until_unread(1).await;
        let account = account_of(&owner).await;
        let (nobody, other) = (Phone::anonymous(&city.url), Phone::sign_in(&city.url).await);
        let other_account = account_of(&other).await;

        let as_nobody = ask(&nobody, &city.url, &report, &account).await;
        let as_other = ask(&other, &city.url, &report, &account).await;
        let me = |phone: &Phone| {
            disguised(phone.http().get(format!("{}/admin/v1/me", city.url)), &account)
        };
        let nobody_at_admin = nobody.send(me(&nobody)).await;
        let other_at_admin = other.send(me(&other)).await;

        assert_eq!(as_nobody, json!({ "viewer": null, "report": null, "unreadCount": null }));
        assert_eq!(
            as_other,
            json!({ "viewer": { "id": other_account }, "report": null, "unreadCount": 0 })
        );
        assert_eq!(outcome(&nobody_at_admin), "401 SIGN_IN_REQUIRED");
        assert_eq!(outcome(&other_at_admin), "403 FORBIDDEN");
    });
}

#[test]
fn what_is_no_access_token_proves_nobody() {
    travel(async |city| {
        let resident = Phone::sign_in(&city.url).await;
        let officer = Console::sign_in(&city.url, "duongpho").await;
        let admin = Console::sign_in(&city.url, "quantri").await;
        let (claims, _) = admin.token().rsplit_once('.').expect("a token has three parts");
        let (_, signature) = officer.token().rsplit_once('.').expect("a token has three parts");
        let lines = [
            format!("Bearer {UNSIGNED}"),
            format!("Bearer {UNSIGNED}{signature}"),
            format!("Bearer {claims}.{signature}"),
            format!("Bearer {claims}."),
            format!("Bearer {}", resident.refresh_token),
            format!("Basic {}", admin.token()),
            admin.token().to_owned(),
            "Bearer ".to_owned(),
        ];
        let nobody = Phone::anonymous(&city.url);
        let body = json!({ "query": "{ reportCategories { code } viewer { id } }" });

        for line in lines {
            let at_admin = nobody.http().get(format!("{}/admin/v1/me", city.url));
            let at_admin = nobody.send(at_admin.header("authorization", &line)).await;
            let graphql = nobody.http().post(format!("{}/graphql", city.url)).json(&body);
            let graphql = nobody.send(graphql.header("authorization", &line)).await;
            assert_eq!(outcome(&at_admin), "401 TOKEN_INVALID", "{line}");
            assert_eq!(graphql.status, 401, "{line}: {graphql:?}");
            assert!(graphql.json["data"].is_null(), "{line}: {graphql:?}");
        }
        let genuine = nobody.http().get(format!("{}/admin/v1/me", city.url));
        let genuine = nobody.send(genuine.bearer_auth(admin.token())).await;
        assert_eq!(genuine.status, 200, "the tokens above are refused for what was done to them");
        let twice = nobody.http().get(format!("{}/admin/v1/me", city.url));
        let twice = twice.bearer_auth(admin.token()).bearer_auth(admin.token());
        assert_eq!(outcome(&nobody.send(twice).await), "401 TOKEN_INVALID");
    });
}

#[test]
fn no_internal_route_can_be_reached_from_outside() {
    travel(async |city| {
        let admin = Console::sign_in(&city.url, "quantri").await;
        let nobody = Phone::anonymous(&city.url);
        let sources = [ACCOUNTS, REPORTS, NOTIFICATIONS];
        let routes = sources.map(|source| {
            let quoted = source.split('"').filter(|text| text.starts_with("/internal/v1/"));
            quoted.map(str::to_owned).collect::<Vec<_>>()
        });
        assert!(routes.iter().all(|routes| routes.len() > 4), "a table changed: {routes:?}");
        let ask = async |path: &str| {
            let request = nobody.http().post(format!("{}{path}", city.url));
            nobody.send(request.bearer_auth(admin.token()).json(&json!({}))).await
        };

        for route in routes.iter().flatten() {
            assert_eq!(ask(route).await.status, 404, "{route}");
        }
        for route in routes.iter().filter_map(|routes| routes.first()) {
            for path in [
                format!("/{route}"),
                format!("/admin/v1/%2e%2e/%2e%2e{route}"),
                format!("/admin/v1/..%2f..{route}"),
                format!("/admin/v1/reports/..%2f..%2f..{route}"),
                format!("/media/reports/..%2f..{route}"),
                format!("/auth/v1/..%2f..{route}"),
                format!("/auth/v1/{route}"),
            ] {
                let answer = ask(&path).await;
                assert!([400, 404, 405].contains(&answer.status), "{path}: {answer:?}");
            }
        }
    });
}

#[test]
fn a_residents_refresh_token_opens_nothing_of_the_staffs() {
    travel(async |city| {
        let resident = Phone::sign_in(&city.url).await;
        let nobody = Console::held_with(Phone::anonymous(&city.url), &city.url);
        let body = json!({ "refreshToken": resident.refresh_token });

        let request = nobody.request(reqwest::Method::POST, "auth/refresh").json(&body);
        let as_staff = nobody.send(request).await;

        assert_eq!(as_staff.status, 401, "{as_staff:?}");
        assert!(as_staff.json["accessToken"].is_null(), "{as_staff:?}");
        let own = resident.http().post(format!("{}/auth/v1/refresh", city.url)).json(&body);
        assert_eq!(resident.send(own).await.status, 200, "it is good for its own session");
    });
}
