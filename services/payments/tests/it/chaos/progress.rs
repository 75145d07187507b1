//! How far the clients of a chaos run are, and when they are to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Default)]
pub struct Progress {
    answered: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Progress {
    /// A client was answered.
    pub fn answer(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// How many answers came so far.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// Waits for so many more answers; none when they do not come.
    pub async fn answered_more(&self, more: usize, patience: Duration) -> Option<()> {
        let (begun, wanted) = (Instant::now(), self.answered() + more);
        while self.answered() < wanted {
            if begun.elapsed() > patience {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Some(())
    }

    /// Tells the clients to begin nothing more.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether a client shall end.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
