//! What the tests of this crate share: folders, objects and bytes that can be told apart.

use cache::blocks::{BlockDigests, SLICE_BYTES, bytes_of};

use crate::{Kept, Known, Object, Options, Recovered, Result, Slices, Told};

/// The smallest volumes: two slices fill one.
pub(crate) const VOLUME_BYTES: u64 = 2 << 20;

/// Slices in a folder of its own.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) slices: Slices,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let (slices, _) = Slices::open(options(&folder)).unwrap();
        Bench { folder, slices }
    }

    /// The same folder, opened again after `end`.
    pub(crate) fn again(self, end: impl FnOnce(&Slices)) -> (Bench, Recovered) {
        let Bench { folder, slices } = self;
        end(&slices);
        drop(slices);
        let (slices, recovered) = Slices::open(options(&folder)).unwrap();
        (Bench { folder, slices }, recovered)
    }
}

pub(crate) fn options(folder: &tempfile::TempDir) -> Options {
    Options { volume_bytes: VOLUME_BYTES, ..Options::new(folder.path()) }
}

/// An object of `bytes` in version `tag`.
pub(crate) fn object(key: &str, bytes: u64, tag: &str) -> Object {
    Object {
        key: key.into(),
        bytes,
        tag: Some(tag.into()),
        content_type: Some("video/mp4".into()),
        headers: vec![("Cache-Control".into(), "max-age=60".into())],
        fresh_until_ms: Some(60_000),
        stored_ms: 0,
    }
}

/// The bytes that the slice at `index` of an object has: other ones for each object, version and slice.
pub(crate) fn content(object: &Object, index: u32) -> Vec<u8> {
    let range = bytes_of(index, object.bytes).unwrap();
    let seed = format!("{} {:?} {index}", object.key, object.tag);
    let mut bytes = vec![0; (range.end - range.start) as usize];
    blake3::Hasher::new().update(seed.as_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

/// Puts the slice at `index` with the bytes that it is to have.
pub(crate) fn put(slices: &Slices, known: &Known, index: u32) -> Result<()> {
    let bytes = content(known, index);
    let blocks: Vec<&[u8]> = bytes.chunks(40_000).collect();
    slices.put(known, index, &blocks, &BlockDigests::of(&bytes).unwrap())
}

/// Makes an object known and puts all its slices.
pub(crate) fn put_whole(slices: &Slices, object: Object) -> Told {
    let told = slices.put_object(object).unwrap();
    for index in 0..told.known.bytes.div_ceil(u64::from(SLICE_BYTES)) {
        put(slices, &told.known, index as u32).unwrap();
    }
    told
}

/// The bytes of a slice as a reader of the file sees them.
pub(crate) fn read(kept: &Kept) -> Vec<u8> {
    use std::os::unix::fs::FileExt;
    let mut bytes = vec![0; kept.length() as usize];
    kept.file().read_exact_at(&mut bytes, kept.offset()).unwrap();
    bytes
}
