//! Receivers with bad manners: whoever drips or never ends costs a call and its ten seconds, and nobody else anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use city_boot::Tasks;
use city_testkit::run;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

use crate::shop::{pay, shop};
use crate::subject::Payments;
use crate::town::{Town, one, rich};

/// What a receiver does once it has heard the event.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// Its head comes a byte every half second, for ever.
    Drips,
    /// Its answer is good, and its body never ends.
    NeverEnds,
    /// What it sends is no HTTP.
    Babbles,
    /// It hangs up.
    HangsUp,
}

/// A receiver on a port of its own; how many calls it had, and how many bytes of its body were taken.
struct Receiver {
    url: String,
    calls: Arc<AtomicUsize>,
    taken: Arc<AtomicUsize>,
}

impl Receiver {
    async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}/hook", listener.local_addr().expect("it is bound"));
        let (calls, taken) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counters = (calls.clone(), taken.clone());
        Tasks::new().spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counters.0.fetch_add(1, Ordering::Relaxed);
                let taken = counters.1.clone();
                Tasks::new().spawn(async move { behave(manner, stream, taken).await });
            }
        });
        Self { url, calls, taken }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

/// Ends when the caller has gone.
async fn behave(manner: Manner, mut stream: TcpStream, taken: Arc<AtomicUsize>) {
    let mut heard = vec![0; 4_096];
    let mut sent = stream.read(&mut heard).await.map(drop);
    match manner {
        Manner::Drips => {
            sent = stream.write_all(b"HTTP/1.1 200 OK\r\nx-more: ").await;
            while sent.is_ok() {
                sleep(Duration::from_millis(500)).await;
                sent = stream.write_all(b"a").await;
            }
        }
        Manner::NeverEnds => {
            sent =
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n").await;
            let part = vec![b'x'; 65_536];
            while sent.is_ok() {
                sent = stream.write_all(&part).await;
                taken.fetch_add(part.len(), Ordering::Relaxed);
            }
        }
        Manner::Babbles => _ = stream.write_all(b"\0\0\0 not at all\r\n\r\n").await,
        Manner::HangsUp => {}
    }
    drop(sent); // the caller has gone: that is the point
}

#[test]
fn whoever_drips_or_never_ends_is_cut_off_and_disturbs_no_other() {
    run::<Payments>(async |city: &Town| {
        let shop = shop(city, None).await;
        let manners = [Manner::Drips, Manner::NeverEnds, Manner::Babbles, Manner::HangsUp];
        let mut receivers = Vec::new();
        for manner in manners {
            let receiver = Receiver::start(manner).await;
            let body = json!({ "url": receiver.url });
            drop(shop.post(city, "/merchant/v1/webhooks", &body).await.ok());
            receivers.push(receiver);
        }
        let (payer, _) = rich(city, 500).await;
        let what = json!({ "payeeId": shop.id, "amount": "500" });
        drop(pay(city, &payer, &what).await.ok());

        let begun = Instant::now();
        city.settle().await;
        let took = begun.elapsed().as_secs();

        // Ten, and what a busy machine adds; calls one after the other would be waited for twice.
        assert!((9..60).contains(&took), "{took} seconds");
        assert!(receivers.iter().all(|receiver| receiver.calls() == 1));
        let endless = receivers[1].taken.load(Ordering::Relaxed);
        assert!(endless < 50_000_000, "{endless} bytes were taken: the answer was its head");
        let of = async |url: &str, wanted: &str| {
            let sql = format!(
                "select count(*) from payments.webhook_delivery d join payments.webhook_endpoint e on e.id = d.endpoint
                 where e.url = '{url}' and {wanted}"
            );
            one(city, &sql).await
        };
        let slow = "d.state = 'WAITING' and d.failure = 'no answer within 10 seconds'";
        let broken = "d.state = 'WAITING' and d.failure = 'the connection failed'";
        for (receiver, wanted) in receivers.iter().zip([slow, "d.state = 'DONE'", broken, broken]) {
            assert_eq!(of(&receiver.url, wanted).await, 1, "{wanted}");
        }
        city.clock().advance(chrono::Duration::minutes(1));
        city.settle().await;
        let again: Vec<_> = receivers.iter().map(Receiver::calls).collect();
        assert_eq!(again, [2, 1, 2, 2], "who did not hear it is told again");
    });
}
