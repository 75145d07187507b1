//! A template text: plain words and `{{name}}`, nothing else.

/// A parsed template text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Variable(String),
}

impl Text {
    /// Reads a template text. A brace pair that holds no name stays as it is written; the lint refuses it.
    pub fn parse(raw: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = raw;
        while let Some((before, name, after)) = next_variable(rest) {
            if !before.is_empty() {
                pieces.push(Piece::Words(before.to_owned()));
            }
            pieces.push(Piece::Variable(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Words(rest.to_owned()));
        }
        Self(pieces)
    }

    /// The variables it names, in order, with repetitions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Words(_) => None,
        })
    }

    /// Its plain words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Words(words) => Some(words.as_str()),
            Piece::Variable(_) => None,
        })
    }

    /// The text with its variables filled in, once: a value that looks like a variable stays as it is.
    ///
    /// # Errors
    /// The name of the first variable that `value` does not know.
    pub fn fill(&self, value: impl Fn(&str) -> Option<String>) -> Result<String, &str> {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => filled.push_str(words),
                Piece::Variable(name) => filled.push_str(&value(name).ok_or(name.as_str())?),
            }
        }
        Ok(filled)
    }
}

/// The first `{{name}}` with what stands before and after it.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let open = from + text.get(from..)?.find("{{")?;
        let inner = &text[open + 2..];
        let close = inner.find("}}")?;
        let name = &inner[..close];
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Some((&text[..open], name, &inner[close + 2..]));
        }
        from = open + 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn variables_are_filled_once_and_only_once() {
        let text = Text::parse("{{a}} và {{b}}, {{a}}");

        let filled =
            text.fill(|name| Some(if name == "a" { "{{b}}".to_owned() } else { "2".to_owned() }));

        assert_eq!(filled.as_deref(), Ok("{{b}} và 2, {{b}}"));
        assert_eq!(text.names().collect::<Vec<_>>(), ["a", "b", "a"]);
    }

    #[test]
    fn what_names_nothing_is_plain() {
        for raw in ["{{}}", "{{ a }}", "{{a", "a}}", "{a}", "{{ổ}}"] {
            assert_eq!(Text::parse(raw).fill(|_| None).as_deref(), Ok(raw), "{raw}");
        }
        assert_eq!(Text::parse("{{{a}}}").fill(|_| Some("x".into())).as_deref(), Ok("{x}"));
    }

    #[test]
    fn a_missing_variable_is_named() {
        assert_eq!(Text::parse("x {{dueDate}}").fill(|_| None), Err("dueDate"));
    }

    proptest! {
        #[test]
        fn filling_each_variable_with_itself_gives_the_text_back(raw in "([a-zổ{} ]|\\{\\{|\\}\\}){0,30}") {
            let filled = Text::parse(&raw).fill(|name| Some(format!("{{{{{name}}}}}"))).map_err(str::to_owned);

            prop_assert_eq!(filled, Ok(raw));
        }
    }
}
