//! SQL of one service never names another's schema.

use super::{files, root};

/// What stands before a table's name.
const BEFORE_A_TABLE: [&str; 9] =
    ["from", "join", "into", "update", "table", "references", "on", "exists", "using"];

#[test]
fn no_sql_names_another_services_schema() {
    let schemas: Vec<String> = std::fs::read_dir(root().join("migrations"))
        .expect("there are migrations")
        .map(|entry| {
            entry.expect("a folder can be read").file_name().to_string_lossy().into_owned()
        })
        .collect();
    assert!(schemas.len() >= 3, "the schemas were found: {schemas:?}");
    let mut faults = Vec::new();
    for own in &schemas {
        let sources = files(&format!("services/{own}/src"), "rs");
        for (path, text) in sources.into_iter().chain(files(&format!("migrations/{own}"), "sql")) {
            for other in named_schemas(&text, &schemas).filter(|named| named != own) {
                faults.push(format!("{} names the schema of {other}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The schemas of all `<keyword> <schema>.<table>` in a text.
fn named_schemas<'a>(text: &'a str, schemas: &'a [String]) -> impl Iterator<Item = String> + 'a {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c == '(' || c == '"')
        .filter(|w| !w.is_empty())
        .collect();
    let pairs: Vec<_> =
        words.windows(2).map(|pair| (pair[0].to_lowercase(), pair[1].to_owned())).collect();
    pairs.into_iter().filter_map(move |(keyword, name)| {
        let (schema, table) = name.split_once('.')?;
        let is_table = table.starts_with(|c: char| c.is_ascii_lowercase());
        (is_table && BEFORE_A_TABLE.contains(&keyword.as_str())).then_some(())?;
        schemas.iter().find(|known| *known == schema).cloned()
    })
}

#[test]
fn a_foreign_schema_would_be_found() {
    let schemas = ["accounts".to_owned(), "reports".to_owned()];
    let found = |text| named_schemas(text, &schemas).collect::<Vec<_>>();
    assert_eq!(found("select 1\n from\n  accounts.person p"), ["accounts"]);
    assert_eq!(found("delete from reports.report"), ["reports"]);
    assert!(found("self.clients.reports.report(id)").is_empty());
}
