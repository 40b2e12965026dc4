//! Parts of files, read without making a thread wait for the disk.
//!
//! Owns the question whether pages are in memory, and reading them in elsewhere where they are not. A file system that
//! cannot say (`EOPNOTSUPP`) is taken to have them.

use rustix::io::{Errno, ReadWriteFlags, preadv2};
use std::fs::File;
use std::io::{self, IoSliceMut};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

/// Bytes that the kernel reads ahead at once, where nobody told it otherwise (`read_ahead_kb`).
const READ_AHEAD_BYTES: u64 = 128 << 10;

/// Bytes that are read in at once by the thread that may wait: as many as one turn sends, since some files are read without
/// reading ahead, and each further read waits for the disk anew.
const READ_IN_BYTES: usize = 1 << 20;

/// Reads into `spaces` what is in memory of `file` from `offset` on; `WouldBlock` where the first byte is not.
///
/// # Errors
/// Those of reading; `UnexpectedEof` at the end of the file.
pub(crate) fn read_now(file: &File, spaces: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
    let read = match preadv2(file, spaces, offset, ReadWriteFlags::NOWAIT) {
        Err(Errno::OPNOTSUPP) => preadv2(file, spaces, offset, ReadWriteFlags::empty()),
        read => read,
    };
    not_none(read)
}

/// Reads into `spaces` what there is of `file` from `offset` on, waiting for the disk if need be.
///
/// # Errors
/// Those of reading; `UnexpectedEof` at the end of the file.
pub(crate) fn read(file: &File, spaces: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
    not_none(preadv2(file, spaces, offset, ReadWriteFlags::empty()))
}

fn not_none(read: Result<usize, Errno>) -> io::Result<usize> {
    match read {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(error.into()),
    }
}

/// Makes sure that bytes `offset..offset + length` of `file` are in memory, for now.
///
/// Looks at the last page, and at the first of what is longer than the kernel reads ahead at once: where a file is read from front
/// to back those tell of all between them.
///
/// # Errors
/// Those of reading; `UnexpectedEof` where the file ends before.
pub(crate) async fn settle(file: &Arc<File>, offset: u64, length: u64) -> io::Result<()> {
    let is_here = |at| match read_now(file, &mut [IoSliceMut::new(&mut [0])], at) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    };
    if is_here(offset + length - 1)? && (length <= READ_AHEAD_BYTES || is_here(offset)?) {
        return Ok(());
    }
    let file = file.clone();
    elsewhere(move || read_in(&file, offset, length)).await
}

fn read_in(file: &File, offset: u64, length: u64) -> io::Result<()> {
    let mut scratch = vec![0; READ_IN_BYTES.min(usize::try_from(length).unwrap_or(READ_IN_BYTES))];
    let end = offset + length;
    let mut at = offset;
    while at < end {
        let step = scratch.len().min(usize::try_from(end - at).unwrap_or(usize::MAX));
        file.read_exact_at(&mut scratch[..step], at)?;
        at += step as u64;
    }
    Ok(())
}

/// Runs what waits for the disk on a thread that may.
///
/// # Errors
/// Those of `work`; where the thread ended without a result.
pub(crate) async fn elsewhere<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn file(bytes: &[u8]) -> Arc<File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Arc::new(file)
    }

    #[test]
    fn what_is_in_memory_is_read_at_once() {
        let file = file(b"0123456789");
        let (mut first, mut second) = ([0; 3], [0; 4]);
        let mut spaces = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
        assert_eq!(read_now(&file, &mut spaces, 5).unwrap(), 5);
        assert_eq!((&first, &second[..2]), (b"567", &b"89"[..]));
        let end = read_now(&file, &mut [IoSliceMut::new(&mut [0])], 10).unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn what_is_not_is_read_in() {
        let file = file(&vec![7; 3 << 20]);
        file.sync_all().unwrap();
        // Where the file is only in memory, nothing is thrown out, and the rest of this holds all the same.
        rustix::fs::fadvise(&*file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
        settle(&file, 0, 3 << 20).await.unwrap();
        read_now(&file, &mut [IoSliceMut::new(&mut [0; 1 << 20])], 1 << 20).unwrap();
        let beyond = settle(&file, 0, (3 << 20) + 1).await.unwrap_err();
        assert_eq!(beyond.kind(), io::ErrorKind::UnexpectedEof);
    }
}
