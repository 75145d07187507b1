//! What keeps an entry from being handed in.

use std::collections::BTreeSet;

use city_contracts::catalogue::service::{Audience, Channel, ServiceKind};

use crate::domain::service::content::Coverage;
use crate::domain::service::{Body, Content, Linted, Surroundings, Texts, lint};

struct Hue;

impl Surroundings for Hue {
    fn category_is_for_staff(&self, code: &str) -> Option<bool> {
        match code {
            "reports" => Some(false),
            "staff" => Some(true),
            _ => None,
        }
    }

    fn agency_is_active(&self, code: &str) -> bool {
        code == "HUE-SXD"
    }

    fn ward_refusal(&self, code: &str) -> Option<&'static str> {
        match code {
            "19753" => None,
            "19768" => Some("PLACE_FORMER"),
            _ => Some("PLACE_UNKNOWN"),
        }
    }
}

fn texts(vi: &str, en: &str) -> Texts {
    Texts { vi: Some(vi.to_owned()), en: Some(en.to_owned()) }
}

fn good() -> Content {
    Content {
        name: texts("Đèn đường", "Street lamps"),
        summary: texts("Báo đèn hỏng.", "Report a broken lamp."),
        body: Body {
            category: "reports".to_owned(),
            audience: vec![Audience::Citizen],
            channels: vec![Channel::App],
            min_identity: 1,
            coverage: Coverage::AllWards,
            keywords: vec!["đèn".to_owned()],
            deep_link: Some("hues://service/lamps".to_owned()),
        },
        legal_basis: Vec::new(),
        change_note: None,
        effective_from: None,
        review_by: None,
    }
}

fn found(
    kind: ServiceKind,
    owner_agency: &str,
    no: i32,
    content: &Content,
) -> Vec<(String, String)> {
    let findings = lint(Linted { kind, owner_agency, no, content }, &Hue);
    findings.into_iter().map(|finding| (finding.field, finding.code)).collect()
}

#[test]
fn a_whole_entry_is_handed_in() {
    assert_eq!(found(ServiceKind::Native, "HUE-SXD", 1, &good()), []);
}

#[test]
fn everything_that_is_wrong_is_found_at_once() {
    let mut content = good();
    content.name.en = None;
    content.summary = Texts { vi: Some("ờ".repeat(141)), en: Some(String::new()) };
    content.body = Body {
        category: "nothing".to_owned(),
        audience: Vec::new(),
        channels: Vec::new(),
        min_identity: 3,
        coverage: Coverage::Wards(BTreeSet::from(["19753", "19768", "99999"].map(str::to_owned))),
        keywords: vec![String::new()],
        deep_link: Some("javascript:alert(1)".to_owned()),
    };

    let found = found(ServiceKind::Native, "HUE-NOBODY", 2, &content);

    let found: Vec<_> = found.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
    assert_eq!(
        found,
        [
            ("/summary/vi", "TOO_LONG"),
            ("/body/keywords/0", "EMPTY"),
            ("/body/minIdentity", "OUT_OF_RANGE"),
            ("/name/en", "REQUIRED"),
            ("/summary/en", "REQUIRED"),
            ("/changeNote", "REQUIRED"),
            ("/ownerAgency", "AGENCY_UNKNOWN"),
            ("/body/category", "CATEGORY_UNKNOWN"),
            ("/body/audience", "REQUIRED"),
            ("/body/channels", "REQUIRED"),
            ("/body/coverage/1", "PLACE_FORMER"),
            ("/body/coverage/2", "PLACE_UNKNOWN"),
            ("/body/deepLink", "LINK"),
        ]
    );
}

#[test]
fn entries_for_staff_stay_among_staff() {
    let mut content = good();
    let code = |kind, content: &Content| {
        found(kind, "HUE-SXD", 1, content).into_iter().map(|(_, code)| code).collect::<Vec<_>>()
    };

    assert_eq!(code(ServiceKind::Staff, &content), ["CATEGORY_AUDIENCE"]);
    content.body.category = "staff".to_owned();
    assert_eq!(code(ServiceKind::Staff, &content), [] as [&str; 0]);
    content.body.audience = vec![Audience::Staff];
    assert_eq!(code(ServiceKind::Info, &content), ["CATEGORY_AUDIENCE", "STAFF_ONLY"]);
    content = good();
    content.body.deep_link = None;
    assert_eq!(code(ServiceKind::External, &content), ["REQUIRED"]);
}
