//! JSON values: pointers into them, and bounds on how long and deep they are.

use serde_json::Value;

/// A pointer one member further.
pub fn child(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Whether a value nests deeper than a bound, its own level counted.
pub fn deeper(value: &Value, bound: usize) -> bool {
    match value {
        Value::Array(_) | Value::Object(_) if bound == 0 => true,
        Value::Array(items) => items.iter().any(|item| deeper(item, bound - 1)),
        Value::Object(members) => members.values().any(|member| deeper(member, bound - 1)),
        _ => false,
    }
}

/// Whether a value is longer than a bound, written without blanks; it is not written to find out.
pub fn exceeds(value: &Value, bound: usize) -> bool {
    struct Counting {
        left: usize,
    }
    impl std::io::Write for Counting {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.left =
                self.left.checked_sub(bytes.len()).ok_or(std::io::ErrorKind::FileTooLarge)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    serde_json::to_writer(Counting { left: bound }, value).is_err()
}
