//! One flight a key: whoever asks for what somebody is already fetching waits for the same answer.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

type UnderWay<K, V> = HashMap<K, Arc<OnceCell<V>>>;

/// What is being fetched just now.
#[derive(Debug)]
pub struct Flights<K, V>(Mutex<UnderWay<K, V>>);

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Flights<K, V> {
    /// The answer of the flight under way, or of this new one. When the caller who fetches goes away, the next one does.
    pub async fn join(&self, key: K, fetch: impl Future<Output = V>) -> V {
        let cell = Arc::clone(self.lock().entry(key.clone()).or_default());
        let seat = Seat { flights: self, key, cell };
        seat.cell.get_or_init(|| fetch).await.clone()
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller's place in a flight. Whoever leaves after the answer, or last, clears the way for the next flight.
struct Seat<'a, K: Eq + Hash + Clone, V: Clone> {
    flights: &'a Flights<K, V>,
    key: K,
    cell: Arc<OnceCell<V>>,
}

impl<K: Eq + Hash + Clone, V: Clone> Drop for Seat<'_, K, V> {
    fn drop(&mut self) {
        let mut under_way = self.flights.lock();
        let landed = self.cell.initialized() || Arc::strong_count(&self.cell) == 2; // the map's and ours
        if landed && under_way.get(&self.key).is_some_and(|cell| Arc::ptr_eq(cell, &self.cell)) {
            under_way.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt as _;
    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn many_callers_are_one_flight() {
        let (flights, fetched) = (Flights::default(), AtomicUsize::new(0));
        let fetch = async || {
            tokio::task::yield_now().await;
            fetched.fetch_add(1, Ordering::SeqCst) + 1
        };

        let answers = join_all((0..10).map(|_| flights.join("key", fetch()))).await;

        assert_eq!(answers, [1; 10]);
        assert_eq!(flights.join("key", fetch()).await, 2, "the next one fetches again");
        assert!(flights.lock().is_empty());
    }

    #[tokio::test]
    async fn a_caller_who_goes_away_leaves_nothing_behind() {
        let flights: Flights<&str, u8> = Flights::default();

        assert_eq!(flights.join("key", std::future::pending()).now_or_never(), None);

        assert!(flights.lock().is_empty());
        assert_eq!(flights.join("key", async { 7 }).await, 7);
    }
}
