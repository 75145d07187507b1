//! A second opinion: the rules of the calendar again, as slowly and plainly as possible.
//!
//! Shares no code with the crate: time is whole minutes of local time since 1970, a stop is a list of single days, and
//! every question is answered by looking at each day, or each minute, from the start.

/// Minutes from midnight at which work begins and ends: 07:30 to 11:30, 13:30 to 17:00.
pub const HOURS: [(i64, i64); 2] = [(450, 690), (810, 1020)];
const CLOSE: i64 = 1020;
const DAY: i64 = 1440;

#[derive(Debug, Clone)]
pub struct City {
    /// Which weekdays are worked, from Monday.
    pub week: [bool; 7],
    /// Dated rows, day since 1970 and whether it is worked; no day twice.
    pub exceptions: Vec<(i64, bool)>,
}

/// From and to, in minutes.
pub type MinuteStop = (i64, Option<i64>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// The due minute.
    At(i64),
    /// What remains while the clock stands still.
    Stopped(u32),
}

#[derive(Debug, Clone, Copy)]
pub enum Plain {
    WorkingDays(usize),
    SameDay { cutoff: i64 },
    CalendarDays { n: usize, roll: bool },
}

impl City {
    pub fn works(&self, day: i64) -> bool {
        let row = self.exceptions.iter().rev().find(|(date, _)| *date == day);
        // 1 January 1970 was a Thursday, so day 4 was a Monday.
        let weekday = usize::try_from((day - 4).rem_euclid(7)).expect("0 to 6");
        row.map_or(self.week[weekday], |(_, worked)| *worked)
    }

    /// The due minute of a rule that counts days.
    pub fn due_day(&self, rule: Plain, start: i64, stops: &[MinuteStop]) -> Answer {
        let first = start / DAY;
        let last = first + 3_600;
        let day_of =
            |minute: i64| if minute % DAY < CLOSE { minute / DAY } else { minute / DAY + 1 };
        let frozen = |day: i64| {
            stops
                .iter()
                .any(|&(from, to)| day >= day_of(from) && to.is_none_or(|to| day < day_of(to)))
        };
        let counts = |day: &i64| self.works(*day) && !frozen(*day);
        let running: Vec<i64> = (first + 1..=last).filter(|&day| !frozen(day)).collect();
        let counted: Vec<i64> = running.iter().copied().filter(|&day| self.works(day)).collect();

        let (due, before_the_stop) = match rule {
            Plain::WorkingDays(n) => (counted.get(n - 1).copied(), n - counted.len().min(n)),
            Plain::SameDay { cutoff } if counts(&first) && start % DAY <= cutoff => {
                (Some(first), 0)
            }
            Plain::SameDay { .. } => (counted.first().copied(), 1),
            Plain::CalendarDays { n, roll: false } => {
                (running.get(n - 1).copied(), n - running.len().min(n))
            }
            Plain::CalendarDays { n, roll: true } => {
                let landed = running
                    .get(n - 1)
                    .and_then(|&nth| counted.iter().copied().find(|&day| day >= nth));
                (landed, n - running.len().min(n - 1))
            }
        };
        due.map_or_else(
            || Answer::Stopped(u32::try_from(before_the_stop).expect("small")),
            |day| Answer::At(day * DAY + CLOSE),
        )
    }

    /// The due minute of a rule that runs by the minute.
    pub fn due_minute(
        &self,
        minutes: u32,
        working_time: bool,
        start: i64,
        stops: &[MinuteStop],
    ) -> Answer {
        let mut left = minutes;
        for now in start.. {
            if left == 0 {
                return Answer::At(now);
            }
            let stopped =
                stops.iter().any(|&(from, to)| from <= now && to.is_none_or(|to| now < to));
            let for_good = stops.iter().any(|&(from, to)| from <= now && to.is_none());
            if for_good {
                break;
            }
            let at_work = self.works(now / DAY)
                && HOURS.iter().any(|&(from, to)| (from..to).contains(&(now % DAY)));
            if !stopped && (at_work || !working_time) {
                left -= 1;
            }
        }
        Answer::Stopped(left)
    }
}
