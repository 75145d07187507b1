//! Live editions of procedures with their forms.

use sqlx::PgConnection;

use crate::error::Error;

/// Live editions of procedures with their forms.
#[derive(Debug, Default)]
pub struct Procedures {}

impl Procedures {
    /// Reads the section, in the transaction that reads the whole picture.
    ///
    /// # Errors
    /// Unavailable when the database is away; a row that breaks a rule is a fault.
    #[expect(clippy::unused_async, reason = "nothing of this section is stored yet")]
    pub async fn load(_db: &mut PgConnection) -> Result<Self, Error> {
        Ok(Self::default())
    }
}
