//! `docs/ERRORS.md` lists the codes that the sources can answer, all of them and no others.

use std::collections::BTreeSet;

use super::{files, root};

/// Where sources lie whose codes leave the house.
const SOURCES: [&str; 9] = [
    "services/accounts/src",
    "services/reports/src",
    "services/notifications/src",
    "services/catalogue/src",
    "services/payments/src",
    "services/gateway/src",
    "shared/auth/src",
    "shared/http/src",
    "shared/boot/src",
];

/// What stands before the parenthesis or brace in which codes are written.
const BEFORE_CODES: [&str; 24] = [
    "Problem::new(",
    "Problem::at(",
    "Finding::new(",
    "Flaw::new(",
    "Error::invalid(",
    "checks.require(",
    "self.require(",
    "bad_request(",
    "refused(",
    "refuse(",
    "Fate::Refused(",
    "bill_import::fail(",
    "finding(",
    "impl Outcome for ",
    "impl Refusal {",
    "impl Refused {",
    "impl EndReason {",
    "impl PhotoRefusal {",
    "impl Code {",
    "fn code(kind: Kind) ",
    "let code = match ",
    "let reason = match ",
    "impl Blocker {",
    "let (kind, code) = match ",
];

#[test]
fn every_code_is_in_the_list_of_errors_and_the_list_has_no_other() {
    let page = std::fs::read_to_string(root().join("docs/ERRORS.md")).expect("there is the list");
    let listed = listed_codes(&page);
    let mut answered = BTreeSet::new();
    for (path, text) in SOURCES.into_iter().flat_map(|folder| files(folder, "rs")) {
        if !path.components().any(|part| part.as_os_str() == "tests") {
            answered.extend(codes_of(&text));
        }
    }

    let unlisted: Vec<_> = answered.difference(&listed).collect();
    let unknown: Vec<_> = listed.difference(&answered).collect();

    assert!(answered.len() > 100, "the codes were found: {answered:?}");
    assert!(unlisted.is_empty(), "add a row to docs/ERRORS.md for {unlisted:?}");
    assert!(unknown.is_empty(), "docs/ERRORS.md names codes that nobody answers: {unknown:?}");
}

#[test]
fn codes_are_found_however_they_are_written() {
    let source = r#"
        Err(Problem::new(Kind::Invalid, "FIRST", "not (this) one")),
        impl Outcome for Error { fn code(&self) -> &str { match self { _ => "SECOND" } } }
        let refusal = Refusal { reason: "THIRD".to_owned() };
        let other = "FOURTH";
        #[cfg(test)]
        Problem::new(Kind::Invalid, "FIFTH", "")
    "#;

    let codes = codes_of(source);

    assert_eq!(codes, ["FIRST", "SECOND", "THIRD"].map(str::to_owned).into());
}

/// The codes in the first cells of a page's tables.
fn listed_codes(page: &str) -> BTreeSet<String> {
    let cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    cells.filter(|cell| is_code(cell)).map(str::to_owned).collect()
}

/// The codes of a source, its unit tests left out.
fn codes_of(source: &str) -> BTreeSet<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut codes = BTreeSet::new();
    for before in BEFORE_CODES {
        for (at, _) in source.match_indices(before) {
            let after = at + before.trim_end_matches(['(', '{']).len();
            let opening = if before.ends_with('(') { '(' } else { '{' };
            codes.extend(literals(&source[after..], opening).filter(|literal| is_code(literal)));
        }
    }
    let reasons = source.split("reason: \"").skip(1).filter_map(|rest| rest.split('"').next());
    codes.extend(reasons.filter(|reason| is_code(reason)));
    codes.into_iter().map(str::to_owned).collect()
}

/// The string literals from the next opening bracket to the one that closes it.
fn literals(source: &str, opening: char) -> impl Iterator<Item = &str> {
    let closing = if opening == '(' { ')' } else { '}' };
    let (mut depth, mut found) = (0_usize, Vec::new());
    // Every other part is a literal; one with an escaped quote would be cut, and no code has any.
    for (index, part) in source.split('"').enumerate() {
        if index % 2 == 1 {
            found.push(part);
            continue;
        }
        for bracket in part.chars() {
            if bracket == opening {
                depth += 1;
            } else if bracket == closing {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return found.into_iter();
                }
            }
        }
    }
    found.into_iter()
}

fn is_code(word: &str) -> bool {
    word.len() > 2
        && word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
