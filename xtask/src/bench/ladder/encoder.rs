//! A whole clip in one encode, set as the product sets its own encodes: same encoder, preset and keyframes.

use super::lab::{Lab, Measured};
use super::tool::ffmpeg;
use crate::shell::{Result, quiet};
use media::Size;
use media::codec::VideoCodec;
use media::rung::{Crf, Effort, Trial};
use std::path::Path;

/// How x265 is told of its second pass; ffmpeg's own option does not reach it.
const X265_SECOND: &str = "pass=2:";

/// Keyframes further apart than any clip is long.
const SVT_KEYINT_NEVER: &str = "keyint=9999";

/// What an encode aims at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Aim {
    /// The same quality throughout.
    Crf(Crf),
    /// A mean rate in bits per second.
    Rate(u64),
}

/// The product's own options for a final encode of the clip.
pub(super) fn options(lab: &Lab, size: Size, crf: Crf, keyframes: &[u64]) -> Vec<String> {
    let settings =
        encode::command::Settings::trial(lab.format(), &Trial { size, crf }, lab.master.rate, Effort::Final);
    encode::command::options(&settings, keyframes)
}

/// Encodes the clip at `size` with `keyframes` (frame numbers), and measures it.
pub(super) fn encode(lab: &Lab, label: &str, size: Size, aim: Aim, keyframes: &[u64]) -> Result<Measured> {
    let crf = if let Aim::Crf(crf) = aim { crf } else { Crf(0) };
    let options = options(lab, size, crf, keyframes);
    let options = match aim {
        Aim::Crf(_) => options,
        Aim::Rate(bps) => rated(lab.codec, &options, bps),
    };
    let options = passes(&options);
    lab.encode(label, size, &options, |file| {
        let last = options.len() - 1;
        options.iter().enumerate().try_for_each(|(pass, options)| run(lab, size, options, file, pass == last))
    })
}

/// One run of the encoder; all but the last pass throw the pictures away.
fn run(lab: &Lab, size: Size, options: &[String], file: &Path, last: bool) -> Result {
    let mut run = ffmpeg();
    run.args(["-filter_threads", "1", "-threads", "1", "-i"]).arg(&lab.master.path).arg("-vf");
    run.arg(format!("scale={}:{}:flags=lanczos+accurate_rnd+full_chroma_int", size.width, size.height));
    run.args(["-fps_mode", "passthrough"]).args(options);
    if last {
        run.args(["-f", "mp4", "-y"]).arg(file);
    } else {
        run.args(["-f", "null", "-"]);
    }
    quiet(run.current_dir(&lab.folder)).map(|_| ())
}

/// The options of each pass: two where the options are those of a second one.
fn passes(options: &[String]) -> Vec<Vec<String>> {
    let pass = |number: &str| -> Vec<String> {
        let mut options = options.to_vec();
        for at in 1..options.len() {
            if options[at - 1] == "-pass" {
                options[at] = number.to_owned();
            } else if options[at - 1] == "-x265-params" {
                options[at] = options[at].replace(X265_SECOND, &format!("pass={number}:"));
            }
        }
        options
    };
    let two = options.iter().any(|word| word == "-pass" || word.contains(X265_SECOND));
    if two { vec![pass("1"), pass("2")] } else { vec![options.to_vec()] }
}

/// `options` with a rate in place of the quality. SVT-AV1 has one pass, the others two.
fn rated(codec: VideoCodec, options: &[String], bps: u64) -> Vec<String> {
    let mut rated = Vec::new();
    for pair in options.chunks(2) {
        let [option, value] = pair else { continue };
        match option.as_str() {
            "-crf" | "-b:v" => {}
            "-svtav1-params" => {
                // SVT-AV1 takes "never of its own" as a distance of keyframes only where it is given a quality.
                let kept = value.split(':').filter(|param| !param.starts_with("crf="));
                let kept = kept.map(|param| if param == "keyint=-1" { SVT_KEYINT_NEVER } else { param });
                rated.extend([option.clone(), kept.collect::<Vec<_>>().join(":")]);
            }
            "-x265-params" => {
                rated.extend([option.clone(), format!("{value}:{X265_SECOND}stats=passes.x265")])
            }
            _ => rated.extend(pair.iter().cloned()),
        }
    }
    rated.extend(["-b:v".to_owned(), bps.to_string()]);
    if codec == VideoCodec::H264 {
        rated.extend(["-pass", "2", "-passlogfile", "passes"].map(str::to_owned));
    }
    rated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(codec: VideoCodec, options: &[&str], expected: &[&[&str]]) {
        let options: Vec<String> = options.iter().map(|&word| word.to_owned()).collect();
        assert_eq!(passes(&rated(codec, &options, 500_000)), expected);
    }

    #[test]
    fn a_rate_takes_the_place_of_a_quality() {
        check(
            VideoCodec::H264,
            &["-c:v", "libx264", "-crf", "23.0"],
            &[
                &["-c:v", "libx264", "-b:v", "500000", "-pass", "1", "-passlogfile", "passes"],
                &["-c:v", "libx264", "-b:v", "500000", "-pass", "2", "-passlogfile", "passes"],
            ],
        );
        check(
            VideoCodec::Hevc,
            &["-crf", "23.0", "-x265-params", "a=1"],
            &[
                &["-x265-params", "a=1:pass=1:stats=passes.x265", "-b:v", "500000"],
                &["-x265-params", "a=1:pass=2:stats=passes.x265", "-b:v", "500000"],
            ],
        );
        check(
            VideoCodec::Vp9,
            &["-crf", "23", "-pass", "2", "-b:v", "0"],
            &[&["-pass", "1", "-b:v", "500000"], &["-pass", "2", "-b:v", "500000"]],
        );
        check(
            VideoCodec::Av1,
            &["-svtav1-params", "lp=1:keyint=-1:crf=30.0:level=20"],
            &[&["-svtav1-params", "lp=1:keyint=9999:level=20", "-b:v", "500000"]],
        );
    }

    #[test]
    fn a_quality_has_the_passes_that_the_product_gives_it() {
        for (options, expected) in
            [(["-crf", "23.0"], &[["-crf", "23.0"]][..]), (["-pass", "2"], &[["-pass", "1"], ["-pass", "2"]])]
        {
            assert_eq!(passes(&options.map(str::to_owned)), expected);
        }
    }
}
