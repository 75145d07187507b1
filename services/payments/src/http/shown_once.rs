//! A secret on its way to whom it belongs.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, Serializer};

/// A secret as it is sent, the one time that it is shown.
///
/// Privacy: `Debug` prints none of it; only the answer's body does.
#[derive(Debug)]
pub struct ShownOnce(SecretString);

impl From<SecretString> for ShownOnce {
    fn from(secret: SecretString) -> Self {
        Self(secret)
    }
}

impl Serialize for ShownOnce {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.expose_secret())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_stands_in_the_answer_and_in_no_log() {
        let secret = ShownOnce::from(SecretString::from("mk_3f"));

        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"mk_3f\"");
        assert!(!format!("{secret:?}").contains("3f"), "{secret:?}");
    }
}
