//! The elements a field may ask for, and which of them the platform holds already.

use super::super::identity::Validator;

/// What a field asks for, in the words of the data dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    name: &'static str,
    /// The platform holds it, so asking again is a burden.
    pub held: bool,
    /// The check that goes with it.
    pub validator: Option<Validator>,
}

const fn held(name: &'static str) -> Element {
    Element { name, held: true, validator: None }
}

const fn asked(name: &'static str) -> Element {
    Element { name, held: false, validator: None }
}

const ELEMENTS: [Element; 13] = [
    held("person.fullName"),
    held("person.phone"),
    held("place.wardCode"),
    Element {
        name: "person.identityNumber",
        held: false,
        validator: Some(Validator::IdentityNumber12),
    },
    asked("person.birthDate"),
    asked("person.gender"),
    asked("person.ethnicity"),
    asked("person.nationality"),
    asked("person.email"),
    asked("place.address"),
    asked("organisation.name"),
    asked("organisation.taxCode"),
    asked("document.number"),
];

impl Element {
    /// The element of a name.
    pub fn parse(name: &str) -> Option<Self> {
        ELEMENTS.into_iter().find(|element| element.name == name)
    }
}
