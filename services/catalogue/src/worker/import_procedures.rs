//! Takes imports in, batch by batch.

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::App;
use crate::app::procedure::import_some;

/// Takes imports in, batch by batch. Any number of these may run: each import is one's at a time.
#[derive(Debug)]
pub struct ImportProcedures(pub App);

#[async_trait]
impl Worker for ImportProcedures {
    fn name(&self) -> &'static str {
        "import-procedures"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let worked = import_some(&self.0).await;
        let worked = worked.map_err(|error| WorkerError::new("importing procedures", error))?;
        Ok(if worked { Progress::Worked } else { Progress::Idle })
    }
}
