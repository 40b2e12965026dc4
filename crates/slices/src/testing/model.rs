//! What must be there, kept in the simplest way.

use std::collections::{BTreeMap, BTreeSet};

use cache::eviction::Slice;

use super::{content, count, object, put, read};
use crate::{Object, Slices, Verdict, object_id};

/// Objects with the slices that are kept of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Model {
    objects: BTreeMap<String, (Object, BTreeSet<u32>)>,
}

/// What is done to slices and model alike. An error of the slices leaves the model as it is.
impl Model {
    pub(crate) fn put_object(&mut self, slices: &Slices, new: Object) -> crate::Result<()> {
        let told = slices.put_object(new.clone())?;
        let held = self.objects.entry(new.key.clone()).or_insert_with(|| (new.clone(), BTreeSet::new()));
        let stays = held.0.same_content(&new);
        let gone = if stays { BTreeSet::new() } else { std::mem::take(&mut held.1) };
        assert_eq!(told.dropped.iter().map(|slice| slice.index).collect::<BTreeSet<_>>(), gone);
        held.0 = new;
        Ok(())
    }

    pub(crate) fn put(&mut self, slices: &Slices, key: &str, index: u32) -> crate::Result<()> {
        let Some((object, kept)) = self.objects.get_mut(key) else { return Ok(()) };
        let known = slices.object(key).expect("an object that was told is known");
        assert_eq!(**known, *object);
        put(slices, &known, index % count(object))?;
        kept.insert(index % count(object));
        Ok(())
    }

    /// Gone even after an error.
    pub(crate) fn remove(&mut self, slices: &Slices, slice: Slice) -> crate::Result<()> {
        for (key, (_, kept)) in &mut self.objects {
            if object_id(key) == slice.object {
                kept.remove(&slice.index);
            }
        }
        slices.remove(slice)
    }

    /// Gone even after an error.
    pub(crate) fn remove_object(&mut self, slices: &Slices, key: &str) -> crate::Result<()> {
        let expected = self.objects.remove(key).map(|(_, kept)| kept).unwrap_or_default();
        let gone = slices.remove_object(key);
        assert_eq!(gone.slices.iter().map(|slice| slice.index).collect::<BTreeSet<_>>(), expected);
        gone.noted
    }

    /// A slice was found damaged.
    pub(crate) fn lose(&mut self, key: &str, index: u32) {
        if let Some((_, kept)) = self.objects.get_mut(key) {
            kept.remove(&index);
        }
    }

    /// A name of something that is kept: the one at `place` of all, around and around.
    pub(crate) fn pick(&self, place: usize) -> Option<(&str, u32)> {
        let all: Vec<_> = self.slices().collect();
        (!all.is_empty()).then(|| all[place % all.len()])
    }

    /// How many objects are known.
    pub(crate) fn count(&self) -> usize {
        self.objects.len()
    }

    fn slices(&self) -> impl Iterator<Item = (&str, u32)> {
        self.objects.iter().flat_map(|(key, (_, kept))| kept.iter().map(move |index| (key.as_str(), *index)))
    }

    /// Everything is there, and nothing else.
    pub(crate) fn check(&self, slices: &Slices) {
        self.check_part(slices);
        let usage = slices.usage();
        assert_eq!(usage.objects, self.objects.len() as u64);
        assert_eq!(usage.slices, self.slices().count() as u64);
        let bytes = |(key, index): (&str, u32)| content_bytes(&self.objects[key].0, index);
        assert_eq!(usage.bytes, self.slices().map(bytes).sum::<u64>());
        let listed: BTreeSet<Slice> = slices.kept().map(|listed| listed.slice).collect();
        let expected = self.slices().map(|(key, index)| Slice { object: object_id(key), index });
        assert_eq!(listed, expected.collect());
        let keys: BTreeSet<String> = slices.objects_below("").map(|known| known.key.clone()).collect();
        assert_eq!(keys, self.objects.keys().cloned().collect());
    }

    /// Everything is there.
    pub(crate) fn check_part(&self, slices: &Slices) {
        for (key, (object, kept)) in &self.objects {
            let known = slices.object(key).unwrap_or_else(|| panic!("{key} is not known"));
            assert_eq!(**known, *object);
            for &index in kept {
                let found = slices.find(&known, index).unwrap_or_else(|| panic!("{key} {index} is lost"));
                assert_eq!(slices.check(&found), Verdict::Sound, "{key} {index}");
                assert!(read(&found) == content(object, index), "{key} {index} has wrong bytes");
            }
        }
    }
}

/// Whatever is found has the bytes that belong to it, or is told to be damaged; gives how many were.
pub(crate) fn check_bytes(slices: &Slices) -> usize {
    let mut damaged = 0;
    let known: Vec<_> = slices.objects_below("").collect();
    for known in known {
        for index in 0..count(&known) {
            let Some(found) = slices.find(&known, index) else { continue };
            match slices.check(&found) {
                Verdict::Sound => {
                    assert!(read(&found) == content(&known, index), "{} {index} has wrong bytes", known.key)
                }
                _ => damaged += 1,
            }
        }
    }
    damaged
}

fn content_bytes(object: &Object, index: u32) -> u64 {
    let range = cache::blocks::bytes_of(index, object.bytes).unwrap();
    range.end - range.start
}

/// An object of one of a few lengths, in one of a few versions.
pub(crate) fn some_object(random: &mut stdx::random::Random) -> Object {
    const BYTES: [u64; 5] = [5, 4096, 70_000, (1 << 20) + 5, (2 << 20) + 100_000];
    let number = random.between(0, 7);
    let bytes = BYTES[(number + random.between(0, 1)) % BYTES.len()];
    object(&format!("folder{}/{number}", number % 2), bytes, ["1", "2"][random.between(0, 1)])
}
