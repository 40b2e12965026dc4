//! What is known of an object beside its bytes.

use std::ops::Deref;

use cache::eviction::Slice;

use crate::{Error, Result};

/// Most bytes of an object's description as it is written: a key of some hundred bytes and a dozen headers fit many times.
pub const OBJECT_BYTES_MAX: usize = 16 << 10;

/// What is told of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name, such as a path.
    pub key: String,
    /// Its length, known before any of its slices is kept.
    pub bytes: u64,
    /// What changes with its content: a strong entity tag, or whatever the caller has in its stead. Without one, contents of the
    /// same length cannot be told apart.
    pub tag: Option<String>,
    /// Its media type.
    pub content_type: Option<String>,
    /// Other headers that go with it, as the caller has them.
    pub headers: Vec<(String, String)>,
    /// Until when it may be given without asking, in milliseconds of the caller's clock; `None` for ever.
    pub fresh_until_ms: Option<i64>,
    /// When its source last said that it is so, in milliseconds of the same clock.
    pub stored_ms: i64,
}

impl Object {
    /// Whether slices of `other` are slices of this one.
    pub fn same_content(&self, other: &Object) -> bool {
        self.bytes == other.bytes && self.tag == other.tag && self.key == other.key
    }
}

/// An object as it is known here. Stays as it was while somebody holds it; [`crate::Slices::object`] gives the current one.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    id: u64,
    object: Object,
}

impl Known {
    /// `object`, if its description is short enough.
    pub(crate) fn new(object: Object) -> Result<Known> {
        let bytes = crate::record::object_bytes(&object);
        if bytes > OBJECT_BYTES_MAX {
            let key = object.key.chars().take(KEY_CHARS_TOLD).collect();
            return Err(Error::TooLong { key, bytes, max: OBJECT_BYTES_MAX });
        }
        Ok(Known { id: object_id(&object.key), object })
    }

    /// [`object_id`] of its key.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The name of one of its slices among those of all objects.
    pub fn slice(&self, index: u32) -> Slice {
        Slice { object: self.id, index }
    }
}

impl Deref for Known {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.object
    }
}

/// Characters of a key that is too long which an error repeats.
const KEY_CHARS_TOLD: usize = 80;

/// What stands for a key where 64 bits are enough: the first 8 bytes of its BLAKE3, little-endian. Two keys of one cache share a
/// number once in some 10^8 caches of a million objects; the whole keys are compared, and the later object takes the place.
pub fn object_id(key: &str) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&blake3::hash(key.as_bytes()).as_bytes()[..8]);
    u64::from_le_bytes(first)
}
