//! Protection: what was encrypted here is decrypted by ffmpeg and by the Shaka packager to the very samples that went in.

use crate::support::{
    KEY, KEY_ID, encode_shot, ffmpeg, folder, packets, protection, read_movie, run, write_protected,
    write_track,
};
use cmaf::read::fragmented;
use cmaf::splice::{self, Shot, Spliced};
use media::FrameRate;
use media::protection::Scheme;
use std::fs;
use std::io::Cursor;
use std::path::Path;

/// Decrypts `track.mp4` by the packager.
fn packager_decrypts(folder: &Path, stream: &str) {
    let keys = format!("--keys=key_id={KEY_ID}:key={KEY}");
    let input = format!("in=track.mp4,stream={stream},output=decrypted.mp4");
    run("packager", folder, &[&input, "--enable_raw_key_decryption", &keys]);
}

/// The bytes of all samples of a track file.
fn samples(folder: &Path, file: &str) -> Vec<Vec<u8>> {
    let bytes = fs::read(folder.join(file)).unwrap();
    let mut file = Cursor::new(&bytes);
    let header = fragmented::track_header(&mut file).unwrap();
    let fragments =
        header.fragments.iter().map(|range| fragmented::fragment(&mut file, &header, *range).unwrap());
    let samples: Vec<_> = fragments.flat_map(|fragment| fragment.samples).collect();
    samples.iter().map(|sample| bytes[sample.offset as usize..][..sample.size as usize].to_vec()).collect()
}

#[track_caller]
fn check(folder: &Path, stream: &str, spliced: &Spliced, cuts: &[u64], sources: &[&str]) {
    write_track(folder, "clear.mp4", spliced, cuts, sources);
    let clear = packets(folder, "", "clear.mp4");
    for scheme in Scheme::ALL {
        write_protected(folder, "track.mp4", spliced, cuts, sources, protection(scheme));
        let (before, after) = (samples(folder, "clear.mp4"), samples(folder, "track.mp4"));
        assert_eq!(before.len(), after.len());
        assert!(before.iter().zip(&after).filter(|(before, after)| before == after).count() < 2, "{scheme}");
        assert_eq!(
            packets(folder, &format!("-decryption_key {KEY}"), "track.mp4"),
            clear,
            "{scheme}, ffmpeg"
        );
        packager_decrypts(folder, stream);
        assert_eq!(packets(folder, "", "decrypted.mp4"), clear, "{scheme}, packager");
    }
}

#[test]
fn h264_comes_back() {
    let folder = folder("protect-h264");
    encode_shot(&folder, "0.mp4", "25", 30, 13, "");
    let movie = read_movie(&folder, "0.mp4");
    let spliced =
        splice::video(&[Shot { movie: &movie, frames: 30 }], FrameRate { num: 25, den: 1 }).unwrap();
    check(&folder, "video", &spliced, &[0, 13, 30], &["0.mp4"]);
}

#[test]
fn aac_comes_back() {
    let folder = folder("protect-aac");
    let tones = "aevalsrc=sin(440*2*PI*t)/2|sin(660*2*PI*t)/2:sample_rate=48000:duration=2.5";
    ffmpeg(&folder, &format!("-f lavfi -i {tones} -c:a aac -b:a 96k source.mp4"));
    let spliced = splice::audio(&read_movie(&folder, "source.mp4")).unwrap();
    check(&folder, "audio", &spliced, &[0, 48, 95, 119], &["source.mp4"]);
}
