//! Which answer a client wants, what a body must call itself, and the one table of statuses.

use ::http::StatusCode;

use crate::prepare::{Code, Outcome, RequestError};

/// The media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerType {
    /// `application/graphql-response+json`.
    GraphqlResponse,
    /// `application/json`.
    Json,
    /// `text/event-stream`: server-sent events.
    EventStream,
}

impl AnswerType {
    /// The `Content-Type` of a whole answer; what goes wrong before a stream begins answers as a GraphQL response.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse | Self::EventStream => {
                "application/graphql-response+json; charset=utf-8"
            }
        }
    }
}

/// Chooses the answer type from all lines of `Accept` together.
///
/// # Errors
/// `NOT_ACCEPTABLE` if nothing we have fits.
pub fn negotiate<'a>(
    accept: impl IntoIterator<Item = &'a str>,
) -> Result<AnswerType, RequestError> {
    let lines: Vec<&str> = accept.into_iter().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return Ok(AnswerType::Json);
    }
    let ranges: Vec<Range> =
        lines.iter().flat_map(|line| split_quoted(line, ',')).filter_map(Range::parse).collect();
    let graphql = Wish::of("application", "graphql-response+json", &ranges);
    let json = Wish::of("application", "json", &ranges);
    let stream = Wish::of("text", "event-stream", &ranges);
    let whole = graphql.weight.max(json.weight);
    if stream.named && stream.weight > whole {
        Ok(AnswerType::EventStream)
    } else if graphql.weight > 0
        && (graphql.named || json.weight == 0)
        && graphql.weight >= json.weight
    {
        Ok(AnswerType::GraphqlResponse)
    } else if json.weight > 0 {
        Ok(AnswerType::Json)
    } else {
        let message = "Accept must allow application/graphql-response+json, application/json or text/event-stream";
        Err(RequestError::new(Code::NotAcceptable, Outcome::NotAcceptable, message))
    }
}

/// Checks the `Content-Type` lines of a POST: JSON in UTF-8, said once. No browser form gets in.
///
/// # Errors
/// `UNSUPPORTED_MEDIA_TYPE` for anything else, also for none.
pub fn check_content_type<'a>(
    lines: impl IntoIterator<Item = &'a str>,
) -> Result<(), RequestError> {
    let mut lines = lines.into_iter();
    let fits = match (lines.next(), lines.next()) {
        (Some(line), None) => is_json_in_utf8(line),
        (None, _) | (Some(_), Some(_)) => false,
    };
    let message = "The body of a POST must be application/json in UTF-8";
    let refused =
        || RequestError::new(Code::UnsupportedMediaType, Outcome::UnsupportedMediaType, message);
    if fits { Ok(()) } else { Err(refused()) }
}

/// The status of an answer. One function, because the draft of GraphQL over HTTP still moves.
pub fn status(outcome: Outcome, answer: AnswerType) -> StatusCode {
    match (outcome, answer) {
        (Outcome::Document, AnswerType::Json) | (Outcome::Executed, _) => StatusCode::OK,
        (Outcome::Parameters | Outcome::Document | Outcome::Refused, _) => StatusCode::BAD_REQUEST,
        (Outcome::Unauthenticated, _) => StatusCode::UNAUTHORIZED,
        (Outcome::MethodNotAllowed, _) => StatusCode::METHOD_NOT_ALLOWED,
        (Outcome::NotAcceptable, _) => StatusCode::NOT_ACCEPTABLE,
        (Outcome::BodyTooLarge, _) => StatusCode::PAYLOAD_TOO_LARGE,
        (Outcome::UriTooLong, _) => StatusCode::URI_TOO_LONG,
        (Outcome::UnsupportedMediaType, _) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        (Outcome::TooMany, _) => StatusCode::TOO_MANY_REQUESTS,
        (Outcome::Unavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn is_json_in_utf8(line: &str) -> bool {
    let mut parts = split_quoted(line, ';');
    let essence = parts.next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json") && parts.all(charset_fits)
}

/// A parameter that is not a charset, or is UTF-8.
fn charset_fits(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    !name.trim().eq_ignore_ascii_case("charset") || unquoted(value).eq_ignore_ascii_case("utf-8")
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}

/// Splits where the separator stands outside a quoted string.
fn split_quoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c: char| {
        let ends = !quoted && c == separator;
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        ends
    })
}

/// An entry of `Accept`: a media range and its weight in thousandths.
struct Range<'a> {
    main: &'a str,
    sub: &'a str,
    weight: u16,
}

impl<'a> Range<'a> {
    /// `None` for what is no media range, or asks for a charset we do not write.
    fn parse(entry: &'a str) -> Option<Self> {
        let mut parts = split_quoted(entry, ';');
        let (main, sub) = parts.next()?.trim().split_once('/')?;
        let mut weight = 1_000;
        for parameter in parts {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            if name.trim().eq_ignore_ascii_case("q") {
                weight = thousandths(value.trim())?;
            } else if !charset_fits(parameter) {
                return None;
            }
        }
        Some(Self { main, sub, weight })
    }

    /// How closely this range fits a type: 3 by name, 2 by main type, 1 for all, 0 not.
    fn precision(&self, main: &str, sub: &str) -> u8 {
        if self.main == "*" && self.sub == "*" {
            1
        } else if !self.main.eq_ignore_ascii_case(main) {
            0
        } else if self.sub == "*" {
            2
        } else if self.sub.eq_ignore_ascii_case(sub) {
            3
        } else {
            0
        }
    }
}

/// `0`, `0.5`, `1.000`: a weight of RFC 9110, which has at most three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let weight = match whole {
        "0" if digits => format!("{decimals:0<3}").parse().ok()?,
        "1" if digits && decimals.bytes().all(|byte| byte == b'0') => 1_000,
        _ => return None,
    };
    Some(weight)
}

/// How much one of our types is wanted: the weight of the closest range, the highest of equally close ones.
struct Wish {
    named: bool,
    weight: u16,
}

impl Wish {
    fn of(main: &str, sub: &str, ranges: &[Range<'_>]) -> Self {
        let fitting = ranges.iter().map(|range| (range.precision(main, sub), range.weight));
        let (precision, weight) =
            fitting.filter(|(precision, _)| *precision > 0).max().unwrap_or((0, 0));
        Self { named: precision == 3 && weight > 0, weight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AnswerType::{EventStream as S, GraphqlResponse as G, Json as J};

    #[test]
    fn the_answer_type_follows_accept() {
        let table: [(&[&str], Option<AnswerType>); 31] = [
            (&[], Some(J)),
            (&[""], Some(J)),
            (&["*/*"], Some(J)),
            (&["application/*"], Some(J)),
            (&["application/json"], Some(J)),
            (&["APPLICATION/JSON"], Some(J)),
            (&["application/graphql-response+json"], Some(G)),
            (&["application/graphql-response+json; charset=utf-8"], Some(G)),
            (&["application/graphql-response+json; charset=\"UTF-8\""], Some(G)),
            (&["application/json; charset=utf-8"], Some(J)),
            (&["application/json; charset=latin1"], None),
            (&["application/graphql-response+json, application/json"], Some(G)),
            (&["application/json, application/graphql-response+json"], Some(G)),
            (&["application/json", "application/graphql-response+json"], Some(G)),
            (&["application/graphql-response+json;q=0.9, application/json"], Some(J)),
            (&["application/graphql-response+json;q=0.9, application/json;q=0.8"], Some(G)),
            (&["application/graphql-response+json;q=0.9, */*"], Some(J)),
            (&["application/graphql-response+json, */*;q=0.1"], Some(G)),
            (&["application/json;q=0, */*"], Some(G)),
            (&["application/json;q=0"], None),
            (&["application/graphql-response+json;q=0"], None),
            (&["application/graphql-response+json;q=0, */*"], Some(J)),
            (&["application/graphql-response+json;q=0.000, application/json;q=0.001"], Some(J)),
            (&["text/event-stream"], Some(S)),
            (&["text/event-stream, application/json;q=0.9"], Some(S)),
            (&["text/event-stream, application/json"], Some(J)),
            (&["text/event-stream;q=0.5, */*"], Some(J)),
            (
                &[
                    "multipart/mixed;subscriptionSpec=\"1.0, x\", application/graphql-response+json, application/json",
                ],
                Some(G),
            ),
            (&["text/html"], None),
            (&["text/*"], None),
            (&["nonsense, application/json;q=2, application/graphql-response+json;q=x"], None),
        ];
        for (accept, expected) in table {
            let chosen = negotiate(accept.iter().copied());

            assert_eq!(chosen.as_ref().ok().copied(), expected, "{accept:?}");
        }
    }

    #[test]
    fn b03_only_json_in_utf8_may_be_posted() {
        let table: [(&[&str], bool); 14] = [
            (&["application/json"], true),
            (&["application/json; charset=utf-8"], true),
            (&["Application/JSON;Charset=\"UTF-8\""], true),
            (&["application/json; charset=utf-16"], false),
            (&["application/json; charset=iso-8859-1"], false),
            (&["application/jsonp"], false),
            (&["application/graphql-response+json"], false),
            (&["application/graphql"], false),
            (&["text/plain"], false),
            (&["application/x-www-form-urlencoded"], false),
            (&["multipart/form-data; boundary=x"], false),
            (&["text/plain; application/json"], false),
            (&["application/json", "text/plain"], false),
            (&[], false),
        ];
        for (lines, fits) in table {
            assert_eq!(check_content_type(lines.iter().copied()).is_ok(), fits, "{lines:?}");
        }
    }

    #[test]
    fn a_status_follows_outcome_and_answer_type() {
        let same = [
            (Outcome::Parameters, 400),
            (Outcome::Refused, 400),
            (Outcome::Unauthenticated, 401),
            (Outcome::MethodNotAllowed, 405),
            (Outcome::NotAcceptable, 406),
            (Outcome::BodyTooLarge, 413),
            (Outcome::UriTooLong, 414),
            (Outcome::UnsupportedMediaType, 415),
            (Outcome::TooMany, 429),
            (Outcome::Unavailable, 503),
            (Outcome::Executed, 200),
        ];
        for (outcome, code) in same {
            for answer in [G, J, S] {
                assert_eq!(status(outcome, answer).as_u16(), code, "{outcome:?} {answer:?}");
            }
        }
        assert_eq!(
            [G, J, S].map(|answer| status(Outcome::Document, answer).as_u16()),
            [400, 200, 400]
        );
    }
}
