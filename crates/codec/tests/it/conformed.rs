//! The picture after the conform: upright, BT.709 limited range, frames and not fields. Expected samples are from
//! ITU-T H.273's equations.

use super::bench::{Bench, plain, video};
use super::mezzanine::mezzanine;
use codec::probe::probe;
use media::facts::VideoFacts;
use media::master::Conform;
use media::picture::{Colour, Transfer};
use media::{FrameRate, Size};
use std::path::Path;

const SIZE: Size = Size { width: 320, height: 180 };
const RATE: FrameRate = FrameRate { num: 25, den: 1 };

/// Y, Cb and Cr in the middle of each of the four quarters of the first frame.
async fn quarters(bench: &Bench, file: &Path, size: Size) -> [[u8; 3]; 4] {
    std::fs::copy(file, bench.path("look.mp4")).unwrap();
    let planes = bench.ffmpeg("-i look.mp4 -frames:v 1 -f rawvideo -pix_fmt yuv420p -").await;
    let (width, height) = (size.width as usize, size.height as usize);
    let sample = |x: usize, y: usize| {
        let chroma = width * height + y / 2 * (width / 2) + x / 2;
        [planes[y * width + x], planes[chroma], planes[chroma + width * height / 4]]
    };
    let (left, right, top, bottom) = (width / 4, width * 3 / 4, height / 4, height * 3 / 4);
    [sample(left, top), sample(right, top), sample(left, bottom), sample(right, bottom)]
}

fn assert_near(seen: [u8; 3], expected: [u8; 3], what: &str) {
    let near = seen.iter().zip(expected).all(|(&seen, expected)| seen.abs_diff(expected) <= 2);
    assert!(near, "{what}: {seen:?}, not {expected:?}");
}

async fn conformed(bench: &Bench, name: &str, facts: &VideoFacts, conform: &Conform) -> [[u8; 3]; 4] {
    let (file, made, _) = mezzanine(bench, name, &bench.path("master.mkv"), facts, conform).await;
    assert_eq!(made.decode_errors, 0);
    quarters(bench, &file, conform.size).await
}

#[tokio::test]
async fn colours_become_bt709_limited() {
    let bench = Bench::new().await;
    // Red: Kr is 0.299 in BT.601 and 0.2126 in BT.709.
    let bt709_red = [63, 102, 240];
    for (matrix, range, pixel_format) in [
        ("smpte170m", "tv", "yuv420p"),
        ("bt470bg", "tv", "yuv422p10le"),
        ("bt709", "tv", "yuv444p"),
        ("smpte170m", "pc", "yuv420p"),
        ("bt709", "pc", "yuv420p"),
    ] {
        let filter = format!("scale=out_color_matrix={matrix}:out_range={range},format={pixel_format}");
        bench
            .ffmpeg(&format!("-f lavfi -i color=red:s=320x180:r=25,format=gbrp -vf {filter} -frames:v 3 -c:v ffv1 -colorspace {matrix} -color_range {range} master.mkv"))
            .await;
        let probed = probe(&bench.tools, &bench.path("master.mkv")).await.unwrap();
        let facts = &probed.facts.video[0];
        assert_eq!((facts.colour.matrix.as_deref(), facts.colour.full_range), (Some(matrix), range == "pc"));
        let seen = conformed(&bench, "m", facts, &plain(SIZE, RATE)).await;
        assert_near(seen[0], bt709_red, &format!("{matrix} {range} {pixel_format}"));
    }
}

#[tokio::test]
async fn what_is_not_said_goes_by_the_size() {
    let bench = Bench::new().await;
    for (size, matrix) in [("320x180", "smpte170m"), ("1280x720", "bt709")] {
        bench
            .ffmpeg(&format!("-f lavfi -i color=red:s={size}:r=25,format=gbrp -vf scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p,setparams=colorspace=unknown -frames:v 1 -c:v ffv1 master.mkv"))
            .await;
        let mut facts = probe(&bench.tools, &bench.path("master.mkv")).await.unwrap().facts.video.remove(0);
        facts.colour = Colour::default();
        let seen = conformed(&bench, "m", &facts, &plain(SIZE, RATE)).await;
        assert_near(seen[0], [63, 102, 240], size);
    }
}

#[tokio::test]
async fn hdr_is_tone_mapped() {
    let bench = Bench::new().await;
    // Black, dark grey, diffuse white (58 % PQ is 203 cd/m2, ITU-R BT.2408) and near the peak, in 10-bit limited PQ.
    let levels = "lum='if(lt(Y,90),if(lt(X,160),64,300),if(lt(X,160),573,900))':cb=512:cr=512";
    for (transfer, class) in [("smpte2084", Transfer::Pq), ("arib-std-b67", Transfer::Hlg)] {
        bench
            .ffmpeg(&format!("-f lavfi -i color=s=320x180:r=25,format=yuv420p10le,geq={levels},setparams=colorspace=bt2020nc:color_trc={transfer}:color_primaries=bt2020:range=tv -frames:v 2 -c:v ffv1 -color_trc {transfer} -color_primaries bt2020 -colorspace bt2020nc master.mkv"))
            .await;
        let facts = probe(&bench.tools, &bench.path("master.mkv")).await.unwrap().facts.video.remove(0);
        assert_eq!(facts.colour.transfer_class(), class);
        let conform = Conform { transfer: class, ..plain(SIZE, RATE) };
        let [black, dark, white, peak] = conformed(&bench, "m", &facts, &conform).await;
        assert_near(black, [16, 128, 128], "black");
        assert!(
            dark[0] > 18 && white[0] > dark[0] + 20 && peak[0] > white[0] + 10,
            "{dark:?} {white:?} {peak:?}"
        );
        assert!(peak[0] <= 235, "{peak:?}");
        for grey in [dark, white, peak] {
            assert_near(grey, [grey[0], 128, 128], "grey stays grey");
        }
    }
}

#[tokio::test]
async fn phones_pictures_are_turned_upright() {
    let bench = Bench::new().await;
    bench.ffmpeg("-f lavfi -i color=black:s=320x180:r=25,drawbox=w=160:h=90:color=white:t=fill -frames:v 3 -c:v libx264 -qp 0 flat.mp4").await;
    // 90 degrees counter-clockwise in ffmpeg's words: what is at the top left comes to the bottom left.
    bench.ffmpeg("-display_rotation 90 -i flat.mp4 -c copy master.mp4").await;
    let facts = probe(&bench.tools, &bench.path("master.mp4")).await.unwrap().facts.video.remove(0);
    assert_eq!(facts.rotation_degrees, 270);
    let size = Size { width: 180, height: 320 };
    let (file, ..) = mezzanine(&bench, "m", &bench.path("master.mp4"), &facts, &plain(size, RATE)).await;
    let luma = quarters(&bench, &file, size).await.map(|sample| sample[0]);
    assert_eq!(luma, [16, 16, 235, 16]);
}

#[tokio::test]
async fn fields_become_frames() {
    let bench = Bench::new().await;
    bench.ffmpeg("-f lavfi -i testsrc2=s=320x180:r=50:d=1 -vf tinterlace=interleave_top,setfield=tff -c:v mpeg2video -flags +ildct+ilme -q:v 2 master.mkv").await;
    let facts = probe(&bench.tools, &bench.path("master.mkv")).await.unwrap().facts.video.remove(0);
    assert!(facts.interlaced, "{facts:?}");
    let conform = Conform { deinterlace: true, ..plain(SIZE, RATE) };
    let (_, made, _) = mezzanine(&bench, "m", &bench.path("master.mkv"), &video(SIZE, RATE), &conform).await;
    assert_eq!(made.frames, 25);
}
