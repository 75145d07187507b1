//! Notices that come slowly, or too large: they are cut off, and keep nobody else waiting.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use city_boot::Tasks;
use city_http::Limits;
use city_testkit::run;
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{MissedTickBehavior, interval};

use super::{answers, happens, start, state};
use crate::subject::Payments;
use crate::till::simulator;
use crate::town::{Town, available, one, rich};

/// Slow ones at once.
const MANY: usize = 40;

/// The service behind the house's own accept loop, as in production.
async fn served(city: &Town) -> (SocketAddr, Tasks) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let tasks = Tasks::new();
    let (router, stop) = (city.router(), tasks.stopping());
    tasks.spawn(async move { city_http::serve(listener, router, Limits::default(), stop).await });
    (address, tasks)
}

/// Announces so many bytes, or none when they come in chunks of unknown number.
fn head(path: &str, length: Option<usize>) -> String {
    let framing = match length {
        Some(length) => format!("Content-Length: {length}"),
        None => "Transfer-Encoding: chunked".to_owned(),
    };
    format!(
        "POST {path} HTTP/1.1\r\nHost: city\r\nContent-Type: application/json\r\n{framing}\r\n\r\n"
    )
}

/// Sends a byte of a body now and then until the other side has closed the connection; what it said, and after how long.
async fn trickle(to: SocketAddr, head: &str, part: &[u8]) -> (String, Duration) {
    let begun = Instant::now();
    let stream = TcpStream::connect(to).await.expect("it listens");
    let (mut from, mut into) = stream.into_split();
    into.write_all(head.as_bytes()).await.expect("it takes a head");
    let mut said = Vec::new();
    let mut beat = interval(Duration::from_millis(100));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut open = true;
    loop {
        let mut some = [0; 1024];
        tokio::select! {
            read = from.read(&mut some) => match read {
                Ok(0) | Err(_) => return (String::from_utf8_lossy(&said).into_owned(), begun.elapsed()),
                Ok(bytes) => said.extend_from_slice(&some[..bytes]),
            },
            _ = beat.tick(), if open => open = into.write_all(part).await.is_ok(),
        }
    }
}

/// Sends all of a body; the status line of the answer.
async fn whole(to: SocketAddr, path: &str, bytes: usize) -> String {
    let mut stream = TcpStream::connect(to).await.expect("it listens");
    let head = head(path, Some(bytes));
    stream.write_all(head.as_bytes()).await.expect("it takes a head");
    // The other side may say no before it has all.
    drop(stream.write_all(&vec![b'x'; bytes]).await);
    let mut said = vec![0; 4096];
    let read = stream.read(&mut said).await.unwrap_or(0);
    let said = String::from_utf8_lossy(&said[..read]).into_owned();
    said.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn f12_a_notice_that_trickles_is_cut_off_and_an_honest_one_is_taken_meanwhile() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (momo, zalopay) =
            (start(city, &who, "MOMO", 30_000).await, start(city, &who, "ZALOPAY", 40_000).await);
        let (address, tasks) = served(city).await;
        let heads: Vec<_> = (0..MANY)
            .map(|n| {
                let path = if n % 2 == 0 { "/ipn/momo" } else { "/ipn/zalopay" };
                let chunked = n % 4 >= 2;
                (
                    head(path, (!chunked).then_some(9_000)),
                    if chunked { &b"1\r\n{\r\n"[..] } else { b"{" },
                )
            })
            .collect();

        let slow = join_all(heads.iter().map(|(head, part)| trickle(address, head, part)));
        let honest = async {
            for started in [&momo, &zalopay] {
                happens(city, started, "paid").await;
            }
            let begun = Instant::now();
            simulator(city).step().await;
            begun.elapsed()
        };
        let (slow, honest) = tokio::join!(slow, honest);

        for (said, after) in slow {
            assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
            assert!(
                (Duration::from_secs(9)..Duration::from_secs(15)).contains(&after),
                "{after:?}"
            );
        }
        assert!(honest < Duration::from_secs(5), "{honest:?}");
        assert_eq!(answers(city, &momo), ["204"]);
        assert_eq!(
            answers(city, &zalopay),
            [r#"200 {"return_code":1,"return_message":"success"}"#]
        );
        for started in [&momo, &zalopay] {
            assert_eq!(state(&who, started).await, "PAID");
        }
        assert_eq!(available(&who).await, 70_000);
        let kept = "select count(*) from payments.provider_message where not verified";
        assert_eq!(one(city, kept).await, 0, "what never came is not kept");
        city.settle().await;
        tasks.shutdown(Duration::from_secs(1)).await;
    });
}

#[test]
fn a_notice_larger_than_any_is_refused_before_all_of_it_is_read() {
    run::<Payments>(async |city: &Town| {
        let (address, tasks) = served(city).await;

        for (path, bytes, status) in [
            ("/ipn/momo", 16 * 1024 + 1, "HTTP/1.1 400 Bad Request"),
            ("/ipn/zalopay", 16 * 1024 + 1, "HTTP/1.1 200 OK"), // -1: ZaloPay has no other way to hear no
            ("/ipn/momo", 300 * 1024, "HTTP/1.1 413 Payload Too Large"),
            ("/ipn/zalopay", 300 * 1024, "HTTP/1.1 413 Payload Too Large"),
        ] {
            assert_eq!(whole(address, path, bytes).await, status, "{path} {bytes}");
        }
        // Of unknown length, it is cut off where none goes on.
        let chunk = format!("{:x}\r\n{}\r\n", 1_000, "x".repeat(1_000));
        let (said, after) = trickle(address, &head("/ipn/momo", None), chunk.as_bytes()).await;

        assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
        assert!(after < Duration::from_secs(9), "{after:?}");
        assert_eq!(one(city, "select count(*) from payments.provider_message").await, 0);
        tasks.shutdown(Duration::from_secs(1)).await;
    });
}
