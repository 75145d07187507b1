//! On to another agency, and back. The clock runs on.

use city_clock::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::domain::dossier::actor::Actor;
use crate::domain::dossier::event::{EventKind, Happening};
use crate::domain::dossier::reason::Note;
use crate::domain::dossier::refusal::Refusal;
use crate::domain::dossier::state::Dossier;
use crate::domain::dossier::transfer::{Transfer, TransferState};

use super::Step;

impl Dossier {
    /// Sent to another agency, with the hash over what is handed on.
    ///
    /// # Errors
    /// `TRANSFER_STATE` while another transfer is under way.
    pub fn transfer_to(
        self,
        by: Actor,
        id: Uuid,
        to: &str,
        manifest_sha256: [u8; 32],
        note: Option<&Note>,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        self.require_under_way("transfer")?;
        if self.transfer_under_way().is_some() {
            return Err(Refusal::TransferOpen);
        }
        let mut step = Step::begin(self);
        let from = step.dossier.competent.clone();
        let mut happening = Happening::new(EventKind::TransferSent, by, at)
            .with(json!({ "transfer": id.to_string(), "from": from, "to": to }));
        happening.internal_note = note.map(|note| note.as_str().to_owned());
        step.dossier.transfer = Some(Transfer {
            id,
            from,
            to: to.to_owned(),
            state: TransferState::Sent,
            sent_at: at,
            receipt_at: None,
            manifest_sha256,
        });
        step.record(happening);
        Ok(step)
    }

    /// The other agency has it and decides from now on; its officer is to be named anew.
    ///
    /// # Errors
    /// `TRANSFER_STATE` when nothing is under way.
    pub fn receive(self, by: Actor, at: Timestamp) -> Result<Step, Refusal> {
        self.require_under_way("receive")?;
        let mut step = Step::begin(self);
        let transfer = step.receipt(TransferState::Received, at)?;
        step.dossier.competent.clone_from(&transfer.to);
        step.dossier.assignee = None;
        step.record(Happening::new(EventKind::TransferReceived, by, at).with(
            json!({ "transfer": transfer.id.to_string(), "from": transfer.from, "to": transfer.to }),
        ));
        Ok(step)
    }

    /// The other agency sends it back: it stays with the sender.
    ///
    /// # Errors
    /// `TRANSFER_STATE` when nothing is under way.
    pub fn send_back(self, by: Actor, note: &Note, at: Timestamp) -> Result<Step, Refusal> {
        let mut step = Step::begin(self);
        let transfer = step.receipt(TransferState::Returned, at)?;
        let mut happening = Happening::new(EventKind::TransferReturned, by, at).with(
            json!({ "transfer": transfer.id.to_string(), "from": transfer.from, "to": transfer.to }),
        );
        happening.internal_note = Some(note.as_str().to_owned());
        step.record(happening);
        Ok(step)
    }
}

impl Step {
    fn receipt(&mut self, state: TransferState, at: Timestamp) -> Result<Transfer, Refusal> {
        let transfer = self.dossier.transfer.as_mut();
        let transfer = transfer
            .filter(|transfer| transfer.state == TransferState::Sent)
            .ok_or(Refusal::NoTransfer)?;
        (transfer.state, transfer.receipt_at) = (state, Some(at));
        Ok(transfer.clone())
    }
}
