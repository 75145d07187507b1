//! Who of the staff holds a permission over something, so that they can be told of it.

use city_auth::Permission;
use city_contracts::accounts::FindHolders;
use city_ids::AccountId;

use super::App;
use crate::domain::Flaw;
use crate::error::Error;
use crate::store;

/// An agency has few above it.
const AGENCIES: usize = 20;

/// Staff whose live binding covers the ward or one of the agencies.
///
/// # Errors
/// `Invalid` for a permission that nobody registered.
pub async fn find_holders(app: &App, request: &FindHolders) -> Result<Vec<AccountId>, Error> {
    let permission = Permission::parse(&request.permission);
    let mut flaws = Vec::new();
    if permission.is_none() {
        flaws.push(Flaw::new(
            "/permission",
            "PERMISSION_UNKNOWN",
            "name a permission of the registry",
        ));
    }
    if request.agencies.len() > AGENCIES {
        flaws.push(Flaw::new("/agencies", "TOO_MANY", "name at most 20 agencies"));
    }
    let (Some(permission), true) = (permission, flaws.is_empty()) else {
        return Err(Error::Invalid(flaws));
    };
    let mut db = app.connection().await?;
    store::binding::list_holders(
        &mut db,
        permission,
        request.ward.as_deref(),
        &request.agencies,
        app.now(),
    )
    .await
}
