//! What the transitions do besides moving the state.

use super::*;

fn outcome_of(report: &Report) -> Timestamp {
    report.facts().outcome_at.expect("it has one")
}

fn score(stars: i64) -> Score {
    Score::parse(stars).expect("a score")
}

#[test]
fn the_first_accept_publishes_what_was_wanted_and_may_be() {
    let open = assigned();
    let private = filed().accept(roads(), Audience::Closed, later(1)).unwrap().0;

    assert_eq!(open.facts().published_at, Some(later(1)));
    assert_eq!(open.facts().accepted_at, Some(later(1)));
    assert_eq!(open.facts().step_due_at, None);
    assert!(open.is_listed() && !private.is_listed() && !filed().is_listed());
}

#[test]
fn who_starts_is_the_assignee_unless_somebody_is() {
    let given = assigned().assign(Some(account(7)), later(2)).unwrap().0;

    assert_eq!(in_progress().state().assignee(), Some(officer()));
    assert_eq!(given.start(officer(), later(3)).unwrap().0.state().assignee(), Some(account(7)));
}

#[test]
fn dates_ahead_have_an_end() {
    let today = city_clock::hue_day(noon());
    let day = |ahead| in_progress().schedule(today + TimeDelta::days(ahead), noon()).map(|_| ());
    let hold = |until| in_progress().hold(reason("EVN"), until, None, noon()).map(|_| ());

    assert_eq!((day(0), day(180)), (Ok(()), Ok(())));
    assert_eq!((day(-1), day(181)), (Err(Refusal::DateOutOfRange), Err(Refusal::DateOutOfRange)));
    let end = noon() + TimeDelta::days(90);
    assert_eq!(
        (hold(end), hold(end + TimeDelta::microseconds(1))),
        (Ok(()), Err(Refusal::DateOutOfRange))
    );
    assert_eq!(hold(noon()), Err(Refusal::DateOutOfRange));
}

#[test]
fn a_bounce_keeps_due_and_anchor_and_clears_the_agency() {
    let before = in_progress();
    let (after, done) = before
        .clone()
        .hand_back(
            ReturnReason::WrongAgency,
            agency("HUE-SYT"),
            Some(later(900)),
            before.facts().due_at,
            later(9),
        )
        .unwrap();

    assert_eq!(after.facts().bounce_count, 1);
    assert_eq!(after.facts().due_at, before.facts().due_at);
    assert_eq!(after.facts().anchor_at, before.facts().anchor_at);
    assert_eq!(after.facts().step_due_at, Some(later(900)));
    assert_eq!(
        (after.state().agency(), after.state().proposed_agency()),
        (None, Some(&agency("HUE-SYT")))
    );
    assert_eq!(done.entry(&Actor::System).visibility, Visibility::Staff);
    let itself = before.hand_back(ReturnReason::Other, roads(), None, None, later(9));
    assert_eq!(itself.map(|_| ()), Err(Refusal::SameAgency));
}

#[test]
fn nobody_is_asked_when_nobody_can_answer() {
    let anonymous = in_progress().anonymise(later(3)).0;

    assert_eq!(anonymous.ask(None, later(4)).map(|_| ()), Err(Refusal::NobodyToAsk));
}

#[test]
fn the_answer_may_come_until_its_time_is_over() {
    let asked = asked(filed());
    let until = later(4) + TimeDelta::days(ANSWER_DAYS);

    let early = asked.clone().no_answer(Some(due()), until - TimeDelta::microseconds(1));
    let (rejected, done) = asked.no_answer(Some(due()), until).unwrap();

    assert_eq!(early.map(|_| ()), Err(Refusal::TooEarly { from: until }));
    assert_eq!(done.event.kind, EventKind::Rejected { reason: RejectReason::NoAnswer });
    assert_eq!(done.stop, Some(StopChange::Ended(StopKind::Question)));
    assert_eq!(rejected.facts().outcome, Some(Outcome::Rejected));
    assert_eq!(Answer::parse(None, vec![]), Err(Refusal::AnswerEmpty));
}

#[test]
fn a_slow_reviewer_makes_no_agency_late() {
    let pending = resolve(in_progress(), Review::Needed { by: None }, due()).unwrap().0;

    let approved = pending.approve(coordinator(), due() + TimeDelta::days(3)).unwrap().0;

    assert_eq!(approved.facts().on_time, Some(true));
    assert_eq!(approved.facts().answered_at, Some(due()));
    assert_eq!(outcome_of(&approved), due() + TimeDelta::days(3));
    let late =
        resolve(in_progress(), Review::NotNeeded, due() + TimeDelta::microseconds(1)).unwrap().0;
    assert_eq!(late.facts().on_time, Some(false));
}

#[test]
fn sent_back_the_answer_is_void_and_the_clock_runs() {
    let (after, done) = pending_review().send_back(coordinator(), later(60)).unwrap();

    assert_eq!((after.facts().answered_at, after.facts().on_time), (None, None));
    assert_eq!(after.facts().due_at, Some(due()));
    assert_eq!(done.stop, None);
    assert_eq!(after.columns().result_text, None);
}

#[test]
fn the_resolver_decides_about_nothing() {
    let two = Err(Refusal::TwoPersons);

    assert_eq!(pending_review().approve(officer(), later(60)).map(|_| ()), two);
    assert_eq!(pending_review().send_back(officer(), later(60)).map(|_| ()), two);
    let contest = contested(resolved());
    let grant = contest.clone().grant(officer(), roads(), Audience::OnceAccepted, None, later(60));
    assert_eq!(grant.map(|_| ()), two);
    assert_eq!(contest.refuse(officer(), later(60)).map(|_| ()), two);
}

#[test]
fn the_last_instant_of_the_window_is_inside() {
    for report in [resolved(), rejected()] {
        let until = outcome_of(&report) + WINDOW;
        let after = until + TimeDelta::microseconds(1);

        assert!(report.clone().contest(WINDOW, None, until).is_ok());
        assert_eq!(
            report.clone().contest(WINDOW, None, after).map(|_| ()),
            Err(Refusal::ContestClosed { until })
        );
        assert_eq!(
            report.clone().close(WINDOW, until).map(|_| ()),
            Err(Refusal::TooEarly { from: after })
        );
        assert!(report.close(WINDOW, after).is_ok());
    }
}

#[test]
fn comments_ratings_and_refusals_do_not_move_the_window() {
    let report = resolved();
    let until = report.contest_until(WINDOW);

    let refused = contested(report.clone()).refuse(coordinator(), later(3_000)).unwrap().0;
    let commented = report.clone().comment(Visibility::Public, later(3_000)).0;
    let rated = report.rate(score(1), Rater::Reporter, later(3_000)).unwrap().0;

    assert!(until.is_some());
    for report in [refused, commented, rated] {
        assert_eq!(report.contest_until(WINDOW), until);
    }
}

#[test]
fn a_second_contest_of_a_round_is_refused_and_a_new_round_may_be_contested() {
    let refused = contested(resolved()).refuse(coordinator(), later(30)).unwrap().0;
    let again = refused.contest(WINDOW, None, later(40));
    assert_eq!(again.map(|_| ()), Err(Refusal::AlreadyContested));

    let reopened = contested(resolved())
        .grant(coordinator(), roads(), Audience::OnceAccepted, Some(later(90_000)), later(30))
        .unwrap()
        .0;
    assert_eq!((reopened.facts().round, reopened.facts().reopen_count), (2, 1));
    assert_eq!(
        (reopened.facts().anchor_at, reopened.facts().due_at),
        (later(30), Some(later(90_000)))
    );
    assert_eq!(reopened.facts().outcome_at, Some(later(10)));
    assert_eq!(reopened.facts().answered_at, None);
    let second = resolve(reopened, Review::NotNeeded, later(50)).unwrap().0;
    assert_eq!(outcome_of(&second), later(50));
    assert!(second.contest(WINDOW, None, later(60)).is_ok());
}

#[test]
fn only_the_reporters_three_without_others_closes_at_once() {
    let closes = |report: Report, stars, rater| {
        report.rate(score(stars), rater, later(20)).unwrap().1.closed.is_some()
    };

    assert!(closes(resolved(), 3, Rater::Reporter));
    assert!(closes(rejected(), 5, Rater::Reporter));
    assert!(!closes(resolved(), 2, Rater::Reporter));
    assert!(!closes(resolved(), 5, Rater::Follower));
    assert!(!closes(resolved().with_followers(1), 5, Rater::Reporter));
    let (report, done) = resolved().rate(score(4), Rater::Reporter, later(20)).unwrap();
    assert_eq!(report.facts().closed_at, Some(later(20)));
    assert_eq!(report.version(), resolved().version() + 2);
    assert_eq!((done.rated.to, done.closed.unwrap().to), (StateName::Resolved, StateName::Closed));
}

#[test]
fn a_score_is_taken_for_thirty_days_after_closing() {
    let report = closed(resolved());
    let end = report.facts().closed_at.unwrap() + TimeDelta::days(RATING_DAYS);

    assert!(report.clone().rate(score(1), Rater::Follower, end).is_ok());
    let late = report.rate(score(1), Rater::Follower, end + TimeDelta::microseconds(1));
    assert_eq!(late.map(|_| ()), Err(Refusal::RatingClosed));
    assert_eq!([0, 6, -1, i64::MAX].map(Score::parse), [Err(ScoreError); 4]);
}

#[test]
fn a_report_that_others_follow_goes_on_without_its_reporter() {
    let (open, _) = assigned().with_followers(2).withdraw(Some(due()), later(9)).unwrap();
    let (unasked, done) =
        asked(assigned()).with_followers(1).withdraw(Some(due()), later(9)).unwrap();

    assert_eq!(
        (open.state().name(), open.facts().reporter),
        (StateName::Assigned, Reporter::Nobody)
    );
    assert_eq!(
        (unasked.state().name(), unasked.facts().reporter),
        (StateName::Assigned, Reporter::Nobody)
    );
    assert_eq!(done.stop, Some(StopChange::Ended(StopKind::Question)));
    assert_eq!(done.event.reporter, None);
}

#[test]
fn a_merge_needs_another_open_root_and_unmerging_restores() {
    let target = |root: &Report| in_progress().merge(root, Some(due()), later(9)).map(|_| ());

    assert_eq!(target(&in_progress()), Err(Refusal::MergeTarget)); // itself
    for (name, root) in every_state() {
        let root =
            Report { facts: Facts { id: filed_as(5).id(), ..root.facts }, state: root.state };
        assert_eq!(target(&root).is_ok(), root.is_open(), "{name}");
    }
    let back = merged(scheduled()).unmerge(later(9)).unwrap().0;
    assert_eq!(back.state(), scheduled().state());
    assert_eq!(back.facts().closed_at, None);
    assert_eq!(merged(filed()).canonical(), Some(filed_as(2).id()));
}

#[test]
fn a_report_wants_the_timers_of_its_state() {
    let kinds =
        |report: &Report| report.timers(WINDOW).iter().map(|timer| timer.kind).collect::<Vec<_>>();

    for (name, report) in every_state() {
        let expected: &[TimerKind] = match report.state().name() {
            StateName::AwaitingReporter => &[TimerKind::AnswerEnd],
            StateName::OnHold => &[TimerKind::HoldEnd],
            StateName::Scheduled => &[TimerKind::Scheduled],
            StateName::Resolved | StateName::Rejected => &[TimerKind::Close, TimerKind::MapOff],
            StateName::Closed => &[TimerKind::MapOff],
            _ => &[],
        };
        assert_eq!(kinds(&report), expected, "{name}");
    }
    assert_eq!(scheduled().timers(WINDOW)[0].fires_at.to_rfc3339(), "2026-11-20T00:00:00+00:00");
    let off = outcome_of(&resolved()) + TimeDelta::days(MAP_DAYS);
    assert!(resolved().is_on_map(off - TimeDelta::microseconds(1)) && !resolved().is_on_map(off));
}

#[test]
fn a_rejection_has_a_known_reason_and_names_whose_it_is() {
    assert_eq!(Rejection::parse("NOT_IN_REMIT", None), Err(Refusal::RemitUnnamed));
    assert!(Rejection::parse("NOT_IN_REMIT", Some(reason("Công ty Điện lực"))).is_ok());
    assert_eq!(Rejection::parse("NO_ANSWER", None), Err(Refusal::ReasonUnknown)); // the system's own
    assert_eq!(Rejection::parse("BECAUSE", None), Err(Refusal::ReasonUnknown));
    assert_eq!(ReturnReason::parse("BECAUSE"), Err(Refusal::ReasonUnknown));
}
