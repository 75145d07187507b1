//! Who can use a service now, and why not.

use std::collections::BTreeSet;

use chrono::{Duration, TimeZone as _, Utc};
use city_clock::Timestamp;
use city_contracts::catalogue::service::{ClientApp, ServiceState, Unusable};
use city_ids::{AccountId, Ids};
use proptest::prelude::*;

use crate::domain::service::content::Coverage;
use crate::domain::service::gate::in_rollout;
use crate::domain::service::{
    AppVersion, Asking, Client, Gate, Platform, Status, Terms, availability, current,
};

fn at() -> Timestamp {
    Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap()
}

fn client(platform: &str, app: &str, os: &str) -> Client {
    let sent = |raw: &str| Some(raw.to_owned());
    Client::read(&ClientApp {
        platform: sent(platform),
        app_version: sent(app),
        os_version: sent(os),
    })
}

fn gate(min_app: &str, rollout_pct: u8) -> Gate {
    Gate {
        platform: Platform::Ios,
        min_app: AppVersion::parse(min_app),
        max_app: None,
        min_os: AppVersion::parse("15"),
        rollout_pct,
        salt: "s".to_owned(),
        from: None,
        to: None,
    }
}

fn status(state: ServiceState, from: i64, to: Option<i64>) -> Status {
    Status {
        state,
        from: at() + Duration::hours(from),
        to: to.map(|to| at() + Duration::hours(to)),
        text: None,
        fallback_channel: None,
        fallback_agency: None,
    }
}

fn wards(codes: &[&str]) -> Coverage {
    Coverage::Wards(codes.iter().map(|code| (*code).to_owned()).collect::<BTreeSet<_>>())
}

fn subject() -> AccountId {
    Ids::seeded(1).next(at())
}

#[test]
fn the_first_line_that_fails_is_the_reason() {
    let account = Some(subject());
    let strict = wards(&["19753"]);
    let (narrow, shut) = ([gate("2.1", 100)], [gate("2.1", 0)]);
    let (down, maintenance) =
        ([status(ServiceState::Down, -1, None)], [status(ServiceState::Maintenance, -1, Some(1))]);
    let good = client("IOS", "2.1.0", "17.2");
    let worst = Terms {
        withdrawn: true,
        gates: &shut,
        statuses: &down,
        coverage: &strict,
        min_identity: 2,
    };
    let nobody =
        Asking { subject: None, identity: 0, client: Client::default(), ward: None, at: at() };
    let step = |terms: Terms<'_>, asking: Asking<'_>, reason| {
        let answer = availability(&terms, &asking);
        assert_eq!(
            answer.map(|_| ()).map_err(|refused| refused.reason),
            reason,
            "{terms:?} {asking:?}"
        );
    };

    step(worst, nobody, Err(Unusable::Closed));
    let terms = Terms { withdrawn: false, ..worst };
    step(terms, nobody, Err(Unusable::NotForThisAppVersion));
    let asking = Asking { client: good, ..nobody };
    step(terms, asking, Err(Unusable::NotInRollout));
    let terms = Terms { gates: &narrow, ..terms };
    step(terms, asking, Err(Unusable::Down));
    step(Terms { statuses: &maintenance, ..terms }, asking, Err(Unusable::Maintenance));
    let terms = Terms { statuses: &[], ..terms };
    step(terms, asking, Err(Unusable::WardNeeded));
    step(terms, Asking { ward: Some("19774"), ..asking }, Err(Unusable::NotInYourWard));
    let asking = Asking { ward: Some("19753"), ..asking };
    step(terms, asking, Err(Unusable::NeedsIdentity));
    step(terms, Asking { subject: account, identity: 1, ..asking }, Err(Unusable::NeedsIdentity));
    step(terms, Asking { subject: account, identity: 2, ..asking }, Ok(()));
    step(
        Terms { gates: &[], ..terms },
        Asking { identity: 2, client: Client::default(), ..asking },
        Ok(()),
    );
}

#[test]
fn a_missing_or_malformed_header_matches_no_gate() {
    let open = Gate { min_app: None, min_os: None, ..gate("1", 100) };
    let sent = [
        client("IOS", "2.1", ""),
        client("IOS", "", "17"),
        client("", "2.1", "17"),
        client("ios", "2.1", "17"),
        client("ANDROID", "2.1", "17"),
        client("IOS", "2.1-beta", "17"),
        client("IOS", "2.1.0.0.0", "17"),
        client("IOS", "2..1", "17"),
        client("IOS", "-2", "17"),
        client("IOS", "9999999999", "17"),
        Client::default(),
    ];

    for client in sent {
        assert!(!open.matches(&client, at()), "{client:?}");
    }
    assert!(open.matches(&client("IOS", "2.1", "17"), at()));
}

#[test]
fn versions_are_compared_as_numbers() {
    let version = |raw| AppVersion::parse(raw).expect("a version");

    assert!(version("1.10") > version("1.9"));
    assert!(version("2") == version("2.0.0.0") && version("2.0.0.1") > version("2"));
    assert!(gate("1.9", 100).matches(&client("IOS", "1.10", "15.0"), at()));
    assert!(!gate("1.10", 100).matches(&client("IOS", "1.9", "15.0"), at()));
    assert!(!gate("1.9", 100).matches(&client("IOS", "1.10", "14.9.9"), at()));
    let closed = Gate { max_app: AppVersion::parse("1.9"), ..gate("1", 100) };
    assert!(!closed.matches(&client("IOS", "1.10", "15"), at()));
}

#[test]
fn a_gate_counts_only_in_its_time() {
    let app = client("IOS", "2", "15");
    let from = Gate { from: Some(at()), to: Some(at() + Duration::hours(1)), ..gate("1", 100) };

    assert!(from.matches(&app, at()) && !from.matches(&app, at() - Duration::microseconds(1)));
    assert!(!from.matches(&app, at() + Duration::hours(1)));
}

#[test]
fn a_share_is_decided_by_the_hash_of_salt_and_account() {
    // sha256("s:acc_00000000000000000000000000000007") begins with 26092f21dc6476cc, which is 44 modulo 100.
    let account = AccountId::parse("acc_00000000000000000000000000000007").expect("an id");
    let place = (0..=100).find(|pct| in_rollout("s", *pct, Some(account)));

    assert_eq!(place, Some(45));
    assert!(!in_rollout("s", 99, None) && in_rollout("s", 100, None));
}

#[test]
fn of_the_statements_that_hold_the_one_that_began_last_counts() {
    let open = status(ServiceState::Degraded, -5, None);
    let planned = status(ServiceState::Maintenance, 1, Some(2));
    let corrected = status(ServiceState::Down, 1, Some(2));
    let all = [planned, open, corrected];
    let state = |hours| current(&all, at() + Duration::hours(hours)).map(|status| status.state);

    assert_eq!(state(-6), None);
    assert_eq!(state(0), Some(ServiceState::Degraded));
    assert_eq!(state(1), Some(ServiceState::Down), "of two that began together the one made last");
    assert_eq!(state(2), Some(ServiceState::Degraded));
}

#[test]
fn degraded_is_usable_with_its_notice() {
    let degraded = [status(ServiceState::Degraded, -1, None)];
    let terms = Terms {
        withdrawn: false,
        gates: &[],
        statuses: &degraded,
        coverage: &Coverage::AllWards,
        min_identity: 0,
    };
    let nobody =
        Asking { subject: None, identity: 0, client: Client::default(), ward: None, at: at() };

    assert_eq!(availability(&terms, &nobody), Ok(Some(&degraded[0])));
}

proptest! {
    #[test]
    fn a_rollout_is_stable_and_only_grows(salt in "[a-z]{1,8}", raw: u128, less in 0_u8..=100, more in 0_u8..=100) {
        let account = Some(AccountId::restore(uuid::Uuid::from_u128(raw)));
        let (less, more) = (less.min(more), less.max(more));

        prop_assert_eq!(in_rollout(&salt, less, account), in_rollout(&salt, less, account));
        prop_assert!(!in_rollout(&salt, less, account) || in_rollout(&salt, more, account));
        prop_assert!(in_rollout(&salt, 100, account) && !in_rollout(&salt, 0, account));
    }

    #[test]
    fn reading_a_version_never_panics(raw: String) {
        prop_assert!(AppVersion::parse(&raw).is_none() || raw.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    }
}
