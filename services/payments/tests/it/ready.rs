//! The service as a whole.

use city_testkit::run;

use crate::subject::Payments;
use crate::town::Town;

#[test]
fn it_is_ready_once_somebody_leads_the_ledger() {
    run::<Payments>(async |city: &Town| {
        assert_eq!(city.anonymous().get("/readyz").await.status(), "200 OK");
        let leads = "select count(*) from payments.ledger_writer where epoch > 0";
        assert_eq!(crate::town::one(city, leads).await, 1);
    });
}
