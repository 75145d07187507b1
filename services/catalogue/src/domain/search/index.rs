//! The index: best match first.

use city_contracts::catalogue::search::SearchKind;
use city_text::{fold, fold_y, marked};

use super::entry::{Entry, Part};
use super::postings::{ByTrigram, FieldId, Sorted};
use super::query::Query;
use super::trigram::{Trigram, similarity, trigrams};

/// The query is its code.
pub(super) const CODE: f64 = 100.0;
/// The query is its name, marks and all.
pub(super) const MARKED_NAME: f64 = 90.0;
/// The query is a keyword, marks and all.
pub(super) const MARKED_KEYWORD: f64 = 80.0;
/// The query is its name, whatever the marks.
pub(super) const NAME: f64 = 70.0;
/// The query is a keyword, whatever the marks.
pub(super) const KEYWORD: f64 = 65.0;
/// Its name begins with the query.
pub(super) const NAME_BEGINS: f64 = 60.0;
/// All words of the query stand in one field.
pub(super) const WORDS: f64 = 50.0;
/// All words of the query begin words of one field.
pub(super) const WORDS_BEGIN: f64 = 40.0;
/// The score of what is only similar: from below 25 to 30.
pub(super) fn similar(similarity: f64) -> f64 {
    20.0 + 10.0 * similarity
}

/// Finds entries by name, keyword or code, in memory.
#[derive(Debug)]
pub struct SearchIndex {
    /// By kind, then code: the order among equals is the order of the numbers.
    entries: Vec<Entry>,
    fields: Vec<Field>,
    /// Whole names, keywords and codes.
    folded: Sorted,
    folded_y: Sorted,
    marked: Sorted,
    /// Single words of them.
    words: Sorted,
    by_trigram: ByTrigram,
}

/// One text of an entry.
#[derive(Debug)]
struct Field {
    entry: u32,
    part: Part,
    text: String,
    trigrams: u32,
}

/// What a query found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'a> {
    /// By score, then kind, then code.
    pub hits: Vec<Hit<'a>>,
    /// The text of the nearest hit when all are only similar.
    pub did_you_mean: Option<&'a str>,
}

/// One entry that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit<'a> {
    /// What was found.
    pub entry: &'a Entry,
    /// How well it fits, up to 100.
    pub score: f64,
    /// The text that fits best; of equals the first of names, keywords, codes.
    pub matched_on: &'a str,
}

/// The keys of a field while the index is built.
struct Keys {
    folded: String,
    folded_y: String,
    marked: String,
    trigrams: Vec<Trigram>,
}

impl SearchIndex {
    /// Builds the index; once a publication.
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries
            .sort_unstable_by(|one, other| (one.kind, &one.code).cmp(&(other.kind, &other.code)));
        let (mut fields, mut keys) = (Vec::new(), Vec::new());
        for (entry, number) in entries.iter().zip(0..) {
            for (part, text) in entry.texts() {
                let folded = fold(text);
                if folded.is_empty() {
                    continue;
                }
                // A wrong digit names another thing, so codes are never only similar.
                let trigrams = if part == Part::Code { Vec::new() } else { trigrams(&folded) };
                let size = u32::try_from(trigrams.len()).unwrap_or(u32::MAX);
                fields.push(Field { entry: number, part, text: text.to_owned(), trigrams: size });
                keys.push(Keys { folded, folded_y: fold_y(text), marked: marked(text), trigrams });
            }
        }
        let numbered = || keys.iter().zip(0 as FieldId..);
        Self {
            folded: Sorted::new(numbered().map(|(keys, field)| (&*keys.folded, field))),
            folded_y: Sorted::new(numbered().map(|(keys, field)| (&*keys.folded_y, field))),
            marked: Sorted::new(numbered().map(|(keys, field)| (&*keys.marked, field))),
            words: Sorted::new(
                numbered().flat_map(|(keys, field)| {
                    keys.folded.split(' ').map(move |word| (word, field))
                }),
            ),
            by_trigram: ByTrigram::new(numbered().map(|(keys, field)| (field, &*keys.trigrams))),
            entries,
            fields,
        }
    }

    /// What can be found, by kind, then code.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The best `first` entries of these kinds, all kinds when none is named.
    pub fn search(&self, query: &Query, kinds: &[SearchKind], first: usize) -> Found<'_> {
        let mut best = Best::new(self);
        self.whole(query, &mut best);
        self.by_words(query, &mut best);
        self.by_similarity(query, &mut best);
        best.found(kinds, first)
    }

    /// What is, or begins with, the whole query.
    fn whole(&self, query: &Query, best: &mut Best<'_>) {
        for field in self.folded.beginning_with(query.folded()) {
            best.offer_name(field, NAME_BEGINS);
        }
        for keys in [self.folded.exactly(query.folded()), self.folded_y.exactly(query.folded_y())] {
            best.offer_parts(keys, NAME, KEYWORD);
        }
        for field in self.folded.exactly(query.folded()) {
            best.offer_code(*field);
        }
        if let Some(marked) = query.marked() {
            best.offer_parts(self.marked.exactly(marked), MARKED_NAME, MARKED_KEYWORD);
        }
    }

    /// What has, or begins with, each word of the query.
    fn by_words(&self, query: &Query, best: &mut Best<'_>) {
        let words = query.words();
        let mut have = Tally::new(self.fields.len());
        let mut begin = Tally::new(self.fields.len());
        for word in &words {
            have.round(self.words.exactly(word).iter().copied());
            begin.round(self.words.beginning_with(word));
        }
        for field in begin.in_all_rounds() {
            best.offer(field, if have.has_all(field) { WORDS } else { WORDS_BEGIN });
        }
    }

    /// What has enough trigrams of the query.
    fn by_similarity(&self, query: &Query, best: &mut Best<'_>) {
        let asked = trigrams(query.folded());
        let mut shared = vec![0_u16; self.fields.len()];
        for trigram in &asked {
            for field in self.by_trigram.fields(*trigram) {
                if let Some(count) = shared.get_mut(*field as usize) {
                    *count += 1;
                }
            }
        }
        for ((count, field), number) in shared.iter().zip(&self.fields).zip(0..) {
            if *count == 0 {
                continue;
            }
            let near = similarity(usize::from(*count), asked.len(), field.trigrams as usize);
            if let Some(near) = near {
                best.offer(number, similar(near));
            }
        }
    }
}

/// In how many rounds, one for each word, a field came up.
struct Tally {
    rounds: u8,
    counts: Vec<u8>,
}

impl Tally {
    fn new(fields: usize) -> Self {
        Self { rounds: 0, counts: vec![0; fields] }
    }

    /// Only fields of all earlier rounds go on, and each counts once a round. There are at most 50 words in a query.
    fn round(&mut self, fields: impl Iterator<Item = FieldId>) {
        for field in fields {
            if let Some(count) = self.counts.get_mut(field as usize)
                && *count == self.rounds
            {
                *count += 1;
            }
        }
        self.rounds += 1;
    }

    fn has_all(&self, field: FieldId) -> bool {
        self.counts.get(field as usize) == Some(&self.rounds)
    }

    fn in_all_rounds(&self) -> impl Iterator<Item = FieldId> {
        let all = self.counts.iter().zip(0..).filter(|(count, _)| **count == self.rounds);
        all.map(|(_, field)| field)
    }
}

/// The best field of each entry so far.
struct Best<'a> {
    index: &'a SearchIndex,
    of_entry: Vec<(f64, FieldId)>,
}

impl<'a> Best<'a> {
    fn new(index: &'a SearchIndex) -> Self {
        Self { index, of_entry: vec![(0.0, 0); index.entries.len()] }
    }

    /// Keeps the better score, of equal ones the earlier field.
    fn offer(&mut self, id: FieldId, score: f64) {
        let Some(field) = self.index.fields.get(id as usize) else { return };
        let Some(best) = self.of_entry.get_mut(field.entry as usize) else { return };
        if score > best.0 || (score.total_cmp(&best.0).is_eq() && id < best.1) {
            *best = (score, id);
        }
    }

    fn offer_parts(&mut self, fields: &[FieldId], name: f64, keyword: f64) {
        for field in fields {
            match self.part(*field) {
                Some(Part::Name) => self.offer(*field, name),
                Some(Part::Keyword) => self.offer(*field, keyword),
                Some(Part::Code) | None => {}
            }
        }
    }

    fn offer_name(&mut self, field: FieldId, score: f64) {
        if self.part(field) == Some(Part::Name) {
            self.offer(field, score);
        }
    }

    fn offer_code(&mut self, field: FieldId) {
        if self.part(field) == Some(Part::Code) {
            self.offer(field, CODE);
        }
    }

    fn part(&self, field: FieldId) -> Option<Part> {
        self.index.fields.get(field as usize).map(|field| field.part)
    }

    fn found(self, kinds: &[SearchKind], first: usize) -> Found<'a> {
        let index = self.index;
        let mut hits: Vec<_> = index
            .entries
            .iter()
            .zip(self.of_entry)
            .filter(|(entry, (score, _))| {
                *score > 0.0 && (kinds.is_empty() || kinds.contains(&entry.kind))
            })
            .filter_map(|(entry, (score, field))| {
                let field = index.fields.get(field as usize)?;
                Some(Hit { entry, score, matched_on: &field.text })
            })
            .collect();
        hits.sort_by(|one, other| other.score.total_cmp(&one.score)); // stable: by kind and code they are
        hits.truncate(first);
        let only_similar = hits.first().filter(|hit| hit.score < WORDS_BEGIN);
        Found { did_you_mean: only_similar.map(|hit| hit.matched_on), hits }
    }
}
