//! Each row of the cap table, in both lanes, alone and in parallel.

use city_testkit::{City, run};
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};

use crate::support::*;

/// Asks for codes as early as ever allowed; the seconds at which they were sent, and the refusals met on the way. One second
/// before a refusal ends it still stands.
async fn earliest(
    city: &City<Accounts>,
    installation: &str,
    count: usize,
) -> (Vec<i64>, Vec<String>) {
    let (mut now, mut sent, mut refusals) = (0, Vec::new(), Vec::new());
    while sent.len() < count {
        let answer = request(city, PHONE, installation).await;
        if answer.status() == "200 OK" {
            sent.push(now);
            continue;
        }
        assert_eq!(answer.status(), "429 Too Many Requests");
        let wait =
            answer.json()["retryAfterSeconds"].as_i64().expect("a cap says how long to wait");
        assert_eq!(answer.header("retry-after"), wait.to_string());
        advance(city, wait - 1);
        assert_eq!(
            request(city, PHONE, installation).await.code(),
            answer.code(),
            "one second too early"
        );
        advance(city, 1);
        now += wait;
        refusals.push(answer.code());
    }
    (sent, refusals)
}

#[test]
fn a2_the_open_lane_sends_codes_as_the_table_says() {
    run::<Accounts>(async |city| {
        let (sent, refusals) = earliest(city, MY_PHONE, 11).await;

        assert_eq!(sent, [0, 60, 180, 900, 1200, 3600, 3900, 4200, 4500, 4800, 86_400]);
        assert_eq!(
            refusals[..5],
            ["OTP_TOO_SOON", "OTP_TOO_SOON", "OTP_SEND_LIMIT", "OTP_SEND_LIMIT", "OTP_TOO_SOON"]
        );
        assert_eq!(refusals.last().map(String::as_str), Some("OTP_SEND_LIMIT"));
    });
}

#[test]
fn a2_a_known_device_sends_codes_as_the_table_says() {
    run::<Accounts>(async |city| {
        sign_in(city, PHONE, MY_PHONE).await;

        let (sent, refusals) = earliest(city, MY_PHONE, 6).await;

        assert_eq!(sent, [0, 60, 180, 900, 3600, 86_400]);
        assert_eq!(refusals[2..], ["OTP_SEND_LIMIT", "OTP_SEND_LIMIT", "OTP_SEND_LIMIT"]);
        city.settle().await;
    });
}

/// Misses a fresh challenge this often; the tries left after each.
async fn miss(city: &City<Accounts>, installation: &str, times: usize) -> Vec<i64> {
    let challenge = challenge(&request(city, PHONE, installation).await.ok());
    let wrong = wrong(city, challenge).await;
    let mut left = Vec::new();
    for _ in 0..times {
        let answer = confirm(city, challenge, &wrong, installation).await;
        assert_eq!(answer.code(), "CODE_WRONG");
        left.push(answer.json()["triesLeft"].as_i64().expect("a miss says what is left"));
    }
    left
}

#[test]
fn a2_the_sixth_guess_at_a_code_is_not_compared() {
    run::<Accounts>(async |city| {
        let challenge = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        let (right, wrong) = (code(city, challenge).await, wrong(city, challenge).await);
        for _ in 0..5 {
            assert_eq!(confirm(city, challenge, &wrong, MY_PHONE).await.code(), "CODE_WRONG");
        }

        let sixth = confirm(city, challenge, &right, MY_PHONE).await;

        assert_eq!(sixth.code(), "OTP_CHALLENGE_DEAD");
    });
}

#[test]
fn a2_the_fifth_guess_at_a_code_may_be_right() {
    run::<Accounts>(async |city| {
        let challenge = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        let (right, wrong) = (code(city, challenge).await, wrong(city, challenge).await);
        for _ in 0..4 {
            confirm(city, challenge, &wrong, MY_PHONE).await;
        }

        let fifth = confirm(city, challenge, &right, MY_PHONE).await;

        assert_eq!(fifth.status(), "200 OK");
        city.settle().await;
    });
}

#[test]
fn a2_ten_misses_lock_the_open_lane_for_an_hour_and_nine_do_not() {
    run::<Accounts>(async |city| {
        assert_eq!(miss(city, MY_PHONE, 5).await, [4, 3, 2, 1, 0]);
        advance(city, 60);
        let second = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        let (right, wrong) = (code(city, second).await, wrong(city, second).await);
        for _ in 0..4 {
            confirm(city, second, &wrong, MY_PHONE).await;
        }
        // Nine so far: the right code would still be compared. The tenth miss is made through a later challenge.
        advance(city, 120);
        let third = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        let tenth = confirm(city, third, &crate::support::wrong(city, third).await, MY_PHONE).await;
        let right_of_third = code(city, third).await;

        let locked = confirm(city, third, &right_of_third, MY_PHONE).await;
        let no_code = request(city, PHONE, MY_PHONE).await;

        assert_eq!(tenth.json()["triesLeft"], 0);
        assert_eq!(
            (locked.status(), locked.code()),
            ("429 Too Many Requests".to_owned(), "OTP_LOCKED".to_owned())
        );
        assert_eq!(no_code.code(), "OTP_LOCKED");
        assert_eq!(no_code.json()["retryAfterSeconds"], 3600);
        assert_eq!(confirm(city, second, &right, MY_PHONE).await.code(), "OTP_CHALLENGE_DEAD");
        advance(city, 3600);
        assert_eq!(request(city, PHONE, MY_PHONE).await.status(), "200 OK");
    });
}

#[test]
fn a2_nine_misses_leave_the_open_lane_open() {
    run::<Accounts>(async |city| {
        miss(city, MY_PHONE, 5).await;
        advance(city, 60);
        miss(city, MY_PHONE, 4).await;
        advance(city, 120);

        let me = sign_in(city, PHONE, MY_PHONE).await;

        assert!(is_alive(city, me.session).await);
        city.settle().await;
    });
}

#[test]
fn a2_thirty_misses_lock_the_open_lane_for_a_day() {
    run::<Accounts>(async |city| {
        for round in 0..6 {
            miss(city, MY_PHONE, 5).await;
            advance(city, if round % 2 == 0 { 60 } else { 3600 });
        }
        advance(city, -3600);

        let answer = request(city, PHONE, MY_PHONE).await;

        assert_eq!(answer.code(), "OTP_LOCKED");
        assert_eq!(answer.json()["retryAfterSeconds"], 86_400);
    });
}

#[test]
fn a2_five_misses_lock_a_known_device_for_an_hour_and_ten_for_a_day() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        assert_eq!(miss(city, MY_PHONE, 5).await, [4, 3, 2, 1, 0]);
        let hour = request(city, PHONE, MY_PHONE).await;
        advance(city, 3600);
        miss(city, MY_PHONE, 5).await;

        let day = request(city, PHONE, MY_PHONE).await;

        assert_eq!(
            (hour.code(), hour.json()["retryAfterSeconds"].as_i64()),
            ("OTP_LOCKED".to_owned(), Some(3600))
        );
        assert_eq!(
            (day.code(), day.json()["retryAfterSeconds"].as_i64()),
            ("OTP_LOCKED".to_owned(), Some(86_400))
        );
        assert_eq!(refresh(city, &me.refresh).await.status(), "200 OK", "sessions go on");
        city.settle().await;
    });
}

#[test]
fn a3_a_stranger_who_exhausts_the_open_lane_does_not_lock_out_the_owners_device() {
    run::<Accounts>(async |city| {
        sign_in(city, PHONE, MY_PHONE).await;
        advance(city, 60);
        miss(city, STRANGER, 5).await;
        advance(city, 120);
        miss(city, STRANGER, 5).await;
        assert_eq!(request(city, PHONE, STRANGER).await.code(), "OTP_LOCKED");

        let me = sign_in(city, PHONE, MY_PHONE).await;

        assert!(is_alive(city, me.session).await);
        assert_eq!(
            request(city, PHONE, MY_TABLET).await.code(),
            "OTP_LOCKED",
            "an unknown device draws on the open lane"
        );
        city.settle().await;
    });
}

#[test]
fn i4_of_two_hundred_parallel_requests_one_sends_a_code() {
    run::<Accounts>(async |city| {
        // As many at once as the pool serves within its patience; the lock, not the pool, must be what refuses.
        let requests =
            stream::iter(0..200).map(|_| request(city, PHONE, MY_PHONE)).buffer_unordered(24);

        let codes: Vec<_> = requests.map(|answer| answer.code()).collect().await;

        assert_eq!(codes.iter().filter(|code| code.is_empty()).count(), 1, "one sent");
        // On a busy machine some may not get a connection in time: they are refused, too.
        let refused = |code: &&String| ["OTP_TOO_SOON", "UNAVAILABLE"].contains(&code.as_str());
        assert_eq!(codes.iter().filter(refused).count(), 199, "{codes:?}");
    });
}

#[test]
fn i4_of_a_hundred_parallel_guesses_five_are_compared() {
    run::<Accounts>(async |city| {
        let challenge = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        let wrong = wrong(city, challenge).await;

        let guesses = stream::iter(0..100)
            .map(|_| confirm(city, challenge, &wrong, MY_PHONE))
            .buffer_unordered(24);
        let codes: Vec<_> = guesses.map(|answer| answer.code()).collect().await;

        assert_eq!(codes.iter().filter(|code| *code == "CODE_WRONG").count(), 5);
        assert_eq!(codes.iter().filter(|code| *code == "OTP_CHALLENGE_DEAD").count(), 95);
        let attempts = sqlx::query_scalar!("select attempts from accounts.otp_challenge")
            .fetch_one(city.db())
            .await;
        assert_eq!(attempts.unwrap(), 5);
    });
}

#[test]
fn two_devices_that_sign_up_with_one_new_number_at_once_become_one_person() {
    run::<Accounts>(async |city| {
        // A lane each needs a known device; two challenges of one number otherwise supersede one another.
        let me = sign_in(city, PHONE, MY_PHONE).await;
        advance(city, 60);
        let mine = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        let open = challenge(&request(city, PHONE, MY_TABLET).await.ok());
        let codes = (code(city, mine).await, code(city, open).await);

        let answers = join_all([
            confirm(city, mine, &codes.0, MY_PHONE),
            confirm(city, open, &codes.1, MY_TABLET),
        ])
        .await;

        for answer in answers {
            assert_eq!(answer.ok()["viewer"]["id"], me.account.to_string());
        }
        city.settle().await;
    });
}
