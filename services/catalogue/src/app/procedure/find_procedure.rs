//! A resident reads about a procedure.

use city_contracts::catalogue::procedure::{ProcedureRequest, ProcedureView};

use super::{code_finding, refuse_if};
use crate::app::App;
use crate::error::Error;

/// The procedure of a code, or the one that took its place.
///
/// # Errors
/// `INPUT` for what is no code, `NOT_FOUND`.
pub fn find_procedure(app: &App, request: &ProcedureRequest) -> Result<ProcedureView, Error> {
    refuse_if(code_finding(&request.national_code))?;
    let snapshot = app.snapshots.get()?;
    snapshot.procedures.find(&request.national_code, app.clock.now()).ok_or(Error::NotFound)
}
