//! When the statements of the ledger are planned anew.

/// Plans are made once, for tables as large as they then were: of a table that was empty, PostgreSQL would read every row
/// for every batch long after it has a million. So they are made anew whenever there were twice as many batches, which soon
/// is never, and the size of a table is never far from what its plan was made for.
#[derive(Debug)]
pub struct Plans {
    batches: u64,
    anew_at: u64,
}

/// Before that the tables can hardly have grown.
const FIRST: u64 = 8;

impl Plans {
    /// Those of a connection that was opened just now.
    pub const fn new() -> Self {
        Self { batches: 0, anew_at: FIRST }
    }

    /// Counts a batch; whether the plans are to be made anew after it.
    pub const fn outgrown(&mut self) -> bool {
        self.batches += 1;
        if self.batches < self.anew_at {
            return false;
        }
        self.anew_at = self.anew_at.saturating_mul(2);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_made_anew_at_each_doubling() {
        let mut plans = Plans::new();
        let anew: Vec<u64> = (1..=1_000).filter(|_| plans.outgrown()).collect();
        assert_eq!(anew, [8, 16, 32, 64, 128, 256, 512]);
    }
}
