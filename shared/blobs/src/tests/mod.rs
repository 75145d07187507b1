//! What any store must do before photos are trusted to it, asked of the store of the test run.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::StatusCode;

use super::*;

fn settings() -> S3Settings {
    let s3 = city_testkit::s3();
    S3Settings {
        endpoint: s3.endpoint,
        region: s3.region,
        bucket: s3.bucket,
        access_key: s3.access_key,
        secret_key: s3.secret_key.into(),
        public_endpoint: None,
    }
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(test);
}

fn key(name: &str) -> String {
    format!("contract/{name}-{}", std::process::id())
}

const LIFE: Duration = Duration::from_mins(5);

/// Sends as a phone does: the signed headers, and whatever body it has.
async fn upload(signed: &SignedPut, body: &'static [u8], content_type: &str) -> StatusCode {
    let request =
        city_http::client().put(&signed.url).header("content-type", content_type).body(body);
    request.send().await.expect("the store answers").status()
}

#[test]
fn a_signed_put_takes_exactly_its_length_and_type() {
    run(async {
        let blobs = Blobs::connect(settings());
        let key = key("exact");
        let signed = blobs.presign_put(&key, 5, "image/jpeg", LIFE).await.unwrap();

        assert_eq!(upload(&signed, b"longer", "image/jpeg").await, StatusCode::FORBIDDEN);
        assert_eq!(upload(&signed, b"shor", "image/jpeg").await, StatusCode::FORBIDDEN);
        assert_eq!(upload(&signed, b"exact", "image/png").await, StatusCode::FORBIDDEN);
        assert_eq!(blobs.head(&key).await.unwrap(), None, "nothing of it was kept");
        assert_eq!(upload(&signed, b"exact", "image/jpeg").await, StatusCode::OK);

        let head = blobs.head(&key).await.unwrap();
        assert_eq!(head, Some(Head { length: 5, content_type: "image/jpeg".to_owned() }));
        blobs.delete(&key).await.unwrap();
    });
}

#[test]
fn a_late_put_is_refused() {
    run(async {
        let blobs = Blobs::connect(settings());
        let key = key("late");
        #[expect(
            clippy::disallowed_methods,
            reason = "the store compares the signature with the machine's clock"
        )]
        let start = SystemTime::now() - LIFE - Duration::from_secs(2);
        let signed = blobs.presign_put_from(start, &key, 5, "image/jpeg", LIFE).await.unwrap();

        assert_eq!(upload(&signed, b"exact", "image/jpeg").await, StatusCode::FORBIDDEN);
        assert_eq!(blobs.head(&key).await.unwrap(), None);
    });
}

#[test]
fn the_signed_headers_name_length_and_type_and_no_checksum() {
    run(async {
        let signed =
            Blobs::connect(settings()).presign_put("k", 5, "image/webp", LIFE).await.unwrap();

        let mut headers = signed.headers.clone();
        headers.sort();
        let expected = [("content-length", "5"), ("content-type", "image/webp")];
        assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(!signed.url.contains("checksum"), "a phone cannot compute one");
        assert!(!format!("{signed:?}").contains("http"), "the URL is a permission");
    });
}

#[test]
fn clients_outside_get_the_public_address() {
    run(async {
        let public_endpoint = Some("https://files.example.vn".to_owned());
        let blobs = Blobs::connect(S3Settings { public_endpoint, ..settings() });

        let put = blobs.presign_put("k", 5, "image/webp", LIFE).await.unwrap();
        let get = blobs.presign_get("k", LIFE).await.unwrap();

        assert!(put.url.starts_with("https://files.example.vn/"), "path style");
        assert!(get.starts_with("https://files.example.vn/"), "path style");
        assert!(blobs.ready().await, "own calls go the inner way");
    });
}

#[test]
fn objects_are_written_copied_read_and_deleted() {
    run(async {
        let blobs = Blobs::connect(settings());
        let (one, two) = (key("one"), key("two"));

        blobs.put(&one, Bytes::from_static(b"bytes"), "image/jpeg", "private").await.unwrap();
        blobs.copy(&one, &two).await.unwrap();
        blobs.delete(&one).await.unwrap();
        blobs.delete(&one).await.unwrap(); // again: deleted is deleted

        assert_eq!(blobs.get(&one, 5).await.unwrap(), None);
        assert_eq!(blobs.get(&two, 5).await.unwrap(), Some(Bytes::from_static(b"bytes")));
        assert!(matches!(blobs.get(&two, 4).await, Err(BlobError::Refused { .. })), "bounded");
        let fetched = city_http::client()
            .get(blobs.presign_get(&two, LIFE).await.unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(fetched.bytes().await.unwrap(), Bytes::from_static(b"bytes"));
        blobs.delete(&two).await.unwrap();
    });
}

#[test]
fn what_stands_is_not_written_over_by_whoever_writes_once() {
    run(async {
        let blobs = Blobs::connect(settings());
        let key = key("once");
        let write = async |bytes: &'static [u8]| {
            let bytes = Bytes::from_static(bytes);
            blobs.put_once(&key, bytes, "application/jsonl", "private").await.unwrap()
        };

        assert!(write(b"first").await);
        assert!(!write(b"first").await, "the same again is not written");
        assert!(!write(b"other").await);

        assert_eq!(blobs.get(&key, 9).await.unwrap(), Some(Bytes::from_static(b"first")));
        blobs.delete(&key).await.unwrap();
    });
}

#[test]
fn an_attachment_is_saved_and_not_shown() {
    run(async {
        let blobs = Blobs::connect(settings());
        let key = key("attachment");
        blobs.put_attachment(&key, Bytes::from_static(b"%PDF-"), "application/pdf").await.unwrap();

        let url = blobs.presign_get_attachment(&key, LIFE).await.unwrap();
        let answer = city_http::client().get(url).send().await.unwrap();

        assert_eq!(answer.headers()["content-disposition"], "attachment");
        assert_eq!(answer.bytes().await.unwrap(), Bytes::from_static(b"%PDF-"));
        blobs.delete(&key).await.unwrap();
    });
}

#[test]
fn a_bucket_is_made_once() {
    run(async {
        let bucket = format!("contract-{}", std::process::id());
        let blobs = Blobs::connect(S3Settings { bucket, ..settings() });
        assert!(!blobs.ready().await);

        blobs.ensure_bucket().await.unwrap();
        blobs.ensure_bucket().await.unwrap();

        assert!(blobs.ready().await);
    });
}

#[test]
fn away_is_told_from_refused() {
    run(async {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap(); // closed again at once
        let away = Blobs::connect(S3Settings { endpoint: format!("http://{free}"), ..settings() });
        let stranger =
            Blobs::connect(S3Settings { secret_key: "wrong".to_owned().into(), ..settings() });

        assert!(away.head("k").await.unwrap_err().is_away());
        assert!(!away.ready().await);
        assert!(matches!(stranger.head("k").await, Err(BlobError::Refused { .. })));
    });
}
