//! Formats: what each video encoder writes is joined without a seam, and described as ffmpeg and the packager do.

use crate::support::{
    Encoder, SDR, encode, ffprobe, folder, frames, packager_codecs, pictures, read_movie, write_track,
};
use cmaf::splice::{self, Shot, SpliceError, Spliced};
use media::FrameRate;
use media::picture::{ContentLight, MasteringDisplay};
use std::fs;
use std::path::Path;

const SDR_10_BIT: &str =
    "format=yuv420p10le,setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv";
const PQ: &str =
    "format=yuv420p10le,setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=smpte2084:range=tv";
const HLG: &str =
    "format=yuv420p10le,setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=arib-std-b67:range=tv";

/// The encoder's signature is left in on purpose: it differs from shot to shot.
const X265: &str = "-c:v libx265 -tag:v hvc1 -preset ultrafast -x265-params \
                    log-level=error:pools=1:open-gop=0:bframes=3:keyint=1000:min-keyint=1:scenecut=0";
const X265_OPEN: &str = "-c:v libx265 -tag:v hvc1 -preset ultrafast -x265-params \
                         log-level=error:pools=1:open-gop=1:bframes=3:b-adapt=0:keyint=10:min-keyint=10:scenecut=0";
const X265_HIGH: &str = "-c:v libx265 -tag:v hvc1 -preset ultrafast -x265-params \
                         log-level=error:pools=1:level-idc=4.1:high-tier=1:vbv-maxrate=30000:vbv-bufsize=30000";
const VPX: &str = "-c:v libvpx-vp9 -b:v 0 -cpu-used 8 -threads 1 -g 1000 -auto-alt-ref 1 -lag-in-frames 16";
const SVT: &str = "-c:v libsvtav1 -preset 12 -g 1000 -svtav1-params lp=1:scd=0";

/// Frames of the two shots, the frame at which each has a second keyframe, and their quality.
const SHOTS: [(&str, u64, u64, u32); 2] = [("0.mp4", 30, 13, 24), ("1.mp4", 23, 11, 40)];
/// Segments over both, each at a keyframe.
const CUTS: [u64; 4] = [0, 30, 41, 53];

/// Formats by name, with what ffprobe must say of their tracks.
const FORMATS: [(&str, Encoder, &str); 7] = [
    (
        "hevc",
        Encoder { filter: SDR_10_BIT, args: X265 },
        "hevc,Main 10,hvc1,yuv420p10le,tv,bt709,bt709,bt709",
    ),
    (
        "hevc-pq",
        Encoder { filter: PQ, args: X265 },
        "hevc,Main 10,hvc1,yuv420p10le,tv,bt2020nc,smpte2084,bt2020",
    ),
    ("vp9", Encoder { filter: SDR, args: VPX }, "vp9,Profile 0,vp09,yuv420p,tv,bt709,bt709,bt709"),
    (
        "vp9-pq",
        Encoder { filter: PQ, args: VPX },
        "vp9,Profile 2,vp09,yuv420p10le,tv,bt2020nc,smpte2084,bt2020",
    ),
    ("av1", Encoder { filter: SDR_10_BIT, args: SVT }, "av1,Main,av01,yuv420p10le,tv,bt709,bt709,bt709"),
    ("av1-pq", Encoder { filter: PQ, args: SVT }, "av1,Main,av01,yuv420p10le,tv,bt2020nc,smpte2084,bt2020"),
    (
        "av1-hlg",
        Encoder { filter: HLG, args: SVT },
        "av1,Main,av01,yuv420p10le,tv,bt2020nc,arib-std-b67,bt2020",
    ),
];

fn encode_and_splice(folder: &Path, encoder: Encoder) -> Spliced {
    for (file, frames, key_frame, crf) in SHOTS {
        let extra = format!("-crf {crf} -force_key_frames expr:eq(n,{key_frame})");
        encode(folder, file, "320x180:rate=25", frames, encoder, &extra);
    }
    let movies = SHOTS.map(|(file, frames, ..)| (read_movie(folder, file), frames));
    let shots: Vec<_> = movies.iter().map(|(movie, frames)| Shot { movie, frames: *frames }).collect();
    splice::video(&shots, FrameRate { num: 25, den: 1 }).unwrap()
}

#[test]
fn ffmpeg_shows_every_frame_once_and_on_time() {
    for (name, encoder, stream) in FORMATS {
        let folder = folder(&format!("format-{name}"));
        let spliced = encode_and_splice(&folder, encoder);
        let index = write_track(&folder, "track.mp4", &spliced, &CUTS, &["0.mp4", "1.mp4"]);

        let (times, hashes): (Vec<_>, Vec<_>) = pictures(&folder, "track.mp4").into_iter().unzip();
        assert_eq!(frames(&times, 1000), (0..53).collect::<Vec<_>>(), "{name}");
        let shots = ["0.mp4", "1.mp4"].map(|file| pictures(&folder, file)).concat();
        assert_eq!(hashes, shots.into_iter().map(|(_, hash)| hash).collect::<Vec<_>>(), "{name}");
        let packets = ffprobe(&folder, "track.mp4", "packet=pts,flags");
        let keys: Vec<_> =
            packets.iter().filter_map(|line| Some(line.strip_suffix(",K__")?.to_string())).collect();
        assert_eq!(frames(&keys, 1000), [0, 13, 30, 41], "{name}");
        let entries = "stream=codec_name,profile,codec_tag_string,pix_fmt,color_range,color_space,\
                       color_transfer,color_primaries";
        assert_eq!(ffprobe(&folder, "track.mp4", entries), [stream], "{name}");

        let track = fs::read(folder.join("track.mp4")).unwrap();
        for (segment, cut) in index.segments.iter().zip(CUTS.windows(2)) {
            let bytes = &track[segment.bytes.offset as usize..segment.bytes.end() as usize];
            fs::write(folder.join("segment.mp4"), [&track[..index.header.length as usize], bytes].concat())
                .unwrap();
            let (times, own): (Vec<_>, Vec<_>) = pictures(&folder, "segment.mp4").into_iter().unzip();
            assert_eq!(frames(&times, 1000), (cut[0]..cut[1]).collect::<Vec<_>>(), "{name}");
            assert_eq!(own, hashes[cut[0] as usize..cut[1] as usize], "{name}");
        }
    }
}

/// What the packager always says of VP9 and AV1, and what we leave out where it is the usual.
const USUAL_COLOUR: [&str; 2] = [".01.01.01.01.00", ".0.110.01.01.01.0"];

#[test]
fn the_packager_has_the_same_codecs() {
    let folder = folder("format-codecs");
    for (pictures, filter, args, expected) in [
        ("320x180:rate=25", SDR, X265, "hvc1.1.6.L60.90"),
        ("1280x720:rate=50", SDR_10_BIT, X265, "hvc1.2.4.L120.90"),
        ("1920x1080:rate=24", PQ, X265_HIGH, "hvc1.2.4.H123.90"),
        ("320x180:rate=25", SDR, VPX, "vp09.00.11.08"),
        ("1920x1080:rate=24", SDR, VPX, "vp09.00.40.08"),
        ("1280x720:rate=25", HLG, VPX, "vp09.02.31.10.01.09.18.09.00"),
        ("640x360:rate=24", SDR, SVT, "av01.0.01M.08"),
        ("1280x720:rate=50", SDR_10_BIT, SVT, "av01.0.08M.10"),
        ("1920x1080:rate=24", PQ, SVT, "av01.0.08M.10.0.110.09.16.09.0"),
        ("1920x1080:rate=24", HLG, SVT, "av01.0.08M.10.0.110.09.18.09.0"),
    ] {
        encode(&folder, "0.mp4", pictures, 2, Encoder { filter, args }, "-crf 40 -y");
        let movie = read_movie(&folder, "0.mp4");
        let rate = pictures.rsplit('=').next().unwrap().parse().unwrap();
        let spliced = splice::video(&[Shot { movie: &movie, frames: 2 }], rate).unwrap();
        write_track(&folder, "track.mp4", &spliced, &[0, 2], &["0.mp4"]);
        let ours = spliced.description.entry.codecs();
        let witness = packager_codecs(&folder, "track.mp4");
        let usual = USUAL_COLOUR.map(|colour| format!("{ours}{colour}"));
        assert!(witness == ours || usual.contains(&witness), "{ours}, the packager {witness}");
        assert_eq!(ours, expected, "{pictures} {filter} {args}");
    }
}

/// What is known of the master's grading is put beside what the encoder's file says, and ffprobe reads it back.
#[test]
fn grading_is_told() {
    let folder = folder("format-grading");
    encode(&folder, "0.mp4", "320x180:rate=25", 5, Encoder { filter: PQ, args: SVT }, "-crf 40");
    let movie = read_movie(&folder, "0.mp4");
    let rate = FrameRate { num: 25, den: 1 };
    let mut spliced = splice::video(&[Shot { movie: &movie, frames: 5 }], rate).unwrap();
    let visual = spliced.description.entry.visual_mut().unwrap();
    visual.mastering = Some(MasteringDisplay {
        primaries: [(34_000, 16_000), (13_250, 34_500), (7500, 3000)],
        white: (15_635, 16_450),
        luminance_max: 10_000_000,
        luminance_min: 50,
    });
    visual.light = Some(ContentLight { max: 1000, frame_average_max: 400 });
    write_track(&folder, "track.mp4", &spliced, &[0, 5], &["0.mp4"]);
    let entries = "stream_side_data=red_x,red_y,green_x,green_y,blue_x,blue_y,white_point_x,white_point_y,\
                   min_luminance,max_luminance,max_content,max_average";
    let expected = "34000/50000,16000/50000,13250/50000,34500/50000,7500/50000,3000/50000,15635/50000,16450/50000,\
                    50/10000,10000000/10000";
    assert_eq!(ffprobe(&folder, "track.mp4", entries).join(","), format!("{expected},1000,400"));
}

#[test]
fn a_shot_with_open_groups_of_pictures_is_refused() {
    let folder = folder("format-open");
    encode(&folder, "0.mp4", "320x180:rate=25", 30, Encoder { filter: SDR, args: X265_OPEN }, "");
    let movie = read_movie(&folder, "0.mp4");
    let spliced = splice::video(&[Shot { movie: &movie, frames: 30 }], FrameRate { num: 25, den: 1 });
    assert!(matches!(spliced, Err(SpliceError::OpenGroup { shot: 0, .. })), "{spliced:?}");
}
