//! Robustness: a broken file is refused or read, never a panic, and never more memory than the file accounts
//! for.

use crate::support::{encode_shot, ffmpeg, folder};
use std::fs;
use std::io::Cursor;
use std::path::Path;

/// A small film with picture and sound.
fn film(folder: &Path) -> Vec<u8> {
    encode_shot(folder, "picture.mp4", "25", 12, 5, "");
    film_of(folder, "-c:v copy -c:a aac")
}

/// A film of `picture.mp4` and a tone.
fn film_of(folder: &Path, codecs: &str) -> Vec<u8> {
    let tone = "-f lavfi -i sine=sample_rate=48000:duration=0.5";
    ffmpeg(folder, &format!("-i picture.mp4 {tone} {codecs} -movflags +faststart -y film.mp4"));
    fs::read(folder.join("film.mp4")).unwrap()
}

fn read_all(bytes: &[u8]) {
    let _ = cmaf::dump::text(&mut Cursor::new(bytes));
    if let Ok(movie) = cmaf::read::movie(&mut Cursor::new(bytes)) {
        let samples: usize = movie.tracks.iter().map(|track| track.samples.len()).sum();
        assert!(samples <= bytes.len());
        let shot = cmaf::splice::Shot { movie: &movie, frames: 12 };
        let _ = cmaf::splice::video(&[shot], media::FrameRate { num: 25, den: 1 });
        let _ = cmaf::splice::audio(&movie);
    }
}

#[test]
fn a_whole_film_is_read() {
    let bytes = film(&folder("robust-whole"));
    let movie = cmaf::read::movie(&mut Cursor::new(&bytes)).unwrap();
    let counts: Vec<_> = movie.tracks.iter().map(|track| track.samples.len()).collect();
    assert_eq!(counts, [12, 25]); // 24 000 samples in frames of 1024, and one of delay
}

#[test]
fn a_film_cut_short_is_refused() {
    let bytes = film(&folder("robust-short"));
    for end in 0..bytes.len() {
        let error = cmaf::read::movie(&mut Cursor::new(&bytes[..end])).unwrap_err().to_string();
        assert!(error.starts_with("box "), "{end}: {error}");
    }
}

#[test]
fn changed_bytes_never_panic() {
    change_every_byte(film(&folder("robust-changed")));
}

#[test]
fn changed_bytes_of_other_codecs_never_panic() {
    let folder = folder("robust-codecs");
    encode_shot(&folder, "picture.mp4", "25", 12, 5, "");
    for codecs in [
        "-c:v libx265 -tag:v hvc1 -preset ultrafast -x265-params log-level=error:pools=1:info=0 -c:a eac3",
        "-c:v libvpx-vp9 -b:v 0 -crf 50 -cpu-used 8 -c:a libopus -b:a 64k",
        "-c:v libsvtav1 -preset 12 -svtav1-params lp=1 -c:a libopus -b:a 64k",
    ] {
        change_every_byte(film_of(&folder, codecs));
    }
}

/// Gives each byte before the media data several other values.
fn change_every_byte(mut bytes: Vec<u8>) {
    let moov_end = bytes.windows(4).position(|window| window == b"mdat").unwrap();
    for at in 0..moov_end {
        let kept = bytes[at];
        for value in [0x00, 0x01, 0x7f, 0x80, 0xff, kept ^ 0x10, kept.wrapping_add(1)] {
            bytes[at] = value;
            read_all(&bytes);
        }
        bytes[at] = kept;
    }
}
