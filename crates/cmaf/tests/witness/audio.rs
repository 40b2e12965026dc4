//! Audio: an AAC track with encoder delay and padding, which the edit list cuts off.

use crate::support::{ffmpeg, ffprobe, folder, read_movie, run, write_track};
use cmaf::splice::{self, Spliced};
use std::fs::{self, File};
use std::path::Path;

/// 2.5 s of two different tones at 48 kHz: 120 000 samples, in 119 frames with the delay's.
fn encode_and_splice(folder: &Path) -> Spliced {
    let tones = "aevalsrc=sin(440*2*PI*t)/2|sin(660*2*PI*t)/2:sample_rate=48000:duration=2.5";
    ffmpeg(folder, &format!("-f lavfi -i {tones} -c:a aac -b:a 96k source.mp4"));
    splice::audio(&read_movie(folder, "source.mp4")).unwrap()
}

const CUTS: [u64; 4] = [0, 48, 95, 119];

#[test]
fn ffmpeg_hears_the_source() {
    let folder = folder("audio");
    let spliced = encode_and_splice(&folder);
    let index = write_track(&folder, "track.mp4", &spliced, &CUTS, &["source.mp4"]);
    let edit = spliced.description.edit.unwrap();
    assert_eq!((edit.media_time, edit.duration), (1024, 120_000));
    let times: Vec<_> = index.segments.iter().map(|s| (s.start, s.duration)).collect();
    assert_eq!(times, [(0, 48_128), (48_128, 48_128), (96_256, 23_744)]); // 47 and 47 frames of 1024, and the rest

    // ffmpeg does not cut off the end of a fragmented track, as it does for a whole one.
    let samples = |file: &str| ffmpeg(&folder, &format!("-i {file} -af atrim=end_sample=120000 -f md5 -"));
    assert_eq!(samples("track.mp4"), samples("source.mp4"));
    let stream = ffprobe(&folder, "track.mp4", "stream=codec_name,profile,sample_rate,channels,time_base");
    assert_eq!(stream, ["aac,LC,48000,2,1/48000"]);
}

#[test]
fn each_segment_plays_on_its_own() {
    let folder = folder("audio-segments");
    let spliced = encode_and_splice(&folder);
    let index = write_track(&folder, "track.mp4", &spliced, &CUTS, &["source.mp4"]);
    let track = fs::read(folder.join("track.mp4")).unwrap();
    for (segment, cut) in index.segments.iter().zip(CUTS.windows(2)) {
        let bytes = &track[segment.bytes.offset as usize..segment.bytes.end() as usize];
        fs::write(folder.join("segment.mp4"), [&track[..index.header.length as usize], bytes].concat())
            .unwrap();
        let packets = ffprobe(&folder, "segment.mp4", "packet=pts");
        let expected = (cut[0]..cut[1]).map(|frame| (frame as i64 * 1024 - 1024).to_string());
        assert_eq!(packets, expected.collect::<Vec<_>>());
    }
}

#[test]
fn the_packager_describes_the_track() {
    let folder = folder("audio-packager");
    let mut spliced = encode_and_splice(&folder);
    spliced.description.language = Some("eng".to_string());
    write_track(&folder, "track.mp4", &spliced, &CUTS, &["source.mp4"]);
    let output = run("packager", &folder, &["input=track.mp4", "--dump_stream_info"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for expected in
        ["codec_string: mp4a.40.2", "type: Audio", "time_scale: 48000", "language: eng", "num_channels: 2"]
    {
        assert!(text.contains(expected), "no {expected:?} in {text}");
    }
}

/// Every box of a header, looked through by hand against the clauses that `cmaf::track` cites.
#[test]
fn a_track_has_the_boxes_of_cmaf() {
    let folder = folder("audio-boxes");
    let mut spliced = encode_and_splice(&folder);
    spliced.description.language = Some("pt-BR".to_string());
    write_track(&folder, "track.mp4", &spliced, &CUTS, &["source.mp4"]);
    let dump = cmaf::dump::text(&mut File::open(folder.join("track.mp4")).unwrap()).unwrap();
    let header = dump.split("sidx").next().unwrap();
    expect_test::expect![[r#"
        ftyp 28 major=cmfc minor=0 compatible=cmfc iso6 dash
        moov 641
          mvhd 108 created=0 modified=0 timescale=48000 duration=0
          trak 465
            tkhd 92 flags=0x7 id=1 duration=0 size=0x0
            edts 44
              elst 36 v1 [duration=120000 media_time=1024 rate=0x10000]
            mdia 321
              mdhd 32 created=0 modified=0 timescale=48000 duration=0
              hdlr 33 handler=soun
              elng 18 00000000 70742d42 5200
              minf 230
                smhd 16 00000000 00000000
                dinf 36
                  dref 28 entries=1
                    url  12 00000001
                stbl 170
                  stsd 94 entries=1
                    mp4a 78 channels=2 rate=48000
                      esds 42 00000000 031c0000 00041440 15000000 00017700 00017391 05051190 56e50006 0102
                  stts 16 00000000 00000000
                  stsc 16 00000000 00000000
                  stsz 20 00000000 00000000 00000000
                  stco 16 00000000 00000000
          mvex 60
            mehd 20 duration=120000
            trex 32 00000000 00000001 00000001 00000000 00000000 00000000
    "#]]
    .assert_eq(header);
}
