//! A version of a text the city sends, what may be in it, and how it is rendered.

use std::collections::BTreeMap;

use city_contracts::common::Locale;
use city_contracts::notifications::MessageClass;
use serde::{Deserialize, Serialize};

use super::sms::{MAX_SMS_CHARACTERS, sms_text, sms_units};
use super::text::Text;
use super::variable::{ValueType, Variables};

/// The texts of one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// One line.
    pub title: String,
    /// The text.
    pub body: String,
    /// The SMS, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<String>,
}

/// The texts of all languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bodies {
    /// Vietnamese.
    pub vi: Wording,
    /// English; Vietnamese is shown where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<Wording>,
}

impl Bodies {
    fn of(&self, locale: Locale) -> (&Wording, Locale) {
        match (locale, &self.en) {
            (Locale::En, Some(en)) => (en, Locale::En),
            _ => (&self.vi, Locale::Vi),
        }
    }
}

/// One version of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Such as `report.filed`.
    pub code: String,
    /// Counts up with each change.
    pub version: i32,
    /// How strictly it is delivered.
    pub class: MessageClass,
    /// `INBOX`, `PUSH`, `SMS`, `EMAIL`.
    pub channels: Vec<String>,
    /// The texts.
    pub bodies: Bodies,
    /// What the texts may name.
    pub variables: BTreeMap<String, ValueType>,
}

/// A variable that a text names and a message does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template {template} needs the variable {variable}")]
pub struct TemplateVars {
    /// The template.
    pub template: String,
    /// The variable.
    pub variable: String,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lint {
    #[error("the text names {0}, which is not declared")]
    Undeclared(String),
    #[error("{0} is declared and no text names it")]
    Unused(String),
    #[error("{0} would carry personal data")]
    Personal(String),
    #[error("the text has a brace that begins no variable")]
    Brace,
    #[error("a text is empty")]
    Empty,
    #[error("the SMS has characters outside the GSM alphabet")]
    Alphabet,
    #[error("the SMS takes up to {0} of {MAX_SMS_CHARACTERS} characters")]
    TooLong(usize),
    #[error("the channel SMS needs an SMS text, and an SMS text the channel")]
    Channel,
}

/// Parts of names by which an identity number, a phone, an address or an answer would come in.
const PERSONAL: [&str; 7] = ["phone", "email", "identity", "cccd", "cmnd", "address", "answer"];

impl Template {
    /// Everything wrong with it, in no order that matters.
    pub fn lint(&self) -> Vec<Lint> {
        let bodies = || std::iter::once(&self.bodies.vi).chain(&self.bodies.en);
        let texts = || {
            bodies()
                .flat_map(|body| [Some(&body.title), Some(&body.body), body.sms.as_ref()])
                .flatten()
        };
        let mut found = Vec::new();
        let mut used = Vec::new();
        for raw in texts() {
            let text = Text::parse(raw);
            used.extend(text.names().map(str::to_owned));
            if text.words().any(|words| words.contains(['{', '}'])) {
                found.push(Lint::Brace);
            }
            if raw.trim().is_empty() {
                found.push(Lint::Empty);
            }
        }
        found.extend(
            used.iter()
                .filter(|name| !self.variables.contains_key(*name))
                .cloned()
                .map(Lint::Undeclared),
        );
        for name in self.variables.keys() {
            if !used.contains(name) {
                found.push(Lint::Unused(name.clone()));
            }
            let lower = name.to_ascii_lowercase();
            if PERSONAL.iter().any(|part| lower.contains(part)) {
                found.push(Lint::Personal(name.clone()));
            }
        }
        let by_sms = self.channels.iter().any(|channel| channel == "SMS");
        if by_sms != self.bodies.vi.sms.is_some() {
            found.push(Lint::Channel);
        }
        found.extend(
            bodies().filter_map(|body| body.sms.as_deref()).filter_map(|sms| self.lint_sms(sms)),
        );
        found
    }

    fn lint_sms(&self, sms: &str) -> Option<Lint> {
        let text = Text::parse(sms);
        let Some(words) = text.words().map(sms_units).sum::<Option<usize>>() else {
            return Some(Lint::Alphabet);
        };
        let values: usize = text
            .names()
            .filter_map(|name| self.variables.get(name))
            .map(|kind| kind.longest())
            .sum();
        (words + values > MAX_SMS_CHARACTERS).then_some(Lint::TooLong(words + values))
    }

    /// Title and body for a reader.
    ///
    /// # Errors
    /// [`TemplateVars`] when a variable is missing.
    pub fn render(
        &self,
        locale: Locale,
        variables: &Variables,
    ) -> Result<(String, String), TemplateVars> {
        let (body, locale) = self.bodies.of(locale);
        Ok((self.fill(&body.title, locale, variables)?, self.fill(&body.body, locale, variables)?))
    }

    /// The SMS for a reader, unaccented and cut to one part; none where the template has none.
    ///
    /// # Errors
    /// [`TemplateVars`] when a variable is missing.
    pub fn render_sms(
        &self,
        locale: Locale,
        variables: &Variables,
    ) -> Result<Option<String>, TemplateVars> {
        let (body, locale) = match self.bodies.of(locale) {
            (Wording { sms: None, .. }, _) => (&self.bodies.vi, Locale::Vi),
            found => found,
        };
        let Some(sms) = &body.sms else { return Ok(None) };
        Ok(Some(sms_text(&self.fill(sms, locale, variables)?)))
    }

    fn fill(
        &self,
        raw: &str,
        locale: Locale,
        variables: &Variables,
    ) -> Result<String, TemplateVars> {
        Text::parse(raw)
            .fill(|name| variables.get(name).map(|value| value.spell(locale)))
            .map_err(|name| TemplateVars { template: self.code.clone(), variable: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Value;

    fn template(title: &str, sms: Option<&str>, variables: &[(&str, ValueType)]) -> Template {
        let body =
            Wording { title: title.to_owned(), body: "x".to_owned(), sms: sms.map(str::to_owned) };
        Template {
            code: "test".to_owned(),
            version: 1,
            class: MessageClass::Security,
            channels: sms.map(|_| "SMS".to_owned()).into_iter().collect(),
            bodies: Bodies { vi: body, en: None },
            variables: variables.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect(),
        }
    }

    #[test]
    fn the_lint_finds_every_fault_at_once() {
        let bad = template("{{a}} {{ b }}", Some("ổ"), &[("phoneNumber", ValueType::Text)]);

        let found = bad.lint();

        let expected = [
            Lint::Brace,
            Lint::Undeclared("a".into()),
            Lint::Unused("phoneNumber".into()),
            Lint::Personal("phoneNumber".into()),
            Lint::Alphabet,
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_sms_that_may_not_fit_one_part_is_found() {
        let words = "x".repeat(121);
        let sms = format!("{words}{{{{a}}}}");

        assert_eq!(
            template("{{a}}", Some(&sms), &[("a", ValueType::Code)]).lint(),
            [Lint::TooLong(161)]
        );
        assert_eq!(template("{{a}}", Some(&sms), &[("a", ValueType::Text)]).lint(), []);
    }

    #[test]
    fn a_missing_language_is_vietnamese_and_a_missing_variable_an_error() {
        let template = template("Hạn {{a}}", None, &[("a", ValueType::Date)]);
        let variables =
            Variables::from([("a".to_owned(), ValueType::Date.parse("2026-03-04").unwrap())]);

        let rendered = template.render(Locale::En, &variables).unwrap();

        assert_eq!(rendered.0, "Hạn 04/03/2026");
        assert_eq!(template.render(Locale::Vi, &Variables::new()).unwrap_err().variable, "a");
    }

    #[test]
    fn an_sms_is_unaccented_with_its_values_and_cut() {
        let template = template("{{a}}", Some("Gui {{a}}"), &[("a", ValueType::Text)]);
        let variables = Variables::from([("a".to_owned(), Value::Text("Đường ".repeat(50)))]);

        let sms = template.render_sms(Locale::Vi, &variables).unwrap().unwrap();

        assert!(sms.starts_with("Gui Duong Duong"));
        assert_eq!(sms.len(), 160);
    }
}
