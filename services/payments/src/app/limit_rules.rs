//! The rules on what leaves a wallet, kept from payment to payment.

use std::sync::{Arc, PoisonError, RwLock};

use sqlx::PgConnection;

use crate::domain::limits::Rule;
use crate::error::Error;
use crate::store;

/// The rules of the version used last. A version never changes, so whoever knows its number need not read it again.
#[derive(Debug, Default)]
pub struct LimitRules(RwLock<Option<(i64, Arc<[Rule]>)>>);

impl LimitRules {
    /// The rules that the ledger keeps now.
    ///
    /// # Errors
    /// Unavailable when the database is away.
    pub async fn in_force(&self, db: &mut PgConnection) -> Result<Arc<[Rule]>, Error> {
        let version = store::limit::version_in_force(&mut *db).await?;
        self.of(db, version).await
    }

    /// The rules of a version.
    ///
    /// # Errors
    /// Unavailable when the database is away.
    pub async fn of(&self, db: &mut PgConnection, version: i64) -> Result<Arc<[Rule]>, Error> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, rules)) = kept.filter(|(of, _)| *of == version) {
            return Ok(rules);
        }
        let rules: Arc<[Rule]> = store::limit::rules(db, version).await?.into();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((version, rules.clone()));
        Ok(rules)
    }
}
