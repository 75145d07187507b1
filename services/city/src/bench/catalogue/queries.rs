//! What is searched for in C2: the vectors of the tests, and names in the ways people type them, in equal parts.

use city_boot::BootError;
use city_catalogue::search::Entry;
use city_text::fold;
use serde_json::Value;

const VECTORS: &str = include_str!("../../../../catalogue/tests/data/search-vectors.json");

/// The ways, and how each is called in the report.
pub(super) const WAYS: [&str; 5] =
    ["vectors", "names with marks", "names folded", "beginnings of names", "names with one typo"];

/// `each` queries for each of the [`WAYS`].
pub(super) fn queries(entries: &[Entry], each: usize) -> Result<Vec<Vec<String>>, BootError> {
    let vectors = vectors()?;
    let names: Vec<&str> = entries
        .iter()
        .flat_map(|entry| std::iter::once(entry.name.vi.as_str()).chain(entry.name.en.as_deref()))
        .collect();
    if names.is_empty() || vectors.is_empty() {
        return Err(BootError::Config("there is nothing to search for".into()));
    }
    // Strides without a common factor: each way meets other names, spread over the whole register.
    let spread = |stride: usize| names.iter().cycle().step_by(stride).take(each).copied();
    Ok(vec![
        vectors.iter().cycle().take(each).cloned().collect(),
        spread(7).map(short).collect(),
        spread(11).map(|name| fold(&short(name))).collect(),
        spread(13).zip(3..).map(|(name, at)| beginning(name, at % 12)).collect(),
        spread(17).zip(0..).map(|(name, at)| typo(&short(name), at)).collect(),
    ])
}

fn vectors() -> Result<Vec<String>, BootError> {
    let file: Value = serde_json::from_str(VECTORS)
        .map_err(|error| BootError::failed("reading the vectors", error))?;
    let parts = ["services", "places", "formerPlaces", "ambiguousPlaces"];
    let rows = parts.iter().filter_map(|part| file[*part].as_array()).flatten();
    Ok(rows.filter_map(|row| row["q"].as_str().map(ToOwned::to_owned)).collect())
}

/// Nobody types more than a search takes.
fn short(name: &str) -> String {
    name.chars().take(100).collect()
}

/// The first characters of a name without marks: 3 to 14.
fn beginning(name: &str, more: usize) -> String {
    fold(name).chars().take(3 + more).collect()
}

/// A letter left out, doubled, changed, or changed places with the next.
fn typo(name: &str, number: usize) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = 1 + number * 7 % letters.len().saturating_sub(2).max(1);
    match (number % 4, letters.get(at).copied()) {
        (0, Some(_)) => {
            letters.remove(at);
        }
        (1, Some(letter)) => letters.insert(at, letter),
        (2, Some(_)) => letters.splice(at..=at, ['x']).for_each(drop),
        (_, Some(_)) => letters.swap(at - 1, at),
        (_, None) => {}
    }
    letters.into_iter().collect()
}
