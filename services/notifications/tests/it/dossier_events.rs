//! Events of dossiers become messages to their applicants, each once.

use city_contracts::event::Envelope;
use city_ids::{AccountId, DossierId};
use city_testkit::{City, run};
use serde_json::{Value, json};

use crate::subject::{Notifications, ids, inbox, now};

/// Each event that is told, with its title and text in Vietnamese.
const TOLD: [(&str, &str, &str); 8] = [
    (
        "DossierAccepted",
        "Hồ sơ HUE-W19753-PVHCC-260304-000001 đã được tiếp nhận",
        "Ngày hẹn trả: 09/03/2026.",
    ),
    (
        "DossierRefused",
        "Hồ sơ HUE-W19753-PVHCC-260304-000001 không được tiếp nhận",
        "Xem lý do trong ứng dụng.",
    ),
    (
        "DossierSupplementRequested",
        "Hồ sơ HUE-W19753-PVHCC-260304-000001: cần bổ sung",
        "Thời gian xử lý tạm dừng. Bổ sung trước 20/03/2026; xem chi tiết trong ứng dụng.",
    ),
    (
        "DossierFeeRequested",
        "Hồ sơ HUE-W19753-PVHCC-260304-000001: cần nộp 20.000 ₫",
        "Xem chi tiết và nộp trong ứng dụng.",
    ),
    (
        "DossierLate",
        "Hồ sơ HUE-W19753-PVHCC-260304-000001 đã quá ngày hẹn trả",
        "Cơ quan phụ trách đã được nhắc và sẽ thông báo cho bạn.",
    ),
    (
        "DossierApologised",
        "Xin lỗi: hồ sơ HUE-W19753-PVHCC-260304-000001 trễ hẹn",
        "Ngày hẹn lại: 12/03/2026. Xem lý do trong ứng dụng.",
    ),
    (
        "DossierProcessed",
        "Hồ sơ HUE-W19753-PVHCC-260304-000001 đã có kết quả",
        "Tải bản điện tử trong ứng dụng hoặc nhận tại quầy. Xin đánh giá.",
    ),
    (
        "DossierReminder",
        "Nhắc: hồ sơ HUE-W19753-PVHCC-260304-000001 chờ bổ sung",
        "Hạn bổ sung: 20/03/2026.",
    ),
];

fn event(city: &City<Notifications>, kind: &str, of: AccountId) -> Envelope<Value> {
    let (infra, at) = (city.infra(), now(city));
    let dossier: DossierId = infra.ids.next(at);
    let body = json!({
        "dossier": dossier, "code": "HUE-W19753-PVHCC-260304-000001", "version": 3, "status": "ACCEPTED",
        "procedure": "1.001193", "account": of, "receiving": "HUE-W19753-PVHCC", "competent": "HUE-W19753",
        "dueAt": at + chrono::Duration::days(5), "promisedOn": "2026-03-12", "deadline": "2026-03-20", "what": "DEADLINE",
        "billRef": "01890000-0000-7000-8000-000000000001", "payer": of, "purpose": "INTAKE", "amount": "20000",
        "payeeAgency": "HUE-W19753", "lines": [],
    });
    Envelope::new(infra.ids.next(at), kind, at, body)
}

async fn publish(city: &City<Notifications>, event: &Envelope<Value>) {
    let redis = &city.infra().redis;
    let mut command = redis::cmd("XADD");
    command.arg(redis.key("city.catalogue")).arg("*").arg("envelope");
    command.arg(serde_json::to_string(event).expect("an envelope is JSON"));
    let _entry: String = redis.run(&command).await.expect("Redis answers");
}

#[test]
fn an_applicant_hears_of_each_step_once() {
    run::<Notifications>(async |city| {
        for (kind, title, body) in TOLD {
            let resident = city.resident();
            let event = event(city, kind, resident.account());

            publish(city, &event).await;
            publish(city, &event).await;
            city.settle().await;

            let page = inbox(&resident, 10, None).await;
            assert_eq!(ids(&page).len(), 1, "{kind}");
            let message = &page["edges"][0]["node"];
            assert_eq!(
                (message["title"].as_str(), message["body"].as_str()),
                (Some(title), Some(body)),
                "{kind}"
            );
            assert_eq!(message["link"], event.body["dossier"]);
            assert_eq!(message["topic"], "dossier");
        }
    });
}

#[test]
fn what_the_applicant_did_and_what_the_city_does_inside_tells_nobody() {
    run::<Notifications>(async |city| {
        let resident = city.resident();

        for kind in ["DossierSubmitted", "DossierRated", "DossierAssigned", "ServicePublished"] {
            publish(city, &event(city, kind, resident.account())).await;
        }
        city.settle().await;

        assert_eq!(ids(&inbox(&resident, 10, None).await).len(), 0);
    });
}
