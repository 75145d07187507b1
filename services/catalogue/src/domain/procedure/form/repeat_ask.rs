//! How much a form asks for what the platform holds already.

use serde_json::Value;

use super::element::Element;

/// Required leaf fields whose element the platform holds ÷ required leaf fields; 0 for a form that requires nothing.
pub fn share(schema: &Value) -> f32 {
    let mut count = Count { root: schema, held: 0, all: 0 };
    count.object(schema);
    if count.all == 0 { 0.0 } else { f32::from(count.held) / f32::from(count.all) }
}

struct Count<'a> {
    root: &'a Value,
    held: u16,
    all: u16,
}

impl<'a> Count<'a> {
    fn object(&mut self, schema: &'a Value) {
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let fields =
            names.filter_map(Value::as_str).filter_map(|name| schema.get("properties")?.get(name));
        for field in fields {
            let referred = self.referred(field);
            if [field, referred].into_iter().any(|part| part.get("properties").is_some()) {
                self.object(field);
                if !std::ptr::eq(field, referred) {
                    self.object(referred);
                }
            } else {
                let names =
                    [field, referred].map(|part| part.get("x-element").and_then(Value::as_str));
                let held = names
                    .into_iter()
                    .flatten()
                    .any(|name| Element::parse(name).is_some_and(|element| element.held));
                self.all = self.all.saturating_add(1);
                self.held = self.held.saturating_add(u16::from(held));
            }
        }
    }

    /// References end: the lint admitted the schema.
    fn referred(&self, field: &'a Value) -> &'a Value {
        let mut at = field;
        while let Some(target) = at
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|to| self.root.pointer(to.strip_prefix('#')?))
        {
            at = target;
        }
        at
    }
}
