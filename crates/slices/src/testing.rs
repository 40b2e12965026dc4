//! What the tests of this crate share: folders, objects, bytes that can be told apart, and a disk that fails.

mod faulty;
mod model;

use std::sync::Arc;

use cache::blocks::{BlockDigests, SLICE_BYTES, bytes_of};

use crate::disk::{Disk, System};
use crate::{Kept, Known, Object, Options, Recovered, Result, Slices, Told};

pub(crate) use faulty::{Fault, Faulty};
pub(crate) use model::{Model, check_bytes, some_object};

/// The smallest volumes: one whole slice fills one, with something small beside it.
pub(crate) const VOLUME_BYTES: u64 = 2 << 20;

/// Slices in a folder of its own.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) slices: Slices,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench::on(Arc::new(System))
    }

    /// On a disk other than the system's.
    pub(crate) fn on(disk: Arc<dyn Disk>) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let (slices, _) = crate::recover::open(options(&folder), disk).unwrap();
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

    /// Paths of the volumes that are there, in order.
    pub(crate) fn volumes(&self) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(self.folder.path().join("volumes")).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
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

/// How many slices an object has.
pub(crate) fn count(object: &Object) -> u32 {
    object.bytes.div_ceil(u64::from(SLICE_BYTES)) as u32
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
    for index in 0..count(&told.known) {
        put(slices, &told.known, index).unwrap();
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

/// Flips a bit of a file.
pub(crate) fn flip(path: &std::path::Path, bit: u64) {
    use std::os::unix::fs::FileExt;
    let file = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, bit / 8).unwrap();
    file.write_all_at(&[byte[0] ^ 1 << (bit % 8)], bit / 8).unwrap();
}
