//! Bytes that the kernel has taken for a client stay what they were, though their slice goes before they do.
//!
//! Shows something where the page cache has units of several pages: on ext4 since Linux 6.16, on XFS since 5.18.

use std::fs::File;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt as _;

use rustix::fs::{Advice, fadvise, sendfile};

use super::*;

/// Bytes that are read at a time, from front to back: that has the kernel read ahead, where it may.
const STEP_BYTES: usize = 128 << 10;

/// As much of `kept` as the kernel takes at once is given to a client, who reads it when the slice is no more.
fn check(slices: &Slices, kept: Kept, expected: &[u8]) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    server.set_nonblocking(true).unwrap();
    let (file, slice, start) = (kept.file(), kept.slice(), kept.offset());
    let (mut at, mut left) = (start, kept.length() as usize);
    while left > 0 {
        let Ok(taken @ 1..) = sendfile(&server, &*file, Some(&mut at), left) else { break };
        left -= taken;
    }
    let sent = (at - start) as usize;
    drop((kept, server));
    slices.remove(slice).unwrap();
    let mut got = Vec::new();
    client.read_to_end(&mut got).unwrap();
    assert!(sent > 0 && got == expected[..sent], "{slice:?}: {sent} bytes were sent");
}

/// Reads all of `file` from the disk, from front to back.
fn read_anew(file: &File, bytes: u64) {
    file.sync_all().unwrap();
    fadvise(file, 0, None, Advice::DontNeed).unwrap();
    for at in (0..bytes).step_by(STEP_BYTES) {
        file.read_exact_at(&mut [0; STEP_BYTES], at).unwrap();
    }
}

#[test]
fn what_is_on_its_way_outlives_its_slice() {
    let folder = tempfile::tempdir().unwrap();
    let (slices, _) = Slices::open(Options::new(folder.path())).unwrap();
    let told = put_whole(&slices, object("a/film.mp4", 8 * MIB, "1"));
    let kept = |index| slices.find(&told.known, index).unwrap();
    check(&slices, kept(4), &content(&told.known, 4));
    read_anew(&kept(0).file(), 8 * MIB);
    check(&slices, kept(2), &content(&told.known, 2));
}
