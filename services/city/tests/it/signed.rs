//! Signs S3 requests by hand, so that the store is judged by the specification and not by its own crate.
//!
//! AWS Signature Version 4 in query parameters: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use aws_lc_rs::{digest, hmac};
use serde_json::Value;

/// A PUT whose length and type were decided by the one who signed it.
pub struct SignedPut {
    address: String,
    target: String,
}

impl SignedPut {
    pub fn new(s3: &Value, key: &str, length: usize, kind: &str) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the store compares the signature's time with the machine's"
        )]
        let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
        let text = |name: &str| s3[name].as_str().expect("the line describes the store").to_owned();
        let address = text("endpoint").trim_start_matches("http://").to_owned();
        let (moment, day) =
            (now.format("%Y%m%dT%H%M%SZ").to_string(), now.format("%Y%m%d").to_string());
        let scope = format!("{day}/{}/s3/aws4_request", text("region"));
        let path = format!("/{}/{key}", text("bucket"));
        let query = format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date={moment}&X-Amz-Expires=300\
             &X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost",
            format!("{}/{scope}", text("access_key")).replace('/', "%2F"),
        );
        let request = format!(
            "PUT\n{path}\n{query}\ncontent-length:{length}\ncontent-type:{kind}\nhost:{address}\n\n\
             content-length;content-type;host\nUNSIGNED-PAYLOAD"
        );
        let hashed = hex::encode(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
        let mut signing = format!("AWS4{}", text("secret_key")).into_bytes();
        for part in [day.as_str(), text("region").as_str(), "s3", "aws4_request"] {
            signing = mac(&signing, part);
        }
        let signature =
            hex::encode(mac(&signing, &format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashed}")));
        Self { address, target: format!("{path}?{query}&X-Amz-Signature={signature}") }
    }

    /// Sends this body as this type; the status of the answer.
    pub fn send(&self, body: &str, kind: &str) -> u16 {
        request(&self.address, "PUT", &self.target, body, kind).0
    }
}

/// One request by hand: the status and the whole answer.
pub fn request(address: &str, method: &str, target: &str, body: &str, kind: &str) -> (u16, String) {
    let mut connection = TcpStream::connect(address).expect("the store accepts");
    let length = body.len();
    write!(
        connection,
        "{method} {target} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\ncontent-type: {kind}\r\n\
         connection: close\r\n\r\n{body}"
    )
    .expect("the store reads");
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).expect("the store answers");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("the answer has a status"), answer)
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}
