//! Robustness: a broken file is refused or read, never a panic, and never more memory than the file accounts
//! for.

use crate::support::{
    Encoder, SDR, encode, encode_shot, ffmpeg, folder, protection, read_movie, write_protected, write_track,
};
use crate::{boxes, memory};
use cmaf::splice::{self, Shot};
use media::FrameRate;
use media::protection::Scheme;
use std::fs;
use std::io::Cursor;
use std::path::Path;

/// Bytes that reading and writing a file of a few kilobytes may hold: the most samples that a fragment may say it has,
/// twice while they are copied.
const HELD_BYTES_MAX: usize = 8 << 20;

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

/// A track file of two segments, of a few kilobytes.
fn track(test: &str, args: &'static str, scheme: Option<Scheme>) -> Vec<u8> {
    let folder = folder(test);
    let encoder = Encoder { filter: SDR, args };
    encode(&folder, "0.mp4", "64x64:rate=25", 8, encoder, "-g 1000 -force_key_frames expr:eq(n,5)");
    let movie = read_movie(&folder, "0.mp4");
    let spliced = splice::video(&[Shot { movie: &movie, frames: 8 }], FrameRate { num: 25, den: 1 }).unwrap();
    match scheme {
        Some(scheme) => {
            write_protected(&folder, "track.mp4", &spliced, &[0, 5, 8], &["0.mp4"], protection(scheme))
        }
        None => write_track(&folder, "track.mp4", &spliced, &[0, 5, 8], &["0.mp4"]),
    };
    fs::read(folder.join("track.mp4")).unwrap()
}

#[track_caller]
fn survives(bytes: &[u8], what: &str) {
    let held = memory::most(|| {
        boxes::run(bytes);
    });
    assert!(held < HELD_BYTES_MAX, "{what}: {held} bytes");
}

/// Every truncation, and every bit of every byte turned.
#[test]
fn broken_track_files_are_read_or_refused() {
    const X264: &str = "-c:v libx264 -threads 1 -preset veryfast -crf 45";
    const SVT: &str = "-c:v libsvtav1 -preset 12 -crf 60 -svtav1-params lp=1";
    for (test, args, scheme) in [
        ("robust-clear", X264, None),
        ("robust-cenc", X264, Some(Scheme::Cenc)),
        ("robust-cbcs", SVT, Some(Scheme::Cbcs)),
    ] {
        let mut bytes = track(test, args, scheme);
        for end in 0..bytes.len() {
            survives(&bytes[..end], test);
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                bytes[at] ^= 1 << bit;
                survives(&bytes, test);
                bytes[at] ^= 1 << bit;
            }
        }
    }
}
