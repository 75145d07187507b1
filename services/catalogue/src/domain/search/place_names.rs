//! Which present units a place name can mean. Nothing is chosen silently: whatever shares the best key is offered.

use city_contracts::catalogue::search::MatchKind;
use city_text::{fold, fold_y, marked};

use super::query::Query;
use super::trigram::{Trigram, shared, similarity, trigrams};
use super::unit_word::without_unit_word;

/// A present unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its present code.
    pub code: String,
    /// With the unit word, such as `Phường Vỹ Dạ`.
    pub name: String,
    /// Without it.
    pub short_name: String,
}

/// A unit or district of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerName {
    /// Which place it was; given back with a match.
    pub place_id: String,
    /// With the unit word.
    pub name: String,
    /// Without it.
    pub short_name: String,
    /// Whether it was a district.
    pub district: bool,
    /// The present codes of the units it became part of.
    pub successors: Vec<String>,
}

/// A present unit that a name can mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'a> {
    /// Its present code.
    pub code: &'a str,
    /// The name that fits, with its unit word.
    pub name: &'a str,
    /// How it fits.
    pub by: MatchKind,
    /// The former place whose name it is; none for a present name.
    pub former: Option<&'a str>,
}

/// All names of places, present and former.
#[derive(Debug, Default)]
pub struct PlaceNames {
    names: Vec<Name>,
}

/// One name of one place.
#[derive(Debug)]
struct Name {
    shown: String,
    folded: String,
    folded_y: String,
    marked: String,
    trigrams: Vec<Trigram>,
    era: Era,
    former: Option<String>,
    codes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Era {
    Present,
    Former,
    District,
}

/// How good a match is; the smaller the better. The era decides where the rank itself does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    by: MatchKind,
    /// Another key than the one that was typed: y for i, or not the whole of it.
    off: u32,
    era: Era,
}

impl PlaceNames {
    /// All names of the places of today and of the past.
    pub fn new(units: &[Unit], former: &[FormerName]) -> Self {
        let present = units.iter().map(|unit| {
            Name::new(&unit.name, &unit.short_name, Era::Present, None, vec![unit.code.clone()])
        });
        let former = former.iter().map(|place| {
            let era = if place.district { Era::District } else { Era::Former };
            let (id, codes) = (Some(place.place_id.clone()), place.successors.clone());
            Name::new(&place.name, &place.short_name, era, id, codes)
        });
        let mut names: Vec<_> = present.chain(former).collect();
        names.retain(|name| !name.folded.is_empty());
        Self { names }
    }

    /// The present units that the query can mean, best first, each once with the name that fits best.
    ///
    /// At most `first`, but never fewer than all that have a name with the best match's key.
    pub fn suggest(&self, query: &Query, first: usize) -> Vec<Match<'_>> {
        let wanted = Wanted::all(query);
        let mut ranked: Vec<(Rank, &str, &Name)> = Vec::new();
        for name in &self.names {
            let Some(rank) = wanted.iter().filter_map(|wanted| name.rank(wanted)).min() else {
                continue;
            };
            ranked.extend(name.codes.iter().map(|code| (rank, code.as_str(), name)));
        }
        ranked.sort_by_key(|(rank, code, name)| (*rank, name.folded.as_str(), *code));
        let top_key = ranked.first().map(|(_, _, name)| &name.folded_y);
        let mut matches: Vec<Match<'_>> = Vec::new();
        for (rank, code, name) in &ranked {
            // The first of a code is its best. A place beyond the limit is still said when it shares the best key.
            let said = matches.iter().any(|other| other.code == *code);
            let fits = matches.len() < first || top_key == Some(&name.folded_y);
            if !said && fits {
                let former = name.former.as_deref();
                matches.push(Match { code, name: &name.shown, by: rank.by, former });
            }
        }
        matches
    }
}

/// What is looked for.
struct Wanted {
    folded: String,
    folded_y: String,
    marked: Option<String>,
    trigrams: Vec<Trigram>,
}

impl Wanted {
    /// Without the unit word, but as typed as well: one name begins with such a word (`Phường Phường Đúc`).
    fn all(query: &Query) -> Vec<Self> {
        let typed = Self::new(query.folded(), query.marked());
        let named = without_unit_word(query.folded()).map(|folded| {
            let marked = query.marked().map(|key| without_unit_word(key).unwrap_or(key));
            Self::new(folded, marked.filter(|key| *key != folded))
        });
        std::iter::once(typed).chain(named).collect()
    }

    fn new(folded: &str, marked: Option<&str>) -> Self {
        Self {
            folded: folded.to_owned(),
            folded_y: fold_y(folded),
            marked: marked.map(ToOwned::to_owned),
            trigrams: trigrams(folded),
        }
    }
}

impl Name {
    fn new(
        shown: &str,
        spelling: &str,
        era: Era,
        former: Option<String>,
        codes: Vec<String>,
    ) -> Self {
        let folded = fold(spelling);
        Self {
            shown: shown.to_owned(),
            folded_y: fold_y(spelling),
            marked: marked(spelling),
            trigrams: trigrams(&folded),
            folded,
            era,
            former,
            codes,
        }
    }

    fn rank(&self, wanted: &Wanted) -> Option<Rank> {
        let rank = |by, off| Some(Rank { by, off, era: self.era });
        if self.folded == wanted.folded || self.folded_y == wanted.folded_y {
            let exactly = wanted.marked.as_ref() == Some(&self.marked);
            let by = match self.era {
                Era::Present if exactly => MatchKind::PresentMarked,
                Era::Former if exactly => MatchKind::FormerMarked,
                Era::Present => MatchKind::Present,
                Era::Former => MatchKind::Former,
                Era::District => MatchKind::FormerDistrict,
            };
            return rank(by, u32::from(self.folded != wanted.folded));
        }
        if self.folded.starts_with(&wanted.folded) {
            return rank(MatchKind::Prefix, 0);
        }
        let common = shared(&self.trigrams, &wanted.trigrams);
        let near = similarity(common, self.trigrams.len(), wanted.trigrams.len())?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of one, in millionths"
        )]
        let off = ((1.0 - near) * 1e6) as u32;
        rank(MatchKind::Similar, off)
    }
}
