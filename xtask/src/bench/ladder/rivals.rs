//! What the product's ladder is compared with: a fixed ladder, an exhaustive grid, and ab-av1.

use super::encoder::{Aim, encode, options};
use super::lab::{Lab, Measured};
use super::score::MODEL;
use crate::bench::install::Peer;
use crate::root::tools;
use crate::shell::{Result, command, quiet};
use media::codec::VideoCodec;
use media::rung::Crf;
use media::{FrameRate, Size};
use std::ffi::OsString;

/// The fixed ladder: height in pixels and bits per second.
const FIXED: [(u32, u64); 4] = [(360, 500_000), (480, 1_000_000), (720, 2_500_000), (1080, 5_000_000)];

/// Sizes of the grid as parts of the master's sides.
const GRID_SIDES: [f64; 5] = [1.0, 0.8, 2.0 / 3.0, 8.0 / 15.0, 4.0 / 9.0];
/// Qualities of the grid; with the sizes 60 encodes.
const GRID_CRFS: usize = 12;

/// ab-av1, from crates.io, built into the tools' folder.
const PEER: Peer = Peer { name: "ab-av1", version: "0.11.7", options: &[] };
/// VMAF that it is asked for, one encode each.
const PEER_TARGETS: [u32; 5] = [95, 92, 88, 82, 72];
/// Longest time between its keyframes in seconds: the product's.
const PEER_KEYFRAME_GAP_S: f64 = 4.0;

/// `size` with its sides changed so that it is `height` high; sides are even.
fn of_height(size: Size, height: f64) -> Size {
    let even = |side: f64| (side / 2.0).round() as u32 * 2;
    Size { width: even(f64::from(size.width) * height / f64::from(size.height)), height: even(height) }
}

/// The rungs of the fixed ladder that are not above the master.
pub(super) fn fixed(lab: &Lab, keyframes: &[u64]) -> Result<Vec<Measured>> {
    let rungs = FIXED.iter().filter(|(height, _)| *height <= lab.master.size.height);
    let encode = |&(height, bps): &(u32, u64)| {
        let size = of_height(lab.master.size, f64::from(height));
        encode(lab, &format!("fixed-{height}p"), size, Aim::Rate(bps), keyframes)
    };
    rungs.map(encode).collect()
}

/// The grid, a size after the other.
pub(super) fn grid(lab: &Lab, keyframes: &[u64]) -> Result<Vec<Vec<Measured>>> {
    let sizes = GRID_SIDES.map(|part| of_height(lab.master.size, f64::from(lab.master.size.height) * part));
    let row = |size: Size| {
        let encode = |crf: Crf| {
            let label = format!("grid-{}p-crf{}", size.height, crf);
            encode(lab, &label, size, Aim::Crf(crf), keyframes)
        };
        grid_crfs(lab.codec).map(encode).collect::<Result<Vec<Measured>>>()
    };
    sizes.map(row).into_iter().collect()
}

/// Qualities from very good to poor, on the encoder's own scale.
fn grid_crfs(codec: VideoCodec) -> impl Iterator<Item = Crf> {
    let (first, step) = match codec {
        VideoCodec::H264 | VideoCodec::Hevc => (130, 30),
        VideoCodec::Vp9 | VideoCodec::Av1 => (160, 40),
    };
    (0..GRID_CRFS).map(move |i| Crf(first + step * i as u16))
}

/// ab-av1's encodes at its targets, and their processor seconds, the searches' with them.
pub(super) fn peer(lab: &Lab) -> Result<(Vec<Measured>, f64)> {
    let product = options(lab, lab.master.size, Crf(300), &[]);
    let mut encodes = Vec::new();
    let mut cpu_s = 0.0;
    for target in PEER_TARGETS {
        let arguments = peer_arguments(lab.codec, lab.master.rate, &product, target);
        let encode = lab.encode(&format!("peer-{target}"), lab.master.size, &arguments, |file| {
            let mut path = OsString::from(tools().join("bin"));
            path.push(":");
            path.push(std::env::var_os("PATH").unwrap_or_default());
            let mut run = command(PEER.program()?);
            run.args(&arguments).arg("-i").arg(&lab.master.path).arg("-o").arg(file).env("PATH", path);
            quiet(run.current_dir(&lab.folder)).map(|_| ())
        });
        // It gives up where its range of CRF ends before the target.
        match encode {
            Ok(encode) => {
                cpu_s += encode.encode_cpu_s;
                encodes.push(encode);
            }
            Err(error) => println!("{}: {} has no encode for VMAF {target}: {error}", lab.clip, PEER.name),
        }
    }
    Ok((encodes, cpu_s))
}

/// ab-av1's arguments: the encoder at the speed that `product`'s options give it, on one thread.
fn peer_arguments(codec: VideoCodec, rate: FrameRate, product: &[String], target: u32) -> Vec<String> {
    let at = |option: &str| product.iter().position(|word| word == option).and_then(|at| product.get(at + 1));
    let speed = at("-preset").or_else(|| at("-cpu-used")).map_or("", String::as_str);
    let encoder = match codec {
        VideoCodec::H264 => format!("--encoder libx264 --preset {speed} --enc threads=1"),
        VideoCodec::Hevc => format!(
            "--encoder libx265 --preset {speed} --pix-format yuv420p10le \
             --enc x265-params=pools=none:frame-threads=1:log-level=error"
        ),
        VideoCodec::Vp9 => format!(
            "--encoder libvpx-vp9 --enc deadline=good --enc cpu-used={speed} --enc row-mt=0 --enc threads=1"
        ),
        VideoCodec::Av1 => format!("--encoder libsvtav1 --preset {speed} --svt lp=1"),
    };
    let keyint = (PEER_KEYFRAME_GAP_S * rate.fps()) as u64;
    let text = format!(
        "auto-encode {encoder} --keyint {keyint} --min-vmaf {target} --cache false --max-encoded-percent 100 \
         --vmaf model=version={MODEL} --vmaf n_threads=1 --vmaf-scale none"
    );
    text.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_the_shape_and_are_even() {
        let size = Size { width: 724, height: 540 };
        for (height, expected) in [(540.0, (724, 540)), (360.0, (482, 360)), (333.3, (446, 334))] {
            let got = of_height(size, height);
            assert_eq!((got.width, got.height), expected);
        }
    }

    #[test]
    fn the_grid_has_sixty_encodes_within_the_scale() {
        for codec in VideoCodec::ALL {
            let (best, worst) = encode::quality::crf_range(codec);
            let crfs: Vec<Crf> = grid_crfs(codec).collect();
            assert_eq!(crfs.len() * GRID_SIDES.len(), 60);
            assert!(best <= crfs[0] && *crfs.last().unwrap() <= Crf(worst.0 + 10), "{codec}");
        }
    }

    #[test]
    fn the_peer_gets_the_product_s_preset_and_model() {
        let product = ["-c:v", "libsvtav1", "-preset", "7"].map(str::to_owned);
        let rate = FrameRate { num: 24, den: 1 };
        let arguments = peer_arguments(VideoCodec::Av1, rate, &product, 95).join(" ");
        assert!(
            arguments.contains("--preset 7") && arguments.contains("--keyint 96 --min-vmaf 95"),
            "{arguments}"
        );
        assert!(arguments.contains(MODEL));
    }
}
