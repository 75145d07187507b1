//! What is due of a bill on a civil day: its heads, less a rebate for paying early, plus a penalty for paying late.

use chrono::NaiveDate;
use city_contracts::payments::BillHeadView;

/// Hundredths of a per cent in one.
const WHOLE: i128 = 10_000;

/// Less for whoever pays early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebate {
    /// The last civil day on which it counts.
    pub until: NaiveDate,
    /// How much less.
    pub off: Off,
}

/// What a rebate takes off the heads, at most all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    /// Hundredths of a per cent of the sum of the heads, 1 to 10,000.
    Bps(i32),
    /// So many dong, at least 1.
    Fixed(i64),
}

/// More for whoever pays late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Penalty {
    /// Grows with each civil day after the due date.
    PerDay {
        /// Hundredths of a per cent of the sum of the heads for each day, 1 to 10,000.
        bps: i32,
        /// At most this much, in hundredths of a per cent, 1 to 10,000.
        cap_bps: i32,
    },
    /// A flat fee from the day after the due date, the same on every later day.
    Once {
        /// So many dong, at least 1.
        fixed: i64,
        /// At most this much of the sum of the heads, in hundredths of a per cent, 1 to 10,000.
        cap_bps: Option<i32>,
    },
}

impl Off {
    fn of(self, heads: i64) -> i64 {
        match self {
            Self::Bps(bps) => share(heads, bps.into()),
            Self::Fixed(fixed) => fixed.min(heads),
        }
    }
}

impl Penalty {
    /// What it is so many days after the due date.
    fn after(self, days: i64, heads: i64) -> i64 {
        match self {
            _ if days <= 0 => 0,
            Self::PerDay { bps, cap_bps } => {
                let grown = i128::from(bps) * i128::from(days);
                share(heads, grown.min(cap_bps.into()))
            }
            Self::Once { .. } => self.most(heads),
        }
    }

    /// What it never passes.
    fn most(self, heads: i64) -> i64 {
        match self {
            Self::PerDay { cap_bps, .. } => share(heads, cap_bps.into()),
            Self::Once { fixed, cap_bps } => {
                cap_bps.map_or(fixed, |cap| fixed.min(share(heads, cap.into())))
            }
        }
    }
}

/// When what is due changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// Less, early.
    pub rebate: Option<Rebate>,
    /// More, late.
    pub penalty: Option<Penalty>,
}

/// What is due on a day, in dong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// To be paid.
    pub amount: i64,
    /// Taken off the heads.
    pub rebate: i64,
    /// Added to them.
    pub penalty: i64,
}

impl Terms {
    /// What is due on a day of heads that sum up to `heads`, at least 0. Shares are rounded to whole dong once, half up.
    pub fn due(&self, heads: i64, due_date: NaiveDate, day: NaiveDate) -> Due {
        let rebate = self.rebate.filter(|rebate| day <= rebate.until);
        let rebate = rebate.map_or(0, |rebate| rebate.off.of(heads));
        let late = (day - due_date).num_days();
        let penalty = self.penalty.map_or(0, |penalty| penalty.after(late, heads));
        Due { amount: (heads - rebate + penalty).max(0), rebate, penalty }
    }

    /// The least and the most that can ever be due.
    pub fn bounds(&self, heads: i64) -> (i64, i64) {
        let rebate = self.rebate.map_or(0, |rebate| rebate.off.of(heads));
        let penalty = self.penalty.map_or(0, |penalty| penalty.most(heads));
        (heads - rebate, heads + penalty)
    }
}

/// So many hundredths of a per cent of an amount, half up. Amounts have at most 100 billion dong and shares at most the whole.
fn share(of: i64, bps: i128) -> i64 {
    let rounded = (i128::from(of) * bps * 2 + WHOLE) / (2 * WHOLE);
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

/// What each head gets of what is due: the rebate goes off the last heads, the penalty goes to the first.
pub fn split(heads: &[BillHeadView], due: &Due) -> Vec<i64> {
    let mut amounts: Vec<i64> = heads.iter().map(|head| head.amount.dong()).collect();
    if let Some(first) = amounts.first_mut() {
        *first += due.penalty;
    }
    let mut rebate = due.rebate;
    for amount in amounts.iter_mut().rev() {
        let off = rebate.min(*amount);
        *amount -= off;
        rebate -= off;
    }
    amounts
}

#[cfg(test)]
mod tests {
    use city_money::Vnd;
    use proptest::prelude::*;

    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    fn heads(amounts: &[i64]) -> Vec<BillHeadView> {
        let head = |amount: &i64| BillHeadView {
            code: "A".into(),
            name: "Tiền điện".into(),
            amount: Vnd::new(*amount),
        };
        amounts.iter().map(head).collect()
    }

    const TERMS: Terms = Terms {
        rebate: Some(Rebate {
            until: NaiveDate::from_ymd_opt(2026, 3, 5).unwrap(),
            off: Off::Bps(150),
        }),
        penalty: Some(Penalty::PerDay { bps: 5, cap_bps: 12 }),
    };

    #[test]
    fn the_days_around_each_boundary() {
        let due = |on| {
            let due = TERMS.due(1_000_050, day(10), day(on));
            (due.amount, due.rebate, due.penalty)
        };

        assert_eq!(due(4), (985_049, 15_001, 0), "15,000.75 are rounded half up");
        assert_eq!(due(5), (985_049, 15_001, 0), "the last day of the rebate");
        assert_eq!(due(6), (1_000_050, 0, 0));
        assert_eq!(due(10), (1_000_050, 0, 0), "the due date");
        assert_eq!(due(11), (1_000_550, 0, 500), "500.025");
        assert_eq!(due(12), (1_001_050, 0, 1_000), "1,000.05");
        assert_eq!(due(13), (1_001_250, 0, 1_200), "capped at 12, not 15");
        assert_eq!(due(31), (1_001_250, 0, 1_200));
    }

    #[test]
    fn flat_amounts_count_whole_on_their_days() {
        let until = day(5);
        let terms = |off, fixed, cap_bps| Terms {
            rebate: Some(Rebate { until, off: Off::Fixed(off) }),
            penalty: Some(Penalty::Once { fixed, cap_bps }),
        };
        let due = |terms: Terms, on| terms.due(100_000, day(10), day(on)).amount;

        let plain = terms(15_000, 20_000, None);
        let days = [4, 5, 6, 10, 11, 12, 31].map(|on| due(plain, on));
        assert_eq!(days, [85_000, 85_000, 100_000, 100_000, 120_000, 120_000, 120_000]);
        assert_eq!(due(terms(1, 20_000, Some(1_500)), 11), 115_000, "at most its cap");
        assert_eq!(due(terms(1, 20_000, Some(2_500)), 11), 120_000);
        let all = terms(100_001, 1, None).due(100_000, day(10), day(5));
        assert_eq!((all.amount, all.rebate), (0, 100_000), "never below nothing");
        assert_eq!(terms(100_001, 20_000, Some(1)).bounds(100_000), (0, 100_010));
    }

    #[test]
    fn halves_go_up_and_less_goes_down() {
        assert_eq!((share(50, 100), share(49, 100), share(150, 100)), (1, 0, 2));
        assert_eq!(share(100_000_000_000, 10_000), 100_000_000_000);
    }

    #[test]
    fn a_rebate_leaves_the_last_heads_and_a_penalty_joins_the_first() {
        let heads = heads(&[500, 300, 200]);

        assert_eq!(split(&heads, &Due { amount: 750, rebate: 250, penalty: 0 }), [500, 250, 0]);
        assert_eq!(split(&heads, &Due { amount: 1_040, rebate: 0, penalty: 40 }), [540, 300, 200]);
    }

    /// A rebate until the 9th and a penalty, each in one of its two forms.
    fn any_terms() -> impl Strategy<Value = Terms> {
        let (bps, fixed) = (1..=10_000_i32, 1..=7_000_000_000_i64);
        let off = prop_oneof![bps.clone().prop_map(Off::Bps), fixed.clone().prop_map(Off::Fixed),];
        let penalty = prop_oneof![
            (bps.clone(), bps.clone()).prop_map(|(bps, cap_bps)| Penalty::PerDay { bps, cap_bps }),
            (fixed, prop::option::of(bps))
                .prop_map(|(fixed, cap_bps)| Penalty::Once { fixed, cap_bps }),
        ];
        (off, penalty).prop_map(|(off, penalty)| Terms {
            rebate: Some(Rebate { until: day(9), off }),
            penalty: Some(penalty),
        })
    }

    proptest! {
        #[test]
        fn what_is_due_is_what_the_heads_get(
            amounts in prop::collection::vec(1..=1_000_000_000_i64, 1..6),
            terms in any_terms(), due_on in 1..=31_u32, on in 1..=31_u32,
        ) {
            let (heads, sum) = (heads(&amounts), amounts.iter().sum());
            let due = terms.due(sum, day(due_on), day(on));
            let (least, most) = terms.bounds(sum);

            let parts = split(&heads, &due);
            prop_assert!(parts.iter().all(|part| *part >= 0));
            prop_assert_eq!(parts.iter().sum::<i64>(), due.amount);
            prop_assert!((least..=most).contains(&due.amount));
            prop_assert!(due.rebate == 0 || on <= 9);
            prop_assert!(due.penalty == 0 || on > due_on);
        }
    }
}
