//! The benchmarks of the catalogue: a file a part, all on one throwaway city with the seed.
//!
//! A part prints both sides and gives its ratios; a ratio is a gate. Absolute numbers are reported, as machines differ.

mod bare;
mod cpu;
mod dossiers;
mod ground;
mod plans;
mod queries;
mod reads;
mod recalculation;
mod recounting;
mod search;
mod side;
mod work_list;

use city_boot::BootError;

use ground::Ground;

/// Procedures of the synthetic register: as many as the real one has.
const PROCEDURES: usize = 2_307;

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Part {
    /// Reads that everybody may be given alike: picture and response cache against neither.
    C1,
    /// Search: the index in memory against a trigram index of PostgreSQL.
    C2,
    /// Moving dossiers to a new calendar: many in a transaction against one.
    C3,
    /// The work list by due date: with its index against without.
    C4,
    /// A side of C1, which the benchmark starts as a process of its own.
    #[value(hide = true)]
    C1Side,
}

impl Part {
    /// All parts, in the order they run.
    const ALL: [Self; 4] = [Self::C1, Self::C2, Self::C3, Self::C4];
}

/// What a part found.
pub(super) struct Outcome {
    part: Part,
    /// Of what the ratio is.
    what: &'static str,
    /// How many times better than its baseline.
    ratio: f64,
    /// How many times better it must be.
    gate: f64,
}

/// Runs the parts in turn, all when none is named.
pub(super) async fn run(parts: &[Part]) -> Result<(), BootError> {
    if parts == [Part::C1Side] {
        return side::serve().await;
    }
    let (ground, servers) = Ground::prepare().await?;
    let measured = measure(&ground, parts).await;
    let cleared = ground.clear(servers).await;
    let outcomes = measured?;
    cleared?;
    judge(&outcomes)
}

async fn measure(ground: &Ground, parts: &[Part]) -> Result<Vec<Outcome>, BootError> {
    let mut outcomes = Vec::new();
    for part in Part::ALL.into_iter().filter(|part| parts.is_empty() || parts.contains(part)) {
        outcomes.extend(match part {
            Part::C1 => reads::measure(ground).await?,
            Part::C2 => search::measure(ground).await?,
            Part::C3 => recalculation::measure(ground).await?,
            Part::C4 => work_list::measure(ground).await?,
            Part::C1Side => Vec::new(), // never among all
        });
    }
    Ok(outcomes)
}

/// Prints how each part did against its gates; a gate that is missed fails the command.
#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
fn judge(outcomes: &[Outcome]) -> Result<(), BootError> {
    let mut missed = Vec::new();
    for Outcome { part, what, ratio, gate } in outcomes {
        let met = ratio >= gate;
        let word = if met { "met" } else { "MISSED" };
        println!("{part:?} {what}: ratio {ratio:.2}, gate {gate}: {word}");
        if !met {
            missed.push(format!("{part:?} {what}"));
        }
    }
    if missed.is_empty() {
        return Ok(());
    }
    Err(BootError::Config(format!("below the gate: {}", missed.join(", "))))
}
