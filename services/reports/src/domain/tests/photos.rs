use super::*;

fn files() -> Derived {
    Derived {
        media_key: "ab".repeat(16),
        width: 2_048,
        height: 1_536,
        original_sha256: [0; 32],
        full_sha256: [1; 32],
    }
}

fn every_state() -> [PhotoState; 6] {
    let (ready, refused) = (PhotoState::Ready(files()), PhotoState::Refused(PhotoRefusal::Corrupt));
    [
        PhotoState::Issued,
        PhotoState::Awaited,
        PhotoState::Processing,
        ready,
        refused,
        PhotoState::Missing,
    ]
}

#[test]
fn a_photo_moves_only_along_its_way() {
    let listed = [
        ("ISSUED", PhotoAction::Link, "AWAITED"),
        ("AWAITED", PhotoAction::Process, "PROCESSING"),
        ("PROCESSING", PhotoAction::GiveBack, "AWAITED"),
        ("PROCESSING", PhotoAction::Finish, "READY"),
        ("PROCESSING", PhotoAction::Refuse, "REFUSED"),
        ("AWAITED", PhotoAction::GiveUp, "MISSING"),
    ];
    for state in every_state() {
        for (_, attempted, _) in listed {
            let from = state.name();
            let expected =
                listed.iter().find(|(f, a, _)| *f == from && *a == attempted).map(|(_, _, to)| *to);

            let photo = state.clone();
            let answer = match attempted {
                PhotoAction::Link => photo.link(),
                PhotoAction::Process => photo.process(),
                PhotoAction::GiveBack => photo.give_back(),
                PhotoAction::Finish => photo.finish(files()),
                PhotoAction::Refuse => photo.refuse(PhotoRefusal::TooManyPixels),
                PhotoAction::GiveUp => photo.give_up(),
            };

            let expected = expected.ok_or(WrongPhotoState { from, attempted });
            assert_eq!(answer.map(|photo| photo.name()), expected);
        }
    }
}

#[test]
fn bytes_are_waited_for_a_day() {
    let end = noon() + TICKET_LIFE;

    assert!(!PhotoState::Awaited.is_overdue(noon(), end - TimeDelta::microseconds(1)));
    assert!(PhotoState::Awaited.is_overdue(noon(), end));
    assert!(!PhotoState::Processing.is_overdue(noon(), end));
}

#[test]
fn the_key_of_a_file_is_not_printed() {
    assert_eq!(format!("{:?}", PhotoState::Ready(files())), "Ready(Derived(2048 × 1536))");
}
