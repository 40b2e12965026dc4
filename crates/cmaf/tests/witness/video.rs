//! Video: two shots, encoded apart, become one track.

use crate::support::{encode_shot, ffmpeg, ffprobe, folder, frames, pictures, read_movie, run, write_track};
use cmaf::splice::{self, Shot, SpliceError, Spliced};
use media::FrameRate;
use mp4_atom::{Any, Codec, ReadFrom};
use std::fs::{self, File};
use std::path::Path;

/// Frames of the two shots, and the frame at which each has a second keyframe.
const SHOTS: [(&str, u64, u64); 2] = [("0.mp4", 30, 13), ("1.mp4", 23, 11)];
/// Segments over both, each at a keyframe; the one from 30 to 41 has none inside, the first has one.
const CUTS: [u64; 4] = [0, 30, 41, 53];

fn encode_and_splice(folder: &Path, rate: &str) -> Spliced {
    for (file, frames, key_frame) in SHOTS {
        encode_shot(folder, file, rate, frames, key_frame, "");
    }
    let movies = SHOTS.map(|(file, frames, _)| (read_movie(folder, file), frames));
    let shots: Vec<_> = movies.iter().map(|(movie, frames)| Shot { movie, frames: *frames }).collect();
    splice::video(&shots, rate.parse().unwrap()).unwrap()
}

#[test]
fn ffmpeg_shows_every_frame_once_and_on_time() {
    for rate in ["24000/1001", "25", "30000/1001", "60", "15/2"] {
        let folder = folder(&format!("video-{}", rate.replace('/', "-")));
        let spliced = encode_and_splice(&folder, rate);
        write_track(&folder, "track.mp4", &spliced, &CUTS, &["0.mp4", "1.mp4"]);

        let frame_ticks = u64::from(spliced.samples[0].duration);
        let shown = frames(&ffprobe(&folder, "track.mp4", "frame=pts"), frame_ticks);
        assert_eq!(shown, (0..53).collect::<Vec<_>>(), "{rate}");
        let packets = ffprobe(&folder, "track.mp4", "packet=pts,flags");
        let keys: Vec<_> =
            packets.iter().filter_map(|line| Some(line.strip_suffix(",K__")?.to_string())).collect();
        assert_eq!(frames(&keys, frame_ticks), [0, 13, 30, 41], "{rate}");
        let parsed: FrameRate = rate.parse().unwrap();
        let stream = ffprobe(&folder, "track.mp4", "stream=codec_name,profile,width,height,r_frame_rate");
        assert_eq!(stream, [format!("h264,High,320,180,{parsed}")], "{rate}");
    }
}

#[test]
fn pictures_are_those_of_the_shots() {
    let folder = folder("video-pictures");
    let spliced = encode_and_splice(&folder, "25");
    write_track(&folder, "track.mp4", &spliced, &CUTS, &["0.mp4", "1.mp4"]);
    let hashes = |file| pictures(&folder, file).into_iter().map(|(_, hash)| hash).collect::<Vec<_>>();
    assert_eq!(hashes("track.mp4"), [hashes("0.mp4"), hashes("1.mp4")].concat());
}

/// Each segment must play after the header alone, as it does after a seek.
#[test]
fn each_segment_plays_on_its_own() {
    let folder = folder("video-segments");
    let spliced = encode_and_splice(&folder, "25");
    let index = write_track(&folder, "track.mp4", &spliced, &CUTS, &["0.mp4", "1.mp4"]);
    let track = fs::read(folder.join("track.mp4")).unwrap();
    for (segment, cut) in index.segments.iter().zip(CUTS.windows(2)) {
        let bytes = &track[segment.bytes.offset as usize..segment.bytes.end() as usize];
        fs::write(folder.join("segment.mp4"), [&track[..index.header.length as usize], bytes].concat())
            .unwrap();
        ffmpeg(&folder, "-i segment.mp4 -f null -");
        let shown = frames(&ffprobe(&folder, "segment.mp4", "frame=pts"), 1000);
        assert_eq!(shown, (cut[0]..cut[1]).collect::<Vec<_>>());
        assert_eq!((segment.start, segment.duration), (cut[0] * 1000, (cut[1] - cut[0]) * 1000));
    }
}

#[test]
fn mp4_atom_reads_what_was_meant() {
    let folder = folder("video-atoms");
    let spliced = encode_and_splice(&folder, "25");
    let index = write_track(&folder, "track.mp4", &spliced, &CUTS, &["0.mp4", "1.mp4"]);
    let mut file = File::open(folder.join("track.mp4")).unwrap();
    let mut samples = spliced.samples.iter();
    let mut kinds = Vec::new();
    while let Some(atom) = Option::<Any>::read_from(&mut file).unwrap() {
        kinds.push(atom.kind().to_string());
        match atom {
            Any::Moov(moov) => {
                let track = &moov.trak[0];
                // Two frames of reordering, edited away.
                let edits = &track.edts.as_ref().unwrap().elst.as_ref().unwrap().entries;
                let edits: Vec<_> =
                    edits.iter().map(|edit| (edit.media_time, edit.segment_duration)).collect();
                assert_eq!(edits, [(Some(2000), 53_000)]);
                assert_eq!((track.mdia.mdhd.timescale, track.tkhd.width.integer()), (25_000, 320));
                assert_eq!(moov.mvex.unwrap().mehd.unwrap().fragment_duration, 53_000);
                let Codec::Avc1(avc1) = &track.mdia.minf.stbl.stsd.codecs[0] else { panic!("not avc1") };
                assert_eq!(
                    (avc1.visual.width, avc1.visual.height, avc1.avcc.sequence_parameter_sets.len()),
                    (320, 180, 1)
                );
            }
            Any::Sidx(sidx) => {
                let seen: Vec<_> =
                    sidx.references.iter().map(|r| (r.referenced_size, r.subsegment_duration)).collect();
                let spans = index.segments.iter().map(|s| (s.bytes.length as u32, s.duration as u32));
                assert_eq!(seen, spans.collect::<Vec<_>>());
                assert!(
                    sidx.references.iter().all(|r| r.starts_with_sap && r.sap_type == 1 && !r.reference_type)
                );
            }
            Any::Moof(moof) => {
                let traf = &moof.traf[0];
                let (tfhd, trun) = (&traf.tfhd, &traf.trun[0]);
                for (number, entry) in trun.samples.iter().enumerate() {
                    let sample = samples.next().unwrap();
                    if number == 0 {
                        assert_eq!(traf.tfdt.as_ref().unwrap().base_media_decode_time, sample.dts);
                    }
                    assert_eq!(entry.size, Some(sample.size));
                    assert_eq!(entry.cts.unwrap_or(0), i64::from(sample.composition_offset));
                    assert_eq!(entry.duration.or(tfhd.default_sample_duration), Some(sample.duration));
                    let non_sync = entry.flags.or(tfhd.default_sample_flags).unwrap() >> 16 & 1;
                    assert_eq!(non_sync == 0, sample.sync);
                }
            }
            _ => {}
        }
    }
    assert_eq!(samples.next(), None);
    assert_eq!(kinds, ["ftyp", "moov", "sidx", "moof", "mdat", "moof", "mdat", "moof", "mdat"]);
}

#[test]
fn the_packager_describes_the_track() {
    let folder = folder("video-packager");
    let spliced = encode_and_splice(&folder, "24000/1001");
    write_track(&folder, "track.mp4", &spliced, &CUTS, &["0.mp4", "1.mp4"]);
    let output = run("packager", &folder, &["input=track.mp4", "--dump_stream_info"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for expected in [
        &format!("codec_string: {}", spliced.description.entry.codecs()),
        "type: Video",
        "time_scale: 24000",
        "duration: 53053 (2.2 seconds)",
        "width: 320",
        "height: 180",
    ] {
        assert!(text.contains(expected), "no {expected:?} in {text}");
    }
}

/// Every box of a header, looked through by hand against the clauses that `cmaf::track` cites.
#[test]
fn a_track_has_the_boxes_of_cmaf() {
    let folder = folder("video-boxes");
    let spliced = encode_and_splice(&folder, "25");
    write_track(&folder, "track.mp4", &spliced, &CUTS, &["0.mp4", "1.mp4"]);
    let dump = cmaf::dump::text(&mut File::open(folder.join("track.mp4")).unwrap()).unwrap();
    let header = dump.split("sidx").next().unwrap();
    expect_test::expect![[r#"
        ftyp 28 major=cmfc minor=0 compatible=cmfc iso6 dash
        moov 725
          mvhd 108 created=0 modified=0 timescale=25000 duration=0
          trak 549
            tkhd 92 flags=0x7 id=1 duration=0 size=320x180
            edts 44
              elst 36 v1 [duration=53000 media_time=2000 rate=0x10000]
            mdia 405
              mdhd 32 created=0 modified=0 timescale=25000 duration=0
              hdlr 33 handler=vide
              minf 332
                vmhd 20 00000001 00000000 00000000
                dinf 36
                  dref 28 entries=1
                    url  12 00000001
                stbl 268
                  stsd 192 entries=1
                    avc1 176 size=320x180
                      avcC 55 0164000c ffe1001c 6764000c acd94141 9f9f016a 02020280 00000300 80000019 078a14cb 01000468 efbcb0fd f8f800
                      colr 19 6e636c78 00010001 000100
                      pasp 16 00000001 00000001
                  stts 16 00000000 00000000
                  stsc 16 00000000 00000000
                  stsz 20 00000000 00000000 00000000
                  stco 16 00000000 00000000
          mvex 60
            mehd 20 duration=53000
            trex 32 00000000 00000001 00000001 00000000 00000000 00000000
    "#]].assert_eq(header);
}

#[test]
fn a_shot_with_other_parameter_sets_is_refused() {
    let folder = folder("video-unlike");
    encode_shot(&folder, "0.mp4", "25", 10, 0, "");
    encode_shot(&folder, "1.mp4", "25", 10, 0, "-refs 4");
    let movies = ["0.mp4", "1.mp4"].map(|file| read_movie(&folder, file));
    let shots: Vec<_> = movies.iter().map(|movie| Shot { movie, frames: 10 }).collect();
    let rate = FrameRate { num: 25, den: 1 };
    assert_eq!(splice::video(&shots, rate), Err(SpliceError::EntryDiffers { shot: 1 }));
}
