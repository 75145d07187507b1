//! `GET /graphiql`: the schema browser of the development profile, from files in this repository. Not built without the
//! cargo feature `graphiql`, and never served in production.

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{HeaderName, HeaderValue, header};

/// Fonts and cursors of the browser's style sheet are data URLs; nothing else comes from anywhere but here.
const POLICY: &str = "default-src 'self'; font-src 'self' data:; img-src 'self' data:; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'; object-src 'none'";

struct File {
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! file {
    ($name:literal, $content_type:literal) => {
        File {
            path: concat!("/graphiql/", $name),
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../assets/graphiql/", $name)),
        }
    };
}

static PAGE: File = File {
    path: "/graphiql",
    content_type: "text/html; charset=utf-8",
    bytes: include_bytes!("../../assets/graphiql/index.html"),
};

static FILES: [File; 6] = [
    file!("graphiql.min.css", "text/css; charset=utf-8"),
    file!("graphiql.min.js", "text/javascript; charset=utf-8"),
    file!("react.production.min.js", "text/javascript; charset=utf-8"),
    file!("react-dom.production.min.js", "text/javascript; charset=utf-8"),
    file!("start.css", "text/css; charset=utf-8"),
    file!("start.js", "text/javascript; charset=utf-8"),
];

/// The page and its files.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    std::iter::once(&PAGE)
        .chain(&FILES)
        .fold(Router::new(), |router, file| router.route(file.path, get(async move || shown(file))))
}

fn shown(file: &'static File) -> Response {
    let headers: [(HeaderName, HeaderValue); 5] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.content_type)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, file.bytes).into_response()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use aws_lc_rs::digest::{SHA256, digest};

    use super::*;

    #[test]
    fn the_files_from_npm_are_the_ones_that_were_checked() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/graphiql");
        let sums = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
        let listed: Vec<(&str, &str)> =
            sums.lines().map(|line| line.split_once("  ").unwrap()).collect();

        for (sum, name) in &listed {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            assert_eq!(hex::encode(digest(&SHA256, &bytes)), *sum, "{name}");
        }
        for file in FILES.iter().filter(|file| file.path.contains(".min.")) {
            assert!(
                listed.iter().any(|(_, name)| file.path.ends_with(name)),
                "{} has no checksum",
                file.path
            );
        }
    }

    #[test]
    fn the_page_names_no_other_address_and_runs_nothing_inline() {
        let page = std::str::from_utf8(PAGE.bytes).unwrap();

        assert!(!page.contains("//"), "every file comes from here");
        assert!(!page.contains("style=") && !page.contains("<style") && !page.contains("onload"));
        for script in page.split("<script").skip(1) {
            assert!(
                script.starts_with(" src=\"/graphiql/") && script.contains("\"></script>"),
                "{script}"
            );
        }
    }
}
