//! Calls to the catalogue.

use city_contracts::catalogue::node::{CatalogueNode, NodesBatch};
use city_contracts::catalogue::procedure::{
    CheckFileRequest, CheckReport, DueDatePreviewRequest, DuePreview, FeeQuote, FeeQuoteRequest,
    ProcedureRequest, ProcedureView,
};
use city_contracts::catalogue::registry::{
    AgencyByCode, AgencyView, CalendarView, CategoryView, LifeEventView, PlaceAt, PlaceAtPoint,
    PlaceView, RegistryChanges,
};
use city_contracts::catalogue::search::{
    PlaceMatch, PlaceSuggestRequest, SearchRequest, SearchResult,
};
use city_contracts::catalogue::service::{
    FindService, ListServices, OpenService, OpenedService, ReadServiceHome, Service,
    ServiceHistory, ServiceHome, SetFavouriteService, SetServiceHistory, StatusFile,
};
use city_contracts::common::Page;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{Call, CallError};
use crate::service::ServiceClient;

/// The catalogue, a method a route. What an answer says about keeping it is noted in [`Call::heard`].
#[derive(Debug, Clone)]
pub struct Catalogue(pub ServiceClient);

impl Catalogue {
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        call: &Call,
        doing: &'static str,
        path: &str,
        input: &(impl Serialize + Sync),
    ) -> Result<T, CallError> {
        self.0.read(call, doing, path, input).await.map(|answered| answered.value)
    }

    /// Things by global id, in the order of the ids; none for what is absent or not for the caller.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn nodes(
        &self,
        call: &Call,
        batch: &NodesBatch,
    ) -> Result<Vec<Option<CatalogueNode>>, CallError> {
        self.read(call, "reading things by id", "/internal/v1/nodes:batch", batch).await
    }

    /// How each public service works.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn status_file(&self, call: &Call) -> Result<StatusFile, CallError> {
        self.0.get(call, "reading the status file", "/.well-known/catalogue-status.json").await
    }

    /// The groups of services.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn categories(&self, call: &Call) -> Result<Vec<CategoryView>, CallError> {
        self.read(call, "reading the groups of services", "/internal/v1/categories", &()).await
    }

    /// Situations of life, and the services they ask for.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn life_events(&self, call: &Call) -> Result<Vec<LifeEventView>, CallError> {
        self.read(call, "reading situations of life", "/internal/v1/life-events", &()).await
    }

    /// Today's wards and communes.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn wards(&self, call: &Call) -> Result<Vec<PlaceView>, CallError> {
        self.read(call, "reading the wards", "/internal/v1/wards", &()).await
    }

    /// One agency.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn agency(&self, call: &Call, input: &AgencyByCode) -> Result<AgencyView, CallError> {
        self.read(call, "reading an agency", "/internal/v1/agency", input).await
    }

    /// The ward or commune a position lies in.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn place_at(&self, call: &Call, input: &PlaceAtPoint) -> Result<PlaceAt, CallError> {
        self.read(call, "finding a place", "/internal/v1/place-at", input).await
    }

    /// One service, as the caller may use it.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn service(
        &self,
        call: &Call,
        input: &FindService,
    ) -> Result<Option<Service>, CallError> {
        self.read(call, "reading a service", "/internal/v1/service", input).await
    }

    /// A page of services.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn services(
        &self,
        call: &Call,
        input: &ListServices,
    ) -> Result<Page<Service>, CallError> {
        self.read(call, "reading the services", "/internal/v1/services", input).await
    }

    /// The first screen.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn service_home(
        &self,
        call: &Call,
        input: &ReadServiceHome,
    ) -> Result<ServiceHome, CallError> {
        self.read(call, "reading the first screen", "/internal/v1/service-home", input).await
    }

    /// Everything that a query can mean.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn search(
        &self,
        call: &Call,
        input: &SearchRequest,
    ) -> Result<SearchResult, CallError> {
        self.read(call, "searching", "/internal/v1/search", input).await
    }

    /// The places that a name can mean.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn place_suggest(
        &self,
        call: &Call,
        input: &PlaceSuggestRequest,
    ) -> Result<Vec<PlaceMatch>, CallError> {
        self.read(call, "finding place names", "/internal/v1/place-suggest", input).await
    }

    /// One procedure.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn procedure(
        &self,
        call: &Call,
        input: &ProcedureRequest,
    ) -> Result<ProcedureView, CallError> {
        self.read(call, "reading a procedure", "/internal/v1/procedure", input).await
    }

    /// What a procedure costs for some answers.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn fee_quote(
        &self,
        call: &Call,
        input: &FeeQuoteRequest,
    ) -> Result<FeeQuote, CallError> {
        self.read(call, "working out fees", "/internal/v1/fee-quote", input).await
    }

    /// Whether a dossier would do.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn check_file(
        &self,
        call: &Call,
        input: &CheckFileRequest,
    ) -> Result<CheckReport, CallError> {
        self.read(call, "checking a dossier", "/internal/v1/check-file", input).await
    }

    /// When a dossier would be done.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn due_date_preview(
        &self,
        call: &Call,
        input: &DueDatePreviewRequest,
    ) -> Result<DuePreview, CallError> {
        self.read(call, "working out a deadline", "/internal/v1/due-date-preview", input).await
    }

    /// Opens a service.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for services, and those of any call.
    pub async fn open_service(
        &self,
        call: &Call,
        input: &OpenService,
    ) -> Result<OpenedService, CallError> {
        self.0.write(call, "opening a service", "/internal/v1/open-service", input).await
    }

    /// Keeps a service, or no longer.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for services, and those of any call.
    pub async fn set_favourite_service(
        &self,
        call: &Call,
        input: &SetFavouriteService,
    ) -> Result<Service, CallError> {
        self.0.write(call, "keeping a service", "/internal/v1/set-favourite-service", input).await
    }

    /// Records openings, or no longer.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for services, and those of any call.
    pub async fn set_service_history(
        &self,
        call: &Call,
        input: &SetServiceHistory,
    ) -> Result<ServiceHistory, CallError> {
        self.0.write(call, "setting the history", "/internal/v1/set-service-history", input).await
    }

    /// What of the registry was written after a publication; 0 for everything. For services that keep copies.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn registry(&self, call: &Call, since: i64) -> Result<RegistryChanges, CallError> {
        self.0
            .get(call, "copying the registry", &format!("/internal/v1/registry?since={since}"))
            .await
    }

    /// The newest version of a calendar. For services that keep copies.
    ///
    /// # Errors
    /// `NOT_FOUND`, and those of any call.
    pub async fn current_calendar(
        &self,
        call: &Call,
        code: &str,
    ) -> Result<CalendarView, CallError> {
        self.0
            .get(call, "copying a calendar", &format!("/internal/v1/calendars/{code}/current"))
            .await
    }
}
