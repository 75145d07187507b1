//! From a key to the fields that have it: numbers of fields, ascending, each once.

use std::collections::BTreeMap;
use std::ops::Range;

use super::trigram::{TRIGRAMS, Trigram};

/// The number of a field.
pub(super) type FieldId = u32;

/// Keys in order, so that one key and all that begin with it lie together.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    keys: Vec<Box<str>>,
    fields: Vec<Vec<FieldId>>,
}

impl Sorted {
    pub(super) fn new<'a>(pairs: impl Iterator<Item = (&'a str, FieldId)>) -> Self {
        let mut by_key: BTreeMap<&str, Vec<FieldId>> = BTreeMap::new();
        for (key, field) in pairs {
            let fields = by_key.entry(key).or_default();
            if fields.last() != Some(&field) {
                fields.push(field);
            }
        }
        let (keys, fields) = by_key.into_iter().map(|(key, fields)| (key.into(), fields)).unzip();
        Self { keys, fields }
    }

    /// The fields that have exactly this key.
    pub(super) fn exactly(&self, key: &str) -> &[FieldId] {
        let found = self.keys.binary_search_by(|other| other.as_ref().cmp(key));
        found.ok().and_then(|at| self.fields.get(at)).map_or(&[], Vec::as_slice)
    }

    /// The fields whose key begins with this; one may come several times.
    pub(super) fn beginning_with(&self, prefix: &str) -> impl Iterator<Item = FieldId> {
        let from = self.keys.partition_point(|key| key.as_ref() < prefix);
        let rest = self.keys.get(from..).unwrap_or_default();
        let length = rest.partition_point(|key| key.starts_with(prefix));
        let fields = self.fields.get(from..from + length).unwrap_or_default();
        fields.iter().flatten().copied()
    }
}

/// The fields of each trigram, one list after the other.
#[derive(Debug)]
pub(super) struct ByTrigram {
    ends: Vec<u32>,
    fields: Vec<FieldId>,
}

impl ByTrigram {
    /// `sets` gives the trigrams of each field, in the order of the fields.
    pub(super) fn new<'a>(sets: impl Iterator<Item = (FieldId, &'a [Trigram])>) -> Self {
        let mut lists = vec![Vec::new(); TRIGRAMS];
        for (field, set) in sets {
            for trigram in set {
                if let Some(list) = lists.get_mut(usize::from(*trigram)) {
                    list.push(field);
                }
            }
        }
        let mut fields = Vec::new();
        let ends = lists.iter().map(|list| {
            fields.extend_from_slice(list);
            u32::try_from(fields.len()).unwrap_or(u32::MAX)
        });
        let ends = ends.collect();
        Self { ends, fields }
    }

    pub(super) fn fields(&self, trigram: Trigram) -> &[FieldId] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let at = usize::from(trigram);
        let range: Range<usize> = at.checked_sub(1).map_or(0, end)..end(at);
        self.fields.get(range).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_and_all_that_begin_with_it_are_found() {
        let keys = [("kim", 0), ("ky", 0), ("khai", 1), ("ky", 2), ("k", 3), ("l", 4)];
        let sorted = Sorted::new(keys.into_iter());

        assert_eq!(sorted.exactly("ky"), [0, 2]);
        assert!(sorted.exactly("kh").is_empty());
        assert_eq!(sorted.beginning_with("k").collect::<Vec<_>>(), [3, 1, 0, 0, 2]);
        assert_eq!(sorted.beginning_with("m").count(), 0);
    }

    #[test]
    fn each_trigram_has_its_own_list() {
        let last = Trigram::try_from(TRIGRAMS - 1).unwrap();
        let by_trigram = ByTrigram::new([(0, &[0, 7][..]), (1, &[7, last][..])].into_iter());

        assert_eq!(by_trigram.fields(0), [0]);
        assert_eq!(by_trigram.fields(7), [0, 1]);
        assert_eq!(by_trigram.fields(last), [1]);
        assert!(by_trigram.fields(8).is_empty());
    }
}
