//! The admin routes as OpenAPI, from which the gateway's route table is made.

use utoipa::OpenApi as _;

use super::admin;

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    admin::sign_in::post,
    admin::refresh::post,
    admin::sign_out::delete,
    admin::me::get
))]
struct AdminRoutes;

/// The admin routes of this service.
pub fn openapi() -> utoipa::openapi::OpenApi {
    AdminRoutes::openapi()
}
