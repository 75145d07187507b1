//! What a dossier holds: files, components, questions, bills.

use std::collections::BTreeMap;

use city_contracts::catalogue::dossier::{
    BillPurpose, ComponentState, CopyType, DossierBillState, DossierBillView, DossierComponentView,
    DossierFileView, RequestItemView, SupplementRequestView,
};
use city_contracts::common::Localised;
use city_ids::DossierFileId;
use serde_json::Value;

use super::super::pinned::Pinned;
use super::super::vault::{DossierKey, Part};
use crate::domain::dossier::ReasonCode;
use crate::error::{Error, broken};
use crate::store::dossier::component::StoredComponent;
use crate::store::dossier::file::StoredFile;
use crate::store::dossier::mine;

pub fn file_view(file: &StoredFile, key: Option<&DossierKey>) -> DossierFileView {
    let name = file.sealed_name.as_ref().zip(key);
    let name = name.and_then(|(sealed, key)| key.open(Part::FileName, sealed));
    DossierFileView {
        id: file.id,
        content_type: file.content_type.clone(),
        byte_length: file.byte_length,
        sha256: hex::encode(&file.sha256),
        file_name: name.and_then(|name| String::from_utf8(name).ok()),
    }
}

pub fn components(
    pinned: &Pinned,
    stored: Vec<StoredComponent>,
    files: &BTreeMap<DossierFileId, DossierFileView>,
) -> Vec<DossierComponentView> {
    let mut stored: BTreeMap<_, _> =
        stored.into_iter().map(|component| (component.code.clone(), component)).collect();
    let listed = pinned.components().map(|component| {
        let there = stored.remove(&component.code);
        component_view(
            component.code.clone(),
            component.name.clone(),
            component.required,
            there,
            files,
        )
    });
    let mut views: Vec<_> = listed.collect();
    // What an officer or an earlier edition added is not lost.
    views.extend(stored.into_values().map(|there| {
        let name = Localised { vi: there.code.clone(), en: None };
        component_view(there.code.clone(), name, false, Some(there), files)
    }));
    views
}

fn component_view(
    code: String,
    name: Localised,
    required: bool,
    there: Option<StoredComponent>,
    files: &BTreeMap<DossierFileId, DossierFileView>,
) -> DossierComponentView {
    let blank = DossierComponentView {
        code,
        name,
        required,
        file: None,
        register_ref: None,
        copy_type: CopyType::default(),
        originals: 0,
        copies: 0,
        state: ComponentState::Pending,
        changed_at: None,
    };
    let Some(there) = there else { return blank };
    DossierComponentView {
        file: there.file.and_then(|file| files.get(&file)).cloned(),
        register_ref: there.register_ref,
        copy_type: match there.copy_type {
            0 => CopyType::Original,
            1 => CopyType::Copy,
            _ => CopyType::Electronic,
        },
        originals: there.originals,
        copies: there.copies,
        state: match there.state.as_str() {
            "OK" => ComponentState::Ok,
            "DEFECT" => ComponentState::Defect,
            _ => ComponentState::Pending,
        },
        changed_at: Some(there.changed_at),
        ..blank
    }
}

pub fn requests(rows: Vec<mine::ItemRow>) -> Vec<SupplementRequestView> {
    let mut rounds: Vec<SupplementRequestView> = Vec::new();
    for row in rows {
        let reason_text = ReasonCode::ALL
            .into_iter()
            .find(|reason| reason.as_str() == row.reason)
            .map(ReasonCode::names)
            .map_or_else(
                || Localised { vi: row.reason.clone(), en: None },
                |(vi, en)| Localised { vi: vi.to_owned(), en: Some(en.to_owned()) },
            );
        let item = RequestItemView {
            target: row.target,
            reason: row.reason,
            reason_text,
            text: row.text,
            done_at: row.done_at,
        };
        match rounds.last_mut().filter(|round| round.round == row.round) {
            Some(round) => round.items.push(item),
            None => rounds.push(SupplementRequestView {
                round: row.round,
                deadline: Some(row.deadline),
                closed_at: row.closed_at,
                items: vec![item],
            }),
        }
    }
    rounds
}

pub fn bill_view(row: mine::BillRow) -> Result<DossierBillView, Error> {
    let unknown = || broken("reading a bill", "a word of it is unknown");
    let word = |word: &str| Value::String(word.to_owned());
    let purpose: BillPurpose = serde_json::from_value(word(&row.purpose)).map_err(|_| unknown())?;
    let state: DossierBillState =
        serde_json::from_value(word(&row.state)).map_err(|_| unknown())?;
    Ok(DossierBillView {
        bill_ref: row.bill_ref.to_string(),
        bill_no: row.bill_no,
        purpose,
        amount: row.amount,
        state,
    })
}
