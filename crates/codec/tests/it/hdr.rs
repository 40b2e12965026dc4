//! High dynamic range from the master to the encode: what it says of its colour and grading is kept.

use super::bench::{Bench, plain};
use ::encode::command::{Hdr, Settings, options};
use codec::encode::{self, encode};
use codec::mezzanine::{Job, make};
use codec::probe::probe;
use media::codec::{Format, VideoCodec};
use media::facts::VideoFacts;
use media::master::Conform;
use media::picture::{ContentLight, MasteringDisplay, Transfer};
use media::rung::{Crf, Effort, Trial};
use media::{Cadence, FrameRange, FrameRate, Size};
use std::path::{Path, PathBuf};

const SIZE: Size = Size { width: 320, height: 180 };
const RATE: FrameRate = FrameRate { num: 24, den: 1 };
/// A P3 display of 1000 cd/m², in x265's notation and in ours.
const DISPLAY: &str = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)";
const MASTERING: MasteringDisplay = MasteringDisplay {
    primaries: [(34000, 16000), (13250, 34500), (7500, 3000)],
    white: (15635, 16450),
    luminance_max: 10_000_000,
    luminance_min: 50,
};
const LIGHT: ContentLight = ContentLight { max: 987, frame_average_max: 123 };

/// A master in HEVC Main 10 with this transfer, and its facts.
async fn master(bench: &Bench, transfer: &str, params: &str) -> (PathBuf, VideoFacts) {
    let colour = format!("color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc:range=tv");
    bench
        .ffmpeg(&format!(
            "-f lavfi -i testsrc2=s=320x180:r=24 -vf format=yuv420p10le,setparams={colour} -frames:v 12 -c:v libx265 \
             -preset ultrafast -x265-params log-level=error:pools=none{params} master.mp4"
        ))
        .await;
    let path = bench.path("master.mp4");
    let facts = probe(&bench.tools, &path).await.unwrap().facts.video.remove(0);
    (path, facts)
}

/// Both mezzanines: standard, high.
async fn mezzanines(bench: &Bench, master: &Path, video: &VideoFacts) -> (PathBuf, PathBuf) {
    let conform = Conform { transfer: video.colour.transfer_class(), ..plain(SIZE, RATE) };
    let folder = bench.folder("mezzanine");
    let job = Job {
        master,
        video,
        conform: &conform,
        folder: &folder,
        file_name: "standard.mov",
        hdr_file_name: Some("high.mov"),
    };
    let made = make(&bench.tools, &job, &mut |_| {}, &mut |_| {}).await.unwrap();
    assert_eq!((made.frames, made.decode_errors), (12, 0));
    (folder.join("standard.mov"), folder.join("high.mov"))
}

async fn encoded(bench: &Bench, mezzanine: &Path, format: Format, hdr: Hdr) -> VideoFacts {
    let trial = Trial { size: Size { width: 160, height: 90 }, crf: Crf(300) };
    let settings = Settings { hdr: Some(hdr), ..Settings::trial(format, &trial, RATE, Effort::Final) };
    let folder = bench.folder(&format.to_string());
    let job = encode::Job {
        mezzanine,
        rate: RATE,
        frames: FrameRange { start: 2, end: 10 },
        cadence: Cadence::Full,
        size: trial.size,
        encoder_args: &options(&settings, &[0]),
        folder: &folder,
        file_name: "shot.mp4",
    };
    encode(&bench.tools, &job, &mut |_| {}).await.unwrap();
    probe(&bench.tools, &folder.join("shot.mp4")).await.unwrap().facts.video.remove(0)
}

/// Primaries, transfer and matrix, one after the other.
fn colour(video: &VideoFacts) -> String {
    let names = [&video.colour.primaries, &video.colour.transfer, &video.colour.matrix];
    names.map(|name| name.as_deref().unwrap_or("none")).join(" ")
}

#[tokio::test]
async fn what_an_hdr_master_says_reaches_the_encode() {
    let bench = Bench::new().await;
    let graded = format!(":hdr10=1:master-display={DISPLAY}:max-cll=987,123");
    for (transfer, class, params, mastering, light) in [
        ("smpte2084", Transfer::Pq, graded.as_str(), Some(MASTERING), Some(LIGHT)),
        ("smpte2084", Transfer::Pq, "", None, None),
        ("arib-std-b67", Transfer::Hlg, "", None, None),
    ] {
        let (path, facts) = master(&bench, transfer, params).await;
        assert_eq!((facts.bit_depth, facts.mastering, facts.light), (10, mastering, light), "{transfer}");
        let (standard, high) = mezzanines(&bench, &path, &facts).await;
        let of_high = probe(&bench.tools, &high).await.unwrap().facts.video.remove(0);
        assert_eq!((of_high.mastering, of_high.light, of_high.bit_depth), (mastering, light, 10));
        for codec in [VideoCodec::Hevc, VideoCodec::Av1] {
            let format = Format { codec, transfer: class };
            let seen = encoded(&bench, &high, format, Hdr { mastering, light }).await;
            assert_eq!(colour(&seen), format!("bt2020 {transfer} bt2020nc"), "{format}");
            assert_eq!((seen.mastering, seen.light, seen.bit_depth), (mastering, light, 10), "{format}");
            assert_eq!(seen.container_colour.as_ref(), Some(&seen.colour), "{format}");
        }
        // The standard rendition says nothing of a grading that is no longer its own.
        let format = Format { codec: VideoCodec::Hevc, transfer: Transfer::Sdr };
        let seen = encoded(&bench, &standard, format, Hdr::default()).await;
        assert_eq!((colour(&seen).as_str(), seen.mastering, seen.light), ("bt709 bt709 bt709", None, None));
    }
}

#[tokio::test]
async fn the_high_mezzanine_has_the_masters_samples() {
    let bench = Bench::new().await;
    let (path, facts) = master(&bench, "smpte2084", "").await;
    let (_, high) = mezzanines(&bench, &path, &facts).await;
    assert_eq!(bench.picture_sums(&high).await, bench.picture_sums(&path).await);
}
