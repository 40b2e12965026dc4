//! Protection: what was encrypted here is decrypted by ffmpeg, by the Shaka packager and by the `mp4forge` crate to the very
//! samples that went in, and what the packager encrypts under the same key and vectors is the same, byte for byte and map for map.

use crate::support::{
    Encoder, FileWriter, IV, KEY, KEY_ID, SDR, bytes16, encode, ffmpeg, folder, packets, protection,
    read_movie, run, write_by, write_protected, write_track,
};
use cmaf::cenc::{Period, Protection, SampleInfo};
use cmaf::read::fragmented;
use cmaf::splice::{self, Shot, Spliced};
use media::FrameRate;
use media::protection::{KeyId, Scheme};
use mp4forge::decrypt::{DecryptOptions, DecryptionKey, decrypt_bytes};
use std::fs;
use std::io::Cursor;
use std::path::Path;

/// Frames of the test pictures, and where their second segment begins.
const FRAMES: u64 = 40;
pub(crate) const CUTS: [u64; 3] = [0, 25, FRAMES];

const SDR_10_BIT: &str =
    "format=yuv420p10le,setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv";

/// Pictures by name. Several slices or tiles, weighted prediction, hidden frames: whatever headers can hold is in some of
/// them.
pub(crate) const PICTURES: [(&str, &str, Encoder); 9] = [
    (
        "h264",
        "320x180:rate=25",
        Encoder { filter: SDR, args: "-c:v libx264 -threads 1 -preset medium -bf 3 -weightp 2" },
    ),
    (
        "h264-slices",
        "640x360:rate=25",
        Encoder {
            filter: SDR,
            args: "-c:v libx264 -threads 1 -preset slow -x264-params slices=4:cabac=0:weightb=1",
        },
    ),
    (
        "h264-interlaced",
        "320x192:rate=25",
        Encoder {
            filter: SDR,
            args: "-c:v libx264 -threads 1 -preset fast -x264-params interlaced=1:weightp=0",
        },
    ),
    (
        "hevc",
        "320x180:rate=25",
        Encoder {
            filter: SDR_10_BIT,
            args: "-c:v libx265 -tag:v hvc1 -preset medium -x265-params log-level=error:pools=1:open-gop=0:bframes=4:weightb=1",
        },
    ),
    (
        "hevc-slices",
        "640x384:rate=25",
        Encoder {
            filter: SDR,
            args: "-c:v libx265 -tag:v hvc1 -preset fast -x265-params log-level=error:pools=1:open-gop=0:slices=3:wpp=1",
        },
    ),
    (
        "vp9",
        "320x180:rate=25",
        Encoder {
            filter: SDR,
            args: "-c:v libvpx-vp9 -b:v 0 -crf 40 -cpu-used 8 -threads 1 -auto-alt-ref 1 -lag-in-frames 16",
        },
    ),
    (
        "vp9-tiles",
        "1024x256:rate=25",
        Encoder {
            filter: SDR,
            args: "-c:v libvpx-vp9 -b:v 200k -cpu-used 8 -threads 1 -tile-columns 2 -error-resilient 1",
        },
    ),
    (
        "av1",
        "320x180:rate=25",
        Encoder {
            filter: SDR_10_BIT,
            args: "-c:v libsvtav1 -preset 10 -svtav1-params lp=1:scd=0:film-grain=8",
        },
    ),
    (
        "av1-tiles",
        "512x256:rate=25",
        Encoder {
            filter: SDR,
            args: "-c:v libaom-av1 -cpu-used 8 -usage realtime -b:v 300k -tiles 2x2 -threads 1",
        },
    ),
];

/// Sound by name.
pub(crate) const SOUNDS: [(&str, &str); 3] =
    [("aac", "-c:a aac -b:a 96k"), ("eac3", "-c:a eac3 -b:a 96k"), ("opus", "-c:a libopus -b:a 64k")];

pub(crate) fn picture(folder: &Path, pictures: &str, encoder: Encoder) -> Spliced {
    encode(folder, "0.mp4", pictures, FRAMES, encoder, "-g 1000 -force_key_frames expr:eq(n,25)");
    let movie = read_movie(folder, "0.mp4");
    splice::video(&[Shot { movie: &movie, frames: FRAMES }], FrameRate { num: 25, den: 1 }).unwrap()
}

pub(crate) fn sound(folder: &Path, encoder: &str) -> Spliced {
    let tones = "aevalsrc=sin(440*2*PI*t)/2|sin(660*2*PI*t)/2:sample_rate=48000:duration=2.5";
    ffmpeg(folder, &format!("-f lavfi -i {tones} {encoder} 0.mp4"));
    splice::audio(&read_movie(folder, "0.mp4")).unwrap()
}

/// Decrypts `track.mp4` by the packager.
fn packager_decrypts(folder: &Path, stream: &str) {
    let keys = format!("--keys=key_id={KEY_ID}:key={KEY}");
    let input = format!("in=track.mp4,stream={stream},output=decrypted.mp4");
    run("packager", folder, &[&input, "--enable_raw_key_decryption", &keys]);
}

/// Decrypts `track.mp4` by `mp4forge`.
fn mp4forge_decrypts(folder: &Path, keys: &[[u8; 16]]) {
    let mut options = DecryptOptions::new();
    for id in keys {
        options.add_key(DecryptionKey::kid(*id, bytes16(KEY)));
    }
    let decrypted = decrypt_bytes(&fs::read(folder.join("track.mp4")).unwrap(), &options).unwrap();
    fs::write(folder.join("decrypted.mp4"), decrypted).unwrap();
}

/// Of all samples of a track file their bytes and what is said of their protection.
fn samples(folder: &Path, file: &str) -> Vec<(Vec<u8>, SampleInfo)> {
    let bytes = fs::read(folder.join(file)).unwrap();
    let mut file = Cursor::new(&bytes);
    let header = fragmented::track_header(&mut file).unwrap();
    let mut samples = Vec::new();
    for range in &header.fragments {
        let fragment = fragmented::fragment(&mut file, &header, *range).unwrap();
        let infos = fragment.infos.into_iter().chain(std::iter::repeat(SampleInfo::default()));
        for (sample, info) in fragment.samples.iter().zip(infos) {
            samples.push((bytes[sample.offset as usize..][..sample.size as usize].to_vec(), info));
        }
    }
    samples
}

#[track_caller]
fn check_decrypted(name: &str, folder: &Path, stream: &str, spliced: &Spliced, cuts: &[u64]) {
    write_track(folder, "clear.mp4", spliced, cuts, &["0.mp4"]);
    let clear = packets(folder, "", "clear.mp4");
    for scheme in Scheme::ALL {
        write_protected(folder, "track.mp4", spliced, cuts, &["0.mp4"], protection(scheme));
        let decrypting = format!("-decryption_key {KEY}");
        assert_eq!(packets(folder, &decrypting, "track.mp4"), clear, "{name}, {scheme}, ffmpeg");
        packager_decrypts(folder, stream);
        assert_eq!(packets(folder, "", "decrypted.mp4"), clear, "{name}, {scheme}, packager");
        // Sound under `cbcs` has nothing to say of any sample, so no `senc`, without which mp4forge reads no fragment.
        if stream == "video" || scheme == Scheme::Cenc {
            mp4forge_decrypts(folder, &[bytes16(KEY_ID)]);
            assert_eq!(packets(folder, "", "decrypted.mp4"), clear, "{name}, {scheme}, mp4forge");
        }
    }
}

#[test]
fn pictures_come_back() {
    for (name, pictures, encoder) in PICTURES {
        let folder = folder(&format!("protect-{name}"));
        let spliced = picture(&folder, pictures, encoder);
        check_decrypted(name, &folder, "video", &spliced, &CUTS);
    }
}

#[test]
fn sound_comes_back() {
    for (name, encoder) in SOUNDS {
        let folder = folder(&format!("protect-{name}"));
        let spliced = sound(&folder, encoder);
        let frames = spliced.samples.len() as u64;
        check_decrypted(name, &folder, "audio", &spliced, &[0, frames / 2, frames]);
    }
}

/// The packager's file, encrypted under the same key and the same first vector, has the same maps and bytes.
#[track_caller]
fn check_known_answer(name: &str, folder: &Path, stream: &str, spliced: &Spliced, cuts: &[u64]) {
    for scheme in Scheme::ALL {
        write_protected(folder, "track.mp4", spliced, cuts, &["0.mp4"], protection(scheme));
        let iv = if scheme == Scheme::Cenc { &IV[..16] } else { IV };
        let input = format!("in=0.mp4,stream={stream},output=witness.mp4");
        let keys = format!("--keys=key_id={KEY_ID}:key={KEY}:iv={iv}");
        let scheme_flag = format!("--protection_scheme={scheme}");
        run(
            "packager",
            folder,
            &[&input, "--enable_raw_key_encryption", &keys, &scheme_flag, "--clear_lead=0"],
        );
        let (ours, theirs) = (samples(folder, "track.mp4"), samples(folder, "witness.mp4"));
        assert_eq!(ours.len(), theirs.len(), "{name}, {scheme}");
        for (number, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            let place = format!("{name}, {scheme}, sample {number}");
            assert_eq!(ours.1.iv, theirs.1.iv, "{place}");
            compare(&place, ours, theirs);
        }
    }
}

/// Version 3.8.0 of the packager puts the bytes that are too many for whole blocks after a protected range, which its
/// authors took back later: they belong before it. Where there are none, all is the same.
#[track_caller]
fn compare(place: &str, ours: &(Vec<u8>, SampleInfo), theirs: &(Vec<u8>, SampleInfo)) {
    let (our_ranges, their_ranges) = (protected(&ours.1), protected(&theirs.1));
    assert_eq!(our_ranges.len(), their_ranges.len(), "{place}: {our_ranges:?} {their_ranges:?}");
    for (our, their) in our_ranges.iter().zip(&their_ranges) {
        assert_eq!(our.len(), their.len(), "{place}: {our:?} {their:?}");
        assert!((their.start..their.start + 16).contains(&our.start), "{place}: {our:?} {their:?}");
    }
    if our_ranges == their_ranges {
        assert_eq!(ours.1.map, theirs.1.map, "{place}");
        assert!(ours.0 == theirs.0, "{place}: other bytes");
    }
}

/// The protected ranges of a sample.
fn protected(info: &SampleInfo) -> Vec<std::ops::Range<usize>> {
    let mut at = 0;
    let range = |subsample: &cmaf::cenc::Subsample| {
        let start = at + usize::from(subsample.clear);
        at = start + subsample.protected as usize;
        start..at
    };
    info.map.iter().map(range).filter(|range| !range.is_empty()).collect()
}

#[test]
fn pictures_are_as_the_packager_has_them() {
    for (name, pictures, encoder) in PICTURES {
        let folder = folder(&format!("protect-known-{name}"));
        let spliced = picture(&folder, pictures, encoder);
        check_known_answer(name, &folder, "video", &spliced, &CUTS);
    }
}

#[test]
fn sound_is_as_the_packager_has_it() {
    for (name, encoder) in SOUNDS {
        let folder = folder(&format!("protect-known-{name}"));
        let spliced = sound(&folder, encoder);
        check_known_answer(name, &folder, "audio", &spliced, &[0, spliced.samples.len() as u64]);
    }
}

/// A clear lead of one segment: the lead is as it went in, the rest as without one, and all who decrypt find that out.
#[track_caller]
fn check_lead(folder: &Path, stream: &str, spliced: &Spliced, cuts: [u64; 3]) {
    let write = |protection| {
        write_protected(folder, "track.mp4", spliced, &cuts, &["0.mp4"], protection);
        bytes(folder, "track.mp4")
    };
    write_track(folder, "clear.mp4", spliced, &cuts, &["0.mp4"]);
    let (clear, first) = (bytes(folder, "clear.mp4"), cuts[1] as usize);
    let packets_clear = packets(folder, "", "clear.mp4");
    for scheme in Scheme::ALL {
        let whole = write(protection(scheme));
        let lead = write(Protection { clear_segments: 1, ..protection(scheme) });
        assert!(lead[..first] == clear[..first] && lead[first..] == whole[first..], "{stream}, {scheme}");
        let told = [(false, KeyId([0; 16])), (true, KEY_ID.parse().unwrap())];
        assert_eq!(parameters(folder, "track.mp4"), told, "{stream}, {scheme}");
        let decrypting = format!("-decryption_key {KEY}");
        assert_eq!(packets(folder, &decrypting, "track.mp4"), packets_clear, "{stream}, {scheme}, ffmpeg");
        packager_decrypts(folder, stream);
        assert_eq!(packets(folder, "", "decrypted.mp4"), packets_clear, "{stream}, {scheme}, packager");
    }
}

#[test]
fn leads_are_clear() {
    let folder = folder("protect-lead");
    check_lead(&folder, "video", &picture(&folder, PICTURES[0].1, PICTURES[0].2), CUTS);
}

#[test]
fn leads_of_sound_are_clear() {
    let folder = folder("protect-lead-sound");
    let spliced = sound(&folder, SOUNDS[0].1);
    let frames = spliced.samples.len() as u64;
    check_lead(&folder, "audio", &spliced, [0, frames / 2, frames]);
}

/// The bytes of all samples.
fn bytes(folder: &Path, file: &str) -> Vec<Vec<u8>> {
    samples(folder, file).into_iter().map(|(bytes, _)| bytes).collect()
}

/// Two keys. Neither ffmpeg nor the packager reads `seig`; mp4forge does.
#[test]
fn keys_change_with_segments() {
    let folder = folder("protect-rotation");
    let spliced = picture(&folder, PICTURES[0].1, PICTURES[0].2);
    write_track(&folder, "clear.mp4", &spliced, &CUTS, &["0.mp4"]);
    let default = KEY_ID.parse().unwrap();
    for scheme in Scheme::ALL {
        let mut turned = protection(scheme);
        let (key_id, key) = (KeyId([7; 16]), turned.periods[0].key.clone());
        turned.periods.push(Period { first_segment: 1, key_id, key, iv: bytes16(IV) });
        write_protected(&folder, "track.mp4", &spliced, &CUTS, &["0.mp4"], turned);
        mp4forge_decrypts(&folder, &[bytes16(KEY_ID), key_id.0]);
        assert_eq!(packets(&folder, "", "decrypted.mp4"), packets(&folder, "", "clear.mp4"), "{scheme}");
        assert_eq!(parameters(&folder, "track.mp4"), [(true, default), (true, key_id)], "{scheme}");
    }
}

/// Segments in chunks of 200 ms, each after its time of capture, hold what whole ones do.
#[test]
fn chunks_hold_what_segments_do() {
    let folder = folder("protect-chunks");
    let spliced = picture(&folder, PICTURES[0].1, PICTURES[0].2);
    write_track(&folder, "clear.mp4", &spliced, &CUTS, &["0.mp4"]);
    let clear = packets(&folder, "", "clear.mp4");
    for scheme in Scheme::ALL {
        let ticks = spliced.description.timescale / 5;
        let chunked = |writer: FileWriter| writer.with_chunks(ticks).with_reference_time(0xea00_0000 << 32);
        write_by(&folder, "track.mp4", &spliced, &CUTS, &["0.mp4"], Some(protection(scheme)), chunked);
        assert_eq!(parameters(&folder, "track.mp4").len(), 8, "{scheme}"); // 1 s and 0.6 s
        let decrypting = format!("-decryption_key {KEY}");
        assert_eq!(packets(&folder, &decrypting, "track.mp4"), clear, "{scheme}, ffmpeg");
        packager_decrypts(&folder, "video");
        assert_eq!(packets(&folder, "", "decrypted.mp4"), clear, "{scheme}, packager");
    }
}

/// Of each fragment whether it is protected, and its key.
fn parameters(folder: &Path, file: &str) -> Vec<(bool, KeyId)> {
    let mut file = fs::File::open(folder.join(file)).unwrap();
    let header = fragmented::track_header(&mut file).unwrap();
    let fragments = header.fragments.iter();
    let parameters =
        fragments.map(|range| fragmented::fragment(&mut file, &header, *range).unwrap().parameters);
    parameters.map(Option::unwrap).map(|parameters| (parameters.protected, parameters.key_id)).collect()
}
