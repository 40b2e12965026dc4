//! Rules about the picture stream: which one, whether it can be decoded, how long it is.

use crate::rules::{blocker, warning};
use media::facts::{Facts, VideoFacts};
use media::master::Finding;
use media::picture::{Colour, Transfer};

/// Longest side in pixels and most pixels: 8K in every usual shape. A frame of more would need over 1 GB to convert.
const SIDE_MAX: u32 = 8192;
const PIXELS_MAX: u64 = 8192 * 4352;
/// Shortest side in pixels: one macroblock of H.264.
const SIDE_MIN: u32 = 16;
/// Longest film in seconds: a day is more than any film.
const DURATION_S_MAX: f64 = 24.0 * 3600.0;
/// Mean bitrate in bits per second below which a declared duration cannot be true: black pictures need 15 kb/s.
const BITRATE_BPS_MIN: f64 = 1000.0;
/// Container and picture may differ by this: sound that runs on is common.
const LENGTH_SLACK_S: f64 = 1.0;
const LENGTH_SLACK_SHARE: f64 = 0.05;

/// The stream to prepare: of those that can be decoded the one with the largest picture, the first of equal ones.
pub(crate) fn choose<'a>(facts: &'a Facts, findings: &mut Vec<Finding>) -> Option<&'a VideoFacts> {
    let rank = |video: &&VideoFacts| (!video.pixel_format.is_empty(), video.size.pixels());
    let largest = facts.video.iter().rev().max_by_key(rank)?;
    if facts.video.len() > 1 {
        let message = format!(
            "The file has {} picture streams; stream {} with the largest picture ({}) is taken.",
            facts.video.len(),
            largest.stream,
            largest.size
        );
        findings.push(warning("several-videos", message));
    }
    Some(largest)
}

/// Whether the stream can be decoded and shown as it should be.
pub(crate) fn judge(video: &VideoFacts, findings: &mut Vec<Finding>) {
    judge_size(video, findings);
    judge_dolby_vision(video, findings);
    judge_colour(video, findings);
    if video.interlaced {
        let message = "The picture is interlaced; its fields are made frames.".into();
        findings.push(warning("interlaced", message));
    }
}

fn judge_size(video: &VideoFacts, findings: &mut Vec<Finding>) {
    let size = video.size;
    let (long, short) = (size.width.max(size.height), size.width.min(size.height));
    if video.codec.is_empty() || video.codec == "none" {
        let message = format!("The coding of picture stream {} is not known.", video.stream);
        findings.push(blocker("unknown-video-codec", message));
    } else if short == 0 {
        let message = format!("The size of the picture ({size}) is not known; the file is damaged or empty.");
        findings.push(blocker("unknown-size", message));
    } else if long > SIDE_MAX || size.pixels() > PIXELS_MAX {
        let message = format!("The picture of {size} is larger than what is accepted (8192x4352).");
        findings.push(blocker("picture-too-large", message));
    } else if short < SIDE_MIN {
        let message = format!("The picture of {size} is smaller than {SIDE_MIN}x{SIDE_MIN}.");
        findings.push(blocker("picture-too-small", message));
    } else if video.pixel_format.is_empty() {
        let message =
            format!("The {} picture could not be decoded far enough to know its samples.", video.codec);
        findings.push(blocker("undecodable", message));
    }
}

/// Profile 5, and 10 without a declared transfer, code the picture in a colour space (IPT-PQ-C2) that only a Dolby
/// Vision decoder shows right; the others have a base layer that stands alone.
fn judge_dolby_vision(video: &VideoFacts, findings: &mut Vec<Finding>) {
    let Some(profile) = video.dolby_vision_profile else { return };
    let alone = match profile {
        5 => false,
        10 => video.colour.transfer.is_some(),
        _ => true,
    };
    findings.push(if alone {
        let message = format!("Dolby Vision profile {profile}: its base layer is used, its metadata is dropped.");
        warning("dolby-vision", message)
    } else {
        let message =
            format!("Dolby Vision profile {profile} has no base layer that other players can show; hand in HDR10 or SDR.");
        blocker("dolby-vision-only", message)
    });
}

fn judge_colour(video: &VideoFacts, findings: &mut Vec<Finding>) {
    findings.extend(container_conflict(video));
    let class = video.colour.transfer_class();
    if class == Transfer::Sdr {
        return;
    }
    let name = transfer_name(class);
    let message = format!(
        "The picture is HDR ({name}); it is tone-mapped for screens without it, which H.264 is always made for."
    );
    findings.push(warning("hdr-tone-mapped", message));
    if let Some(conflict) = colour_conflict(video) {
        let message = format!(
            "The colour description contradicts itself: {name} with {conflict}; colours may be wrong."
        );
        findings.push(warning("colour-conflict", message));
    }
}

/// A container that tells players of another dynamic range or matrix than the stream itself. One that says nothing
/// promises standard dynamic range.
fn container_conflict(video: &VideoFacts) -> Option<Finding> {
    let (stream, container) = (&video.colour, video.container_colour.as_ref()?);
    let (of_stream, of_container) = (stream.transfer_class(), container.transfer_class());
    let other_matrix =
        container.matrix.is_some() && stream.matrix.is_some() && container.matrix != stream.matrix;
    if of_stream == of_container && !other_matrix {
        return None;
    }
    let say = |class: Transfer, colour: &Colour| {
        format!("{} with matrix {}", transfer_name(class), colour.matrix.as_deref().unwrap_or("unknown"))
    };
    let message = format!(
        "The container says {}, the picture stream itself {}; the stream is believed.",
        say(of_container, container),
        say(of_stream, stream)
    );
    Some(warning("colour-flags-conflict", message))
}

fn transfer_name(class: Transfer) -> &'static str {
    match class {
        Transfer::Sdr => "SDR",
        Transfer::Pq => "PQ",
        Transfer::Hlg => "HLG",
    }
}

/// HDR is coded in BT.2020 and with 10 bits or more (ITU-R BT.2100).
fn colour_conflict(video: &VideoFacts) -> Option<String> {
    let Colour { primaries, matrix, .. } = &video.colour;
    let is_8_bit = video.bit_depth <= 8;
    match (primaries.as_deref(), matrix.as_deref()) {
        (Some(primaries @ ("bt709" | "bt470bg" | "smpte170m")), _) => {
            Some(format!("the primaries of {primaries}"))
        }
        (_, Some(matrix @ ("bt709" | "bt470bg" | "smpte170m"))) => Some(format!("the matrix of {matrix}")),
        _ if is_8_bit => Some("8-bit samples".into()),
        _ => None,
    }
}

/// The duration that the stream, else the container, declares, where it can be true.
pub(crate) fn plausible_duration_s(facts: &Facts, video: &VideoFacts, bytes: u64) -> Option<f64> {
    let declared = video.duration_s.or(facts.duration_s)?;
    let bitrate_bps = bytes as f64 * 8.0 / declared.max(f64::MIN_POSITIVE);
    (declared > 0.0 && bitrate_bps >= BITRATE_BPS_MIN).then_some(declared)
}

pub(crate) fn judge_length(facts: &Facts, video: &VideoFacts, bytes: u64, findings: &mut Vec<Finding>) {
    let Some(declared) = video.duration_s.or(facts.duration_s) else {
        let message = "The file does not say how long it is; the decode will tell.".into();
        findings.push(warning("duration-unknown", message));
        return;
    };
    if declared <= 0.0 && video.frames.unwrap_or(0) == 0 {
        findings.push(blocker("zero-length", "The picture stream has no length and no frames.".into()));
        return;
    }
    let Some(length) = plausible_duration_s(facts, video, bytes) else {
        let message =
            format!("The file says that it lasts {declared:.1} s, which its {bytes} bytes cannot hold.");
        findings.push(warning("duration-implausible", message));
        return;
    };
    if length > DURATION_S_MAX {
        let message = format!("The film of {:.1} h is longer than a day.", length / 3600.0);
        findings.push(blocker("too-long", message));
    }
    if let Some(whole) = facts.duration_s
        && (whole - length).abs() > LENGTH_SLACK_S.max(LENGTH_SLACK_SHARE * length)
    {
        let message = format!("The container says {whole:.2} s, its picture stream {length:.2} s.");
        findings.push(warning("duration-mismatch", message));
    }
}
