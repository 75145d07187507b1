//! What waits for a second officer is shown to whoever may decide about it.

use city_auth::permission::{
    LIMIT_APPROVE, Permission, RECONCILIATION_APPROVE, REFUND_APPROVE, SETTLEMENT_APPROVE,
    WALLET_APPROVE,
};
use city_auth::{Grant, Scope};
use city_testkit::{Character, run};

use crate::subject::Payments;
use crate::town::{Town, approver, finance, rich};
use crate::treasury::sql;

const APPROVALS: &str = "/admin/v1/payments/approvals";

/// An officer with one permission.
fn holder(city: &Town, permission: Permission) -> Character {
    let mut officer = city.staff();
    let permissions = vec![permission];
    officer.principal.grants.push(Grant { scope: Scope::City, permissions, until: None });
    officer
}

/// Requests of all kinds, two of each, one kind after the other.
async fn all_kinds_wait(city: &Town, wallet: &str) {
    let wallet = wallet.trim_start_matches("wal_");
    let requests = format!(
        "insert into payments.approval
             (id, kind, wallet, subject, version, amount, detail, leg, reason, requested_by, requested_at)
         select gen_random_uuid(), kind,
                case when kind in ('UNFREEZE_WALLET', 'ADJUST_WALLET') then '{wallet}'::uuid end,
                case when kind not in ('UNFREEZE_WALLET', 'ADJUST_WALLET', 'LIMIT') then gen_random_uuid() end,
                case when kind = 'LIMIT' then 1 end,
                case when kind not in ('UNFREEZE_WALLET', 'LIMIT') then 1000 end,
                case kind when 'RECONCILIATION' then 'WRITE_OFF' when 'SETTLEMENT' then 'FT1'
                          when 'RELEASE_SUSPENSE' then 'PROVIDER' end,
                case when kind = 'RELEASE_SUSPENSE' then 0 end,
                'asked for by letter 17', gen_random_uuid(),
                timestamptz '2026-03-01' + round * interval '1 hour' + place * interval '1 minute'
         from generate_series(1, 2) round,
              (values (1, 'UNFREEZE_WALLET'), (2, 'ADJUST_WALLET'), (3, 'REFUND'), (4, 'RECONCILIATION'),
                      (5, 'LIMIT'), (6, 'SETTLEMENT'), (7, 'RELEASE_SUSPENSE')) kinds (place, kind)"
    );
    sql(city, &requests).await;
}

/// The kinds of the requests that an officer is shown, a page each.
async fn shown(officer: &Character) -> Vec<String> {
    let (mut kinds, mut path) = (Vec::new(), format!("{APPROVALS}?first=1"));
    loop {
        let page = officer.get(&path).await.ok();
        let edges = page["edges"].as_array().expect("a page has edges");
        assert_eq!(edges.len(), 1, "a page is whole: {page}");
        let edge = &edges[0];
        kinds.push(edge["node"]["kind"].as_str().expect("a kind").to_owned());
        if page["hasNextPage"] == false {
            return kinds;
        }
        let cursor = edge["cursor"].as_str().expect("an edge has a cursor");
        path = format!("{APPROVALS}?first=1&after={cursor}");
    }
}

#[test]
fn an_officer_is_shown_the_requests_of_the_kinds_they_may_decide_and_no_others() {
    run::<Payments>(async |city: &Town| {
        let (_, wallet) = rich(city, 0).await;
        all_kinds_wait(city, &wallet).await;

        for (permission, kinds) in [
            (WALLET_APPROVE, &["UNFREEZE_WALLET"][..]),
            (REFUND_APPROVE, &["REFUND"]),
            (RECONCILIATION_APPROVE, &["ADJUST_WALLET", "RECONCILIATION", "RELEASE_SUSPENSE"]),
            (LIMIT_APPROVE, &["LIMIT"]),
            (SETTLEMENT_APPROVE, &["SETTLEMENT"]),
        ] {
            let officer = holder(city, permission);
            assert_eq!(shown(&officer).await, [kinds, kinds].concat(), "{}", permission.as_str());
        }

        assert_eq!(shown(&approver(city)).await.len(), 14);
        assert_eq!(finance(city).get(APPROVALS).await.code(), "SCOPE");
        city.settle().await;
    });
}
