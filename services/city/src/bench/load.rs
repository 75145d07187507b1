//! A closed loop of callers, each with a loopback address of its own, as phones have.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use city_boot::BootError;
use tokio::task::JoinSet;

/// Callers at a time.
pub(super) const CALLERS: usize = 16;
/// How long an idle connection is used again: well below any server's patience.
const KEPT: Duration = Duration::from_secs(1);
/// Addresses of each caller who asks as often as it can: the limit of one address must not be what is measured.
pub(super) const ADDRESSES: u8 = 24;
/// How long a caller waits that was told to come back later, or that the outcome is pending: a disk may stall for longer than
/// anybody is let wait.
pub(super) const BREATH: Duration = Duration::from_millis(200);

/// A request to be sent again and again.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) url: String,
    pub(super) body: String,
}

/// What one round of one side took.
#[derive(Debug, Default)]
pub(super) struct Round {
    latencies: Vec<Duration>,
    elapsed: Duration,
    away: usize,
}

impl Round {
    pub(super) fn per_second(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a count of requests is far below 2^52")]
        let count = self.latencies.len() as f64;
        count / self.elapsed.as_secs_f64()
    }

    /// The latency below which this share of the requests stayed.
    pub(super) fn percentile(&self, percent: usize) -> Duration {
        percentile(&self.latencies, percent)
    }

    /// How many requests were answered.
    pub(super) fn count(&self) -> usize {
        self.latencies.len()
    }

    /// How long each of them took.
    pub(super) fn into_latencies(self) -> Vec<Duration> {
        self.latencies
    }

    /// How many requests were told to come back later.
    pub(super) fn away(&self) -> usize {
        self.away
    }

    /// Adds another round of the same side.
    pub(super) fn extend(&mut self, other: &Self) {
        self.away += other.away;
        self.latencies.extend(&other.latencies);
        self.elapsed += other.elapsed;
    }
}

/// The clients of all callers.
pub(super) struct Callers(Vec<Vec<reqwest::Client>>);

impl Callers {
    /// The usual number of callers.
    pub(super) fn new() -> Result<Self, BootError> {
        Self::with(CALLERS, ADDRESSES)
    }

    /// So many callers, at most 255, each asking from so many addresses in turn.
    pub(super) fn with(callers: usize, addresses: u8) -> Result<Self, BootError> {
        let callers = (1..=callers).map(|caller| {
            let third = u8::try_from(caller).unwrap_or(u8::MAX);
            (1..=addresses)
                .map(|last| {
                    let address = IpAddr::V4(Ipv4Addr::new(127, 0, third, last));
                    let client = reqwest::Client::builder()
                        .local_address(address)
                        .tcp_nodelay(true)
                        .pool_idle_timeout(KEPT); // a server may close an idle one just as it is used again
                    client.build().map_err(|error| BootError::failed("making a client", error))
                })
                .collect::<Result<Vec<_>, _>>()
        });
        Ok(Self(callers.collect::<Result<_, _>>()?))
    }

    /// The first so many of them.
    pub(super) fn first(&self, callers: usize) -> Self {
        Self(self.0.iter().take(callers).cloned().collect())
    }

    /// Sends a target's request from all callers for a time.
    ///
    /// # Errors
    /// When an answer is neither the wanted page nor that the city is unavailable.
    pub(super) async fn round(
        &self,
        target: &Target,
        lasting: Duration,
    ) -> Result<Round, BootError> {
        let target = Arc::new(target.clone());
        self.round_of(lasting, move |client, _| {
            let target = Arc::clone(&target);
            async move { ask(&client, &target).await }
        })
        .await
    }

    /// Lets all callers ask for a time; `ask` is told which caller asks and how often it asked before.
    ///
    /// # Errors
    /// The first that `ask` answers.
    pub(super) async fn round_of<F>(
        &self,
        lasting: Duration,
        ask: impl Fn(reqwest::Client, Turn) -> F + Clone + Send + 'static,
    ) -> Result<Round, BootError>
    where
        F: Future<Output = Result<Answer, BootError>> + Send,
    {
        let started = Instant::now();
        let mut callers = JoinSet::new();
        for (caller, clients) in self.0.iter().cloned().enumerate() {
            let ask = ask.clone();
            callers.spawn(async move {
                let (mut latencies, mut away) = (Vec::new(), 0);
                for (count, client) in clients.iter().cycle().enumerate() {
                    let sent = Instant::now();
                    if started.elapsed() > lasting {
                        break;
                    }
                    match ask(client.clone(), Turn { caller, count }).await? {
                        Answer::Counts => latencies.push(sent.elapsed()),
                        Answer::Away => {
                            away += 1;
                            tokio::time::sleep(BREATH).await;
                        }
                    }
                }
                Ok::<_, BootError>((latencies, away))
            });
        }
        let mut round = Round::default();
        while let Some(caller) = callers.join_next().await {
            let (latencies, away) =
                caller.map_err(|error| BootError::failed("sending", error))??;
            round.latencies.extend(latencies);
            round.away += away;
        }
        round.elapsed = started.elapsed();
        Ok(round)
    }
}

/// Whether an answer is one that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Counts,
    /// A service did not answer in time: not counted, and the caller takes a breath.
    Away,
}

/// Which request of which caller it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    pub(super) caller: usize,
    pub(super) count: usize,
}

/// The latency below which this share of the requests stayed.
pub(super) fn percentile(latencies: &[Duration], percent: usize) -> Duration {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or_default()
}

async fn ask(client: &reqwest::Client, target: &Target) -> Result<Answer, BootError> {
    let failed = |error| BootError::failed("asking for the page", error);
    let request = client
        .post(&target.url)
        .header("content-type", "application/json")
        .body(target.body.clone());
    let answer = request.send().await.map_err(failed)?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(failed)?;
    if status.is_success() && !body.windows(10).any(|at| at == b"\"errors\":[") {
        return Ok(Answer::Counts);
    }
    let text = String::from_utf8_lossy(&body).chars().take(300).collect::<String>();
    if status == reqwest::StatusCode::SERVICE_UNAVAILABLE || text.contains("\"UNAVAILABLE\"") {
        return Ok(Answer::Away);
    }
    Err(BootError::Config(format!("{} answered {status}: {text}", target.url)))
}
