//! Every state with every action: exactly what the table of the specification lists succeeds.

use super::*;

const ACTIONS: [Action; 24] = [
    Action::Accept,
    Action::Reject,
    Action::Start,
    Action::Schedule,
    Action::Hold,
    Action::Resume,
    Action::Return,
    Action::Reassign,
    Action::Ask,
    Action::Answer,
    Action::DropQuestion,
    Action::NoAnswer,
    Action::Resolve,
    Action::Approve,
    Action::SendBack,
    Action::Merge,
    Action::Unmerge,
    Action::FollowRoot,
    Action::Withdraw,
    Action::Contest,
    Action::Grant,
    Action::Refuse,
    Action::Close,
    Action::Rate,
];

/// The specification's table: report, action, state afterwards. What is not here is refused.
const LISTED: &[(&str, Action, &str)] = &[
    ("submitted", Action::Accept, "assigned"),
    ("submitted", Action::Reject, "rejected"),
    ("assigned", Action::Start, "in_progress"),
    ("assigned", Action::Schedule, "scheduled"),
    ("in_progress", Action::Schedule, "scheduled"),
    ("in_progress", Action::Hold, "on_hold"),
    ("scheduled", Action::Hold, "on_hold"),
    ("scheduled", Action::Resume, "in_progress"),
    ("on_hold", Action::Resume, "in_progress"),
    ("assigned", Action::Return, "submitted"),
    ("in_progress", Action::Return, "submitted"),
    ("scheduled", Action::Return, "submitted"),
    ("on_hold", Action::Return, "submitted"),
    ("assigned", Action::Reassign, "assigned"),
    ("in_progress", Action::Reassign, "assigned"),
    ("scheduled", Action::Reassign, "assigned"),
    ("on_hold", Action::Reassign, "assigned"),
    ("submitted", Action::Ask, "awaiting_reporter"),
    ("assigned", Action::Ask, "awaiting_reporter"),
    ("in_progress", Action::Ask, "awaiting_reporter"),
    ("awaiting from submitted", Action::Answer, "submitted"),
    ("awaiting from assigned", Action::Answer, "assigned"),
    ("awaiting from in_progress", Action::Answer, "in_progress"),
    ("awaiting from submitted", Action::DropQuestion, "submitted"),
    ("awaiting from assigned", Action::DropQuestion, "assigned"),
    ("awaiting from in_progress", Action::DropQuestion, "in_progress"),
    ("awaiting from submitted", Action::NoAnswer, "rejected"),
    ("awaiting from assigned", Action::NoAnswer, "assigned"),
    ("awaiting from in_progress", Action::NoAnswer, "in_progress"),
    ("assigned", Action::Resolve, "resolved"),
    ("in_progress", Action::Resolve, "resolved"),
    ("scheduled", Action::Resolve, "resolved"),
    ("on_hold", Action::Resolve, "resolved"),
    ("pending_review", Action::Approve, "resolved"),
    ("pending_review", Action::SendBack, "in_progress"),
    ("submitted", Action::Merge, "duplicate"),
    ("assigned", Action::Merge, "duplicate"),
    ("in_progress", Action::Merge, "duplicate"),
    ("scheduled", Action::Merge, "duplicate"),
    ("on_hold", Action::Merge, "duplicate"),
    ("duplicate from submitted", Action::Unmerge, "submitted"),
    ("duplicate from assigned", Action::Unmerge, "assigned"),
    ("duplicate from in_progress", Action::Unmerge, "in_progress"),
    ("duplicate from scheduled", Action::Unmerge, "scheduled"),
    ("duplicate from on_hold", Action::Unmerge, "in_progress"),
    ("duplicate from submitted", Action::FollowRoot, "duplicate"),
    ("duplicate from assigned", Action::FollowRoot, "duplicate"),
    ("duplicate from in_progress", Action::FollowRoot, "duplicate"),
    ("duplicate from scheduled", Action::FollowRoot, "duplicate"),
    ("duplicate from on_hold", Action::FollowRoot, "duplicate"),
    ("submitted", Action::Withdraw, "withdrawn"),
    ("assigned", Action::Withdraw, "withdrawn"),
    ("awaiting from submitted", Action::Withdraw, "withdrawn"),
    ("awaiting from assigned", Action::Withdraw, "withdrawn"),
    ("resolved", Action::Contest, "reopen_requested"),
    ("rejected", Action::Contest, "reopen_requested"),
    ("reopen_requested after resolved", Action::Grant, "assigned"),
    ("reopen_requested after rejected", Action::Grant, "assigned"),
    ("reopen_requested after resolved", Action::Refuse, "resolved"),
    ("reopen_requested after rejected", Action::Refuse, "rejected"),
    ("resolved", Action::Close, "closed"),
    ("rejected", Action::Close, "closed"),
    ("resolved", Action::Rate, "resolved"),
    ("rejected", Action::Rate, "rejected"),
    ("closed after resolved", Action::Rate, "closed"),
    ("closed after rejected", Action::Rate, "closed"),
];

/// Does it with arguments that every guard accepts.
fn act(report: Report, action: Action) -> Result<Step, Refusal> {
    let (at, due) = (noon() + TimeDelta::days(7), Some(due()));
    let after = at + TimeDelta::days(8); // past the question's end and the contest window
    Ok(match action {
        Action::Accept => report.accept(roads(), Audience::OnceAccepted, at)?,
        Action::Reject => report.reject(rejection(), at)?,
        Action::Start => report.start(officer(), at)?,
        Action::Schedule => report.schedule(city_clock::hue_day(at), at)?,
        Action::Hold => report.hold(reason("Điện lực Huế"), after, None, at)?,
        Action::Resume => report.resume(due, at)?,
        Action::Return => {
            report.hand_back(ReturnReason::WrongAgency, agency("HUE-SYT"), due, due, at)?
        }
        Action::Reassign => report.reassign(agency("HUE-SYT"), due, at)?,
        Action::Ask => report.ask(None, at)?,
        Action::Answer => report.answer(due, at)?,
        Action::DropQuestion => report.drop_question(due, at)?,
        Action::NoAnswer => report.no_answer(due, after)?,
        Action::Resolve => resolve(report, Review::NotNeeded, at)?,
        Action::Approve => report.approve(coordinator(), at)?,
        Action::SendBack => report.send_back(coordinator(), at)?,
        Action::Merge => report.merge(&filed_as(3), due, at)?,
        Action::Unmerge => report.unmerge(at)?,
        Action::FollowRoot => report.follow_root(&filed_as(3), at)?,
        Action::Withdraw => report.withdraw(due, at)?,
        Action::Contest => report.contest(WINDOW, due, at)?,
        Action::Grant => report.grant(coordinator(), roads(), Audience::OnceAccepted, due, at)?,
        Action::Refuse => report.refuse(coordinator(), at)?,
        Action::Close => report.close(WINDOW, after)?,
        Action::Rate => report
            .rate(Score::parse(2).expect("a score"), Rater::Reporter, at)
            .map(|(r, done)| (r, done.rated))?,
        Action::Assign => report.assign(Some(officer()), at)?,
    })
}

#[test]
fn exactly_the_listed_transitions_succeed() {
    let mut listed = 0;
    for (name, report) in every_state() {
        for action in ACTIONS {
            let from = report.state().name();
            let expected =
                LISTED.iter().find(|(n, a, _)| *n == name && *a == action).map(|(_, _, to)| *to);

            let answer = act(report.clone(), action);

            if let Some(to) = expected {
                let (after, done) = answer.unwrap_or_else(|e| panic!("{name} + {action}: {e}"));
                assert_eq!(after.state().name().as_str(), to, "{name} + {action}");
                assert_eq!((done.from, done.to), (Some(from), after.state().name()));
                assert_eq!(after.version(), report.version() + 1);
                listed += 1;
            } else {
                let refusal = Refusal::WrongState(WrongState { from, attempted: action });
                assert_eq!(answer.map(|_| ()), Err(refusal), "{name} + {action}");
            }
        }
    }
    assert_eq!(listed, LISTED.len());
}

#[test]
fn the_stop_foretold_is_the_stop_that_happens() {
    for (name, report) in every_state() {
        for action in ACTIONS {
            let foretold = report.stop_change(action);
            if let Ok((after, done)) = act(report.clone(), action) {
                assert_eq!(done.stop, foretold, "{name} + {action}");
                let stopped =
                    matches!(after.state().name(), StateName::OnHold | StateName::AwaitingReporter);
                assert_eq!(
                    matches!(done.stop, Some(StopChange::Opened(_))),
                    stopped,
                    "{name} + {action}"
                );
            }
        }
    }
}

#[test]
fn every_report_survives_its_row() {
    for (name, report) in every_state() {
        let mut columns = report.columns();
        let json = serde_json::to_string(&columns.data).unwrap();
        columns.data = serde_json::from_str(&json).unwrap();

        let restored = Report::restore(report.facts().clone(), columns);

        assert_eq!(restored, Ok(report), "{name}");
    }
}

#[test]
fn a_row_that_lacks_what_its_state_needs_is_named() {
    let columns = |report: Report| report.columns();
    let broken = [
        (StateColumns { agency: None, ..columns(assigned()) }, "agency"),
        (StateColumns { result_text: None, ..columns(resolved()) }, "result_text"),
        (StateColumns { reason_code: None, ..columns(rejected()) }, "reason_code"),
        (StateColumns { canonical: None, ..columns(merged(filed())) }, "canonical"),
        (StateColumns { resume_state: None, ..columns(asked(filed())) }, "resume_state"),
        (StateColumns { data: StateData::default(), ..columns(on_hold()) }, "until"),
    ];
    for (row, column) in broken {
        let state = row.state;
        assert_eq!(State::try_from(row), Err(BrokenRow { state, column }));
    }
}

#[test]
fn names_of_states_read_back_and_eight_are_open() {
    for name in StateName::ALL {
        assert_eq!(StateName::parse(name.as_str()), Some(name));
    }
    assert_eq!(StateName::ALL.into_iter().filter(|name| name.is_open()).count(), 8);
    assert_eq!(StateName::ALL.into_iter().filter(|name| name.is_owned()).count(), 4);
}

#[test]
fn no_event_and_no_timeline_row_carries_a_text() {
    for (name, report) in every_state() {
        for action in ACTIONS {
            if let Ok((_, done)) = act(report.clone(), action) {
                let shown = format!("{:?} {}", done.event, done.entry(&Actor::System).meta());
                assert!(
                    !shown.contains("Điện lực") && !shown.contains("Đã vá"),
                    "{name} + {action}: {shown}"
                );
                assert!(canonical_json(&done.entry(&Actor::System).meta()).is_ok());
                assert!(
                    !done.entry(&Actor::System).meta().to_string().contains("acc_"),
                    "{name} + {action}"
                );
            }
        }
    }
}
