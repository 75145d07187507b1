//! The S3 store takes what was signed, and nothing else.

use crate::infra::{Folder, Infra};
use crate::signed::{SignedPut, request};

#[test]
fn an_upload_is_taken_only_with_the_length_and_the_type_that_were_signed() {
    let folder = Folder::new("stored-signed", 0o755);
    let infra = Infra::start(&folder, &["--throwaway"]);
    let put = SignedPut::new(&infra.access["s3"], "quarantine/photo.jpg", 4, "image/jpeg");

    let longer = put.send("12345", "image/jpeg");
    let shorter = put.send("123", "image/jpeg");
    let other_type = put.send("1234", "text/html");
    let stored_by_the_refused = folder.data().join("s3/hue-city/quarantine/photo.jpg").exists();
    let as_signed = put.send("1234", "image/jpeg");

    assert_eq!((longer, shorter, other_type, stored_by_the_refused), (403, 403, 403, false));
    assert_eq!(as_signed, 200);
    assert_eq!(
        std::fs::read(folder.data().join("s3/hue-city/quarantine/photo.jpg")).unwrap(),
        b"1234"
    );
    assert!(infra.stop().0.success());
}

#[test]
fn a_request_without_the_right_signature_reads_and_writes_nothing() {
    let folder = Folder::new("stored-unsigned", 0o755);
    let infra = Infra::start(&folder, &["--throwaway"]);
    let address =
        infra.access["s3"]["endpoint"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let mut other_key = infra.access["s3"].clone();
    other_key["secret_key"] = "0".repeat(64).into();

    let unsigned = [
        ("GET", "/"),
        ("GET", "/hue-city?list-type=2"),
        ("PUT", "/hue-city/x"),
        ("DELETE", "/hue-city"),
    ]
    .map(|(method, target)| request(&address, method, target, "", "text/plain").0);
    let signed_by_another =
        SignedPut::new(&other_key, "photo.jpg", 4, "image/jpeg").send("1234", "image/jpeg");

    assert_eq!((unsigned, signed_by_another), ([403; 4], 403));
    assert!(infra.stop().0.success());
}
