//! The filter graph that conforms a picture. Pure text, decided by the stream's facts and the conform.
//!
//! Order: fields to frames, size and colour, rate. ffmpeg itself applies the rotation before the graph.
//! SDR goes through swscale, which takes every pixel format; its matrix and range become BT.709 limited, while
//! BT.601 primaries are kept as they are, a difference too small to see. HDR and BT.2020 go through zimg, which
//! knows transfers and primaries. What the frames carry beside samples is dropped: it describes the master, and what
//! holds of the mezzanine as well is written there.

use super::{ANALYSIS_SIZE, Wanted};
use media::Size;
use media::facts::VideoFacts;
use media::master::Conform;
use media::picture::{Colour, Transfer};

/// Luminance of diffuse white in nits to which tone-mapping scales (ITU-R BT.2408 gives 203 for HDR reference
/// white; 100 is the SDR display's, ITU-R BT.1886).
const SDR_WHITE_NITS: u32 = 100;

/// The graph with the outputs `[mezzanine]` and `[analysis]`, and `[hdr]` where that is wanted; the first frame's time
/// goes to `start_file`.
pub(super) fn graph(video: &VideoFacts, conform: &Conform, wanted: Wanted, start_file: &str) -> String {
    let mut source = vec![
        "metadata=mode=add:key=first:value=1:enable='eq(n,0)'".to_string(),
        format!("metadata=mode=print:key=first:file={start_file}:enable='eq(n,0)'"),
        "sidedata=mode=delete".into(),
    ];
    if conform.deinterlace {
        source.push("bwdif=mode=send_frame:parity=auto:deint=all".into());
    }
    let mut standard = picture(video, conform, wanted.bit_depth);
    standard.push("setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709".into());
    standard.push("setsar=1".into());
    let start = if wanted.hdr {
        // Numbered before they part, so that both have the same frames.
        source.extend(timing(video, conform));
        let high = high_range(&video.colour, conform).join(",");
        format!("{},split[low][high];[high]{high}[hdr];[low]{}", source.join(","), standard.join(","))
    } else {
        source.extend(standard);
        source.extend(timing(video, conform));
        source.join(",")
    };
    let analysis = analysis(conform.size);
    format!("[0:{}]{start},split[mezzanine][reduce];[reduce]{analysis}[analysis]", video.stream)
}

/// From a picture of that size to an analysis frame.
fn analysis(size: Size) -> String {
    let (width, height) = (ANALYSIS_SIZE.width, ANALYSIS_SIZE.height / 2);
    let luma = "format=yuv420p,extractplanes=y";
    let reduced = format!("scale={width}:{height}:flags=area+accurate_rnd,{luma}");
    // What is smaller than its own centre has no pixels to spare.
    let is_tiny = size.width < width || size.height < height;
    let own = if is_tiny { reduced.clone() } else { format!("crop={width}:{height},{luma}") };
    format!("split[whole][centre];[whole]{reduced}[reduced];[centre]{own}[own];[reduced][own]vstack")
}

/// Constant rate, numbered from 0.
fn timing(video: &VideoFacts, conform: &Conform) -> Vec<String> {
    let mut filters = Vec::new();
    if conform.resample_rate {
        filters.push(format!("fps=fps={}", conform.rate));
    }
    filters.push(crate::encode::restamp(conform.rate));
    if conform.resample_rate {
        filters.push(format!("trim=end_frame={}", frames_max(video, conform)));
    }
    filters
}

/// The frames after which doubling stops: damaged timestamps can ask for years of one picture. Half as much again as
/// the stream declares and ten seconds, so that ingest sees that it was too much; a day where nothing is declared.
fn frames_max(video: &VideoFacts, conform: &Conform) -> u64 {
    const DAY_S: f64 = 24.0 * 3600.0;
    let seconds = video.duration_s.map_or(DAY_S, |declared| (declared * 1.5 + 10.0).min(DAY_S));
    (seconds * conform.rate.fps()).ceil() as u64
}

/// Size, matrix, range, pixel format; tone-mapping where the source is HDR.
fn picture(video: &VideoFacts, conform: &Conform, bit_depth: u8) -> Vec<String> {
    let wide = video.colour.primaries.as_deref() == Some("bt2020");
    let mut filters = match conform.transfer {
        Transfer::Sdr if wide => vec![wide_gamut(&video.colour, conform.size)],
        Transfer::Sdr => vec![standard(video, conform.size)],
        Transfer::Pq | Transfer::Hlg => tone_mapped(&video.colour, conform),
    };
    filters.push(format!("format={}", super::pixel_format(bit_depth)));
    if conform.transfer != Transfer::Sdr {
        // What is brighter than the declared peak comes out above white.
        let scale = 1 << (bit_depth - 8);
        filters.push(format!("limiter=min={}:max={}:planes=1", 16 * scale, 235 * scale));
    }
    filters
}

fn standard(video: &VideoFacts, size: Size) -> String {
    let from = source_matrix(video).map_or(String::new(), |matrix| format!(":in_color_matrix={matrix}"));
    let range = if video.colour.full_range { "pc" } else { "tv" };
    let Size { width, height } = size;
    format!(
        "scale={width}:{height}:flags=lanczos+accurate_rnd+full_chroma_int{from}:out_color_matrix=bt709\
         :in_range={range}:out_range=tv"
    )
}

/// The matrix in swscale's names; where the stream does not say, players go by the size: BT.709 from 720 lines on.
/// `None` for RGB, which has none.
fn source_matrix(video: &VideoFacts) -> Option<&'static str> {
    let is_rgb = ["rgb", "bgr", "gbr", "argb", "abgr", "pal8", "0rgb", "0bgr"]
        .iter()
        .any(|start| video.pixel_format.starts_with(start));
    match video.colour.matrix.as_deref() {
        _ if is_rgb => None,
        Some("bt709") => Some("bt709"),
        Some("bt470bg" | "smpte170m") => Some("smpte170m"),
        Some("smpte240m") => Some("smpte240m"),
        Some("fcc") => Some("fcc"),
        Some("bt2020nc" | "bt2020c") => Some("bt2020"),
        _ if video.size.height >= 720 || video.size.width >= 1280 => Some("bt709"),
        _ => Some("smpte170m"),
    }
}

/// BT.2020 without HDR: the primaries must be changed as well.
fn wide_gamut(colour: &Colour, size: Size) -> String {
    let Size { width, height } = size;
    let source = zimg_source(colour, "709");
    format!("zscale=w={width}:h={height}:f=lanczos:{source}:m=709:t=709:p=709:r=limited")
}

fn tone_mapped(colour: &Colour, conform: &Conform) -> Vec<String> {
    let Size { width, height } = conform.size;
    let source = zimg_source(colour, zimg_transfer(conform.transfer));
    vec![
        format!("zscale=w={width}:h={height}:f=lanczos:{source}:t=linear:npl={SDR_WHITE_NITS}"),
        "format=gbrpf32le".into(),
        "zscale=p=709".into(),
        "tonemap=tonemap=hable:desat=0".into(),
        "zscale=t=709:m=709:r=limited".into(),
    ]
}

/// The master's own dynamic range, in the one colour space in which it is delivered (ITU-R BT.2100, non-constant
/// luminance, limited range, 10-bit).
fn high_range(colour: &Colour, conform: &Conform) -> [String; 4] {
    let Size { width, height } = conform.size;
    let transfer = zimg_transfer(conform.transfer);
    let source = zimg_source(colour, transfer);
    let name = if conform.transfer == Transfer::Hlg { "arib-std-b67" } else { "smpte2084" };
    [
        format!("zscale=w={width}:h={height}:f=lanczos:{source}:m=2020_ncl:t={transfer}:p=2020:r=limited"),
        "format=yuv420p10le".into(),
        format!("setparams=range=tv:color_primaries=bt2020:color_trc={name}:colorspace=bt2020nc"),
        "setsar=1".into(),
    ]
}

fn zimg_transfer(transfer: Transfer) -> &'static str {
    match transfer {
        Transfer::Sdr => "709",
        Transfer::Pq => "smpte2084",
        Transfer::Hlg => "arib-std-b67",
    }
}

/// The source's colour in zimg's names; BT.2020 where the stream does not say.
fn zimg_source(colour: &Colour, transfer: &str) -> String {
    let matrix = match colour.matrix.as_deref() {
        Some("bt709") => "709",
        Some("bt2020c") => "2020_cl",
        Some("ictcp") => "ictcp",
        Some("gbr") => "gbr",
        _ => "2020_ncl",
    };
    let primaries = match colour.primaries.as_deref() {
        Some("bt709") => "709",
        Some("smpte432") => "smpte432",
        Some("smpte431") => "smpte431",
        _ => "2020",
    };
    let range = if colour.full_range { "full" } else { "limited" };
    format!("min={matrix}:tin={transfer}:pin={primaries}:rin={range}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::FrameRate;

    /// Compares the graph up to the split; `change` makes a plain 1080p24 stream and its conform into the case's.
    fn check(change: impl FnOnce(&mut VideoFacts, &mut Conform), expected: &[&str]) {
        let size = Size { width: 1920, height: 1080 };
        let rate = FrameRate { num: 24, den: 1 };
        let mut video = VideoFacts {
            stream: 2,
            codec: "h264".into(),
            size,
            sample_aspect: (1, 1),
            rotation_degrees: 0,
            pixel_format: "yuv420p".into(),
            frame_rate_average: Some(rate),
            frame_rate_base: Some(rate),
            frames: None,
            start_s: 0.0,
            duration_s: Some(60.0),
            interlaced: false,
            colour: Colour::default(),
            container_colour: None,
            bit_depth: 8,
            mastering: None,
            light: None,
            dolby_vision_profile: None,
        };
        let mut conform =
            Conform { size, rate, resample_rate: false, deinterlace: false, transfer: Transfer::Sdr };
        change(&mut video, &mut conform);
        let wanted = Wanted { bit_depth: video.bit_depth, hdr: false };
        let graph = graph(&video, &conform, wanted, "start.txt");
        let (filters, _) = graph.split_once(",split[mezzanine][reduce]").expect("one split");
        let common = "[0:2]metadata=mode=add:key=first:value=1:enable='eq(n,0)',\
                      metadata=mode=print:key=first:file=start.txt:enable='eq(n,0)',sidedata=mode=delete,";
        assert_eq!(filters.strip_prefix(common), Some(expected.join(",").as_str()));
    }

    const TAGGED: &str = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709,setsar=1";
    const NUMBERED: &str = "settb=1/24,setpts=N,fps=fps=24/1";

    /// The scaler's work on standard dynamic range, from this matrix and range.
    fn scaled(matrix: &str, range: &str) -> String {
        format!(
            "scale=1920:1080:flags=lanczos+accurate_rnd+full_chroma_int{matrix}:out_color_matrix=bt709\
             :in_range={range}:out_range=tv,format=yuv420p"
        )
    }

    #[test]
    fn standard_dynamic_range() {
        let bt709 = scaled(":in_color_matrix=bt709", "tv");
        check(|_, _| {}, &[&bt709, TAGGED, NUMBERED]);
        check(
            |video, _| video.colour.matrix = Some("smpte170m".into()),
            &[&scaled(":in_color_matrix=smpte170m", "tv"), TAGGED, NUMBERED],
        );
        check(|video, _| video.pixel_format = "gbrp".into(), &[&scaled("", "tv"), TAGGED, NUMBERED]);
        check(
            |video, _| video.colour.full_range = true,
            &[&scaled(":in_color_matrix=bt709", "pc"), TAGGED, NUMBERED],
        );
        let bwdif = "bwdif=mode=send_frame:parity=auto:deint=all";
        check(|_, conform| conform.deinterlace = true, &[bwdif, &bt709, TAGGED, NUMBERED]);
        // 60 s and half as much again and ten: 100 s at 24 frames.
        check(
            |_, conform| conform.resample_rate = true,
            &[&bt709, TAGGED, "fps=fps=24/1", NUMBERED, "trim=end_frame=2400"],
        );
    }

    #[test]
    fn wide_colour() {
        let wide = |transfer: &str, matrix: &str| {
            format!("zscale=w=1920:h=1080:f=lanczos:min={matrix}:tin={transfer}:pin=2020:rin=limited")
        };
        let mapped = "format=gbrpf32le,zscale=p=709,tonemap=tonemap=hable:desat=0,zscale=t=709:m=709:r=limited,\
                      format=yuv420p,limiter=min=16:max=235:planes=1";
        check(
            |video, _| video.colour.primaries = Some("bt2020".into()),
            &[
                &format!("{}:m=709:t=709:p=709:r=limited,format=yuv420p", wide("709", "2020_ncl")),
                TAGGED,
                NUMBERED,
            ],
        );
        for (class, transfer) in [(Transfer::Pq, "smpte2084"), (Transfer::Hlg, "arib-std-b67")] {
            check(
                |video, conform| {
                    conform.transfer = class;
                    video.colour.matrix = Some("ictcp".into());
                },
                &[&format!("{}:t=linear:npl=100", wide(transfer, "ictcp")), mapped, TAGGED, NUMBERED],
            );
        }
    }
    #[test]
    fn more_bits_are_kept() {
        let ten_bits = scaled(":in_color_matrix=bt709", "tv").replace("yuv420p", "yuv420p10le");
        check(|video, _| video.bit_depth = 10, &[&ten_bits, TAGGED, NUMBERED]);
    }
}
