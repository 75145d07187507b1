//! Input fields given twice in one object literal. The engine's parser keeps one of them in silence, so this reads tokens.

use std::collections::HashSet;

use crate::guard::{Kind, Tokens};

enum Frame<'a> {
    Selections,
    /// Arguments, variable definitions and lists: a brace in them begins an object literal.
    Values,
    Object(HashSet<&'a [u8]>),
}

/// Whether an object literal in a text that parses names a field twice.
pub fn names_an_input_field_twice(text: &str) -> bool {
    let mut frames: Vec<Frame> = Vec::new();
    let mut name: &[u8] = b"";
    for token in Tokens::new(text.as_bytes()).flatten() {
        match token.kind {
            Kind::Name => name = token.text,
            Kind::Punctuator(b'{') => frames.push(match frames.last() {
                Some(Frame::Values | Frame::Object(_)) => Frame::Object(HashSet::new()),
                Some(Frame::Selections) | None => Frame::Selections,
            }),
            Kind::Punctuator(b'(' | b'[') => frames.push(Frame::Values),
            Kind::Punctuator(b'}' | b')' | b']') => drop(frames.pop()),
            Kind::Punctuator(b':') => {
                if let Some(Frame::Object(seen)) = frames.last_mut()
                    && !seen.insert(name)
                {
                    return true;
                }
            }
            Kind::Number | Kind::String | Kind::Spread | Kind::Comment | Kind::Punctuator(_) => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_twice_in_one_object_is_seen_at_any_depth() {
        for text in [
            "{a(b:{c:1,c:2})}",
            "{a(b:[{c:1},{d:{e:1 e:2}}])}",
            "query($v:In={c:1,c:1}){a}",
            "{a @x(b:{c:1 d:E c:2})}",
        ] {
            assert!(names_an_input_field_twice(text), "{text}");
        }
    }

    #[test]
    fn the_same_name_in_different_places_is_no_duplicate() {
        for text in [
            "{a:b(c:{d:1}) a:b(c:{d:1})}",
            "{a(b:{c:{c:1}},e:{c:1})}",
            "{a(b:[{c:1},{c:2}])}",
            "{a(b:{c:d,d:c})}",
            "{a(b:{c:\"c:1,c:2\"}) #c:1 c:2\n}",
        ] {
            assert!(!names_an_input_field_twice(text), "{text}");
        }
    }
}
