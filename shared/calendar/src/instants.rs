//! Rules that run by instant: hours of working time, and minutes round the clock.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use crate::due::HORIZON_DAYS;
use crate::{Calendar, Due, Horizon, Stop, civil};

/// How long a clock must run, and when it runs at all.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    length: TimeDelta,
    pace: Pace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    WorkingTime,
    RoundTheClock,
}

/// A time in which the clock runs, `[from, to)`.
#[derive(Clone, Copy)]
struct Span {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Term {
    pub fn working_hours(hours: u32) -> Self {
        Self { length: TimeDelta::hours(i64::from(hours)), pace: Pace::WorkingTime }
    }

    pub fn elapsed_minutes(minutes: u32) -> Self {
        Self { length: TimeDelta::minutes(i64::from(minutes)), pace: Pace::RoundTheClock }
    }

    /// A part of this term, rounded down to a second.
    pub fn share(self, percent: u32) -> Self {
        let seconds = self.length.num_seconds().saturating_mul(i64::from(percent)) / 100;
        Self { length: TimeDelta::seconds(seconds), ..self }
    }
}

impl Calendar {
    /// The instant at which the term has run out.
    pub(crate) fn run_out(
        &self,
        term: Term,
        start: DateTime<Utc>,
        stops: &[Stop],
    ) -> Result<Due, Horizon> {
        let mut stops = stops.to_vec(); // empty for most, and then no allocation
        stops.sort_unstable_by_key(|stop| stop.from);
        let (first, mut left) = (civil::day(start), term.length);
        for day in first.iter_days().take(HORIZON_DAYS + 1) {
            let whole_day =
                [Span { from: civil::instant(day, NaiveTime::MIN), to: midnight_after(day) }];
            let work = self.hours(day).iter().map(|hours| Span {
                from: civil::instant(day, hours.from),
                to: civil::instant(day, hours.to),
            });
            let ran_out = match term.pace {
                Pace::RoundTheClock => spend_all(whole_day.into_iter(), start, &stops, &mut left),
                Pace::WorkingTime => spend_all(work, start, &stops, &mut left),
            };
            match ran_out {
                None => {}
                Some(RanOut::Stopped) => {
                    return Ok(Due::Stopped { remaining: begun_minutes(left) });
                }
                Some(RanOut::At(at)) => {
                    // No calendar moves what runs round the clock.
                    let provisional =
                        term.pace == Pace::WorkingTime && self.is_provisional(civil::day(at));
                    return Ok(Due::At { at, provisional });
                }
            }
        }
        Err(Horizon)
    }
}

enum RanOut {
    At(DateTime<Utc>),
    Stopped,
}

fn spend_all(
    mut spans: impl Iterator<Item = Span>,
    start: DateTime<Utc>,
    stops: &[Stop],
    left: &mut TimeDelta,
) -> Option<RanOut> {
    spans.find_map(|span| {
        let span = Span { from: span.from.max(start), ..span };
        if span.from < span.to { spend(span, stops, left) } else { None }
    })
}

/// Takes from `left` what runs in this span outside the stops, which are sorted by their beginning.
///
/// A term that is used up exactly when a stop begins has run out: its last minute ran before the stop.
fn spend(span: Span, stops: &[Stop], left: &mut TimeDelta) -> Option<RanOut> {
    let mut now = span.from;
    for stop in stops {
        if stop.from >= span.to {
            break;
        }
        if stop.to.is_some_and(|to| to <= now || to <= stop.from) {
            continue;
        }
        let runs = (stop.from - now).max(TimeDelta::zero());
        if *left <= runs {
            return Some(RanOut::At(now + *left));
        }
        *left -= runs;
        let Some(to) = stop.to else { return Some(RanOut::Stopped) };
        now = to;
        if now >= span.to {
            return None;
        }
    }
    let runs = span.to - now;
    if *left <= runs {
        return Some(RanOut::At(now + *left));
    }
    *left -= runs;
    None
}

fn midnight_after(day: chrono::NaiveDate) -> DateTime<Utc> {
    civil::instant(civil::next(day), NaiveTime::MIN)
}

fn begun_minutes(left: TimeDelta) -> u32 {
    let minutes = left.num_minutes();
    let begun = if TimeDelta::minutes(minutes) < left { minutes + 1 } else { minutes };
    u32::try_from(begun).unwrap_or(u32::MAX)
}
