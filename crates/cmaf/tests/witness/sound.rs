//! Sound beside AAC: Enhanced AC-3, with and without objects, and Opus, whose decoder must roll in.

use crate::support::{ffmpeg, ffprobe, folder, packager_codecs, read_movie, run, write_track};
use cmaf::entry::SampleEntry;
use cmaf::splice::{self, Spliced};
use std::fs::{self, File};
use std::path::Path;

const STEREO: &str = "aevalsrc=sin(440*2*PI*t)/2|sin(660*2*PI*t)/2:sample_rate=48000:duration=2.5";
const SURROUND: &str = "aevalsrc=sin(440*t)/2|sin(660*t)/2|0|sin(60*t)/4|sin(800*t)/4|sin(900*t)/4:c=5.1:sample_rate=48000:duration=2.5";

/// A codec and a layout.
struct Sound {
    name: &'static str,
    source: &'static str,
    args: &'static str,
    /// Samples of a frame, before the first that is heard, and frames in all.
    frames: (u64, u64, u64),
    codecs: &'static str,
    /// What ffprobe must say of codec, rate, channels and layout.
    stream: &'static str,
}

/// 2.5 s are 120 000 samples. The encoder of E-AC-3 delays them by 256, that of Opus by 312.
const SOUNDS: [Sound; 4] = [
    Sound {
        name: "eac3",
        source: STEREO,
        args: "-c:a eac3 -b:a 192k",
        frames: (1536, 256, 79), // 78.3
        codecs: "ec-3",
        stream: "eac3,ec-3,48000,2,stereo",
    },
    Sound {
        name: "eac3-surround",
        source: SURROUND,
        args: "-c:a eac3 -b:a 384k",
        frames: (1536, 256, 79),
        codecs: "ec-3",
        stream: "eac3,ec-3,48000,6,5.1(side)",
    },
    Sound {
        name: "opus",
        source: STEREO,
        args: "-c:a libopus -b:a 96k",
        frames: (960, 312, 126), // 125.3
        codecs: "opus",
        stream: "opus,Opus,48000,2,stereo",
    },
    Sound {
        name: "opus-surround",
        source: SURROUND,
        args: "-c:a libopus -b:a 256k -mapping_family 1",
        frames: (960, 312, 126),
        codecs: "opus",
        stream: "opus,Opus,48000,6,5.1",
    },
];

fn encode_and_splice(folder: &Path, sound: &Sound) -> Spliced {
    ffmpeg(folder, &format!("-f lavfi -i {} {} source.mp4", sound.source, sound.args));
    splice::audio(&read_movie(folder, "source.mp4")).unwrap()
}

#[test]
fn ffmpeg_hears_the_source() {
    for sound in &SOUNDS {
        let folder = folder(&format!("sound-{}", sound.name));
        let spliced = encode_and_splice(&folder, sound);
        let (frame, delay, frames) = sound.frames;
        let edit = spliced.description.edit.unwrap();
        assert_eq!((edit.media_time, edit.duration), (delay, 120_000), "{}", sound.name);
        assert_eq!(spliced.samples.len() as u64, frames, "{}", sound.name);
        let index = write_track(&folder, "track.mp4", &spliced, &[0, 40, frames], &["source.mp4"]);
        let times: Vec<_> = index.segments.iter().map(|s| (s.start, s.duration)).collect();
        let cut = 40 * frame - delay;
        assert_eq!(times, [(0, cut), (cut, 120_000 - cut)], "{}", sound.name);

        // Of a fragmented track ffmpeg gives all times, but leaves it to others to cut off what is before and after.
        let cut = "-af atrim=start=0:end=2.5 -f md5 -";
        let heard = |file: &str| ffmpeg(&folder, &format!("-copyts -i {file} {cut}"));
        assert_eq!(heard("track.mp4"), heard("source.mp4"), "{}", sound.name);
        let entries = "stream=codec_name,codec_tag_string,sample_rate,channels,channel_layout";
        assert_eq!(ffprobe(&folder, "track.mp4", entries), [sound.stream]);
        assert_eq!(spliced.description.entry.codecs(), sound.codecs);
        assert_eq!(packager_codecs(&folder, "track.mp4"), sound.codecs);
    }
}

#[test]
fn each_segment_plays_on_its_own() {
    for sound in &SOUNDS {
        let folder = folder(&format!("sound-segments-{}", sound.name));
        let spliced = encode_and_splice(&folder, sound);
        let (frame, delay, frames) = sound.frames;
        let index = write_track(&folder, "track.mp4", &spliced, &[0, 40, frames], &["source.mp4"]);
        let track = fs::read(folder.join("track.mp4")).unwrap();
        for (segment, cut) in index.segments.iter().zip([0..40, 40..frames]) {
            let bytes = &track[segment.bytes.offset as usize..segment.bytes.end() as usize];
            fs::write(folder.join("segment.mp4"), [&track[..index.header.length as usize], bytes].concat())
                .unwrap();
            let packets = ffprobe(&folder, "segment.mp4", "packet=pts");
            let expected = cut.map(|number| ((number * frame) as i64 - delay as i64).to_string());
            assert_eq!(packets, expected.collect::<Vec<_>>(), "{}", sound.name);
        }
    }
}

/// No free encoder makes objects: the configuration of a bed is given the extension that tells of sixteen (ETSI TS 103
/// 420, 8.3.1), and the packager must find them.
#[test]
fn the_packager_finds_objects() {
    let folder = folder("sound-objects");
    let mut spliced = encode_and_splice(&folder, &SOUNDS[1]);
    let SampleEntry::Eac3(entry) = &mut spliced.description.entry else { panic!("not ec-3") };
    assert_eq!((entry.channels, entry.joc_objects), (6, None));
    entry.config.extend([0x01, 16]);
    write_track(&folder, "track.mp4", &spliced, &[0, 79], &["source.mp4"]);
    let stream = "in=track.mp4,stream=audio,output=out.mp4";
    let args = [stream, "--hls_master_playlist_output", "out.m3u8", "--mpd_output", "out.mpd"];
    run("packager", &folder, &args);
    let playlist = fs::read_to_string(folder.join("out.m3u8")).unwrap();
    assert!(playlist.contains("CHANNELS=\"16/JOC\""), "{playlist}");
}

/// The boxes that tell of rolling in, looked through by hand against clauses 8.9 and 10.1: 80 ms are four frames of 20.
#[test]
fn opus_tells_of_its_pre_roll() {
    let folder = folder("sound-roll");
    let spliced = encode_and_splice(&folder, &SOUNDS[2]);
    write_track(&folder, "track.mp4", &spliced, &[0, 40, 126], &["source.mp4"]);
    let dump = cmaf::dump::text(&mut File::open(folder.join("track.mp4")).unwrap()).unwrap();
    let groups: Vec<_> = dump.lines().map(str::trim).filter(|line| line.contains("726f6c6c")).collect();
    let expected = [
        "sgpd 26 01000000 726f6c6c 00000002 00000001 fffc",
        "sbgp 28 00000000 726f6c6c 00000001 00000028 00000001",
        "sbgp 28 00000000 726f6c6c 00000001 00000056 00000001",
    ];
    assert_eq!(groups, expected);
}
