//! The service as a whole.

use city_testkit::{City, run};

use crate::subject::Payments;

#[test]
fn it_is_ready_once_somebody_leads_the_ledger() {
    run::<Payments>(async |city: &City<Payments>| {
        let anyone = city.anonymous();
        let mut answer = anyone.get("/readyz").await.status();
        while answer != "200 OK" {
            tokio::task::yield_now().await; // the election takes a few round trips
            answer = anyone.get("/readyz").await.status();
        }
        assert_eq!(answer, "200 OK");
    });
}
