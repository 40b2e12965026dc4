//! Loudness: how loud a sound stream is as a track plays it, by ffmpeg's `ebur128` (ITU-R BS.1770, EBU Tech 3341/3342).
//!
//! Measures only; what gain follows is not decided here.

use crate::Tools;
use crate::audio::{Source, input_args, timeline_filters};
use crate::child::{Child, OnProgress, Stdout, Usage, absolute};
use crate::error::Error;
use media::sound::Loudness;
use std::ffi::OsString;
use std::path::Path;

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The loudness, to 0.1 LU.
    pub loudness: Loudness,
    /// What it used.
    pub usage: Usage,
}

/// Measures the part of the stream that is heard with the picture, mixed to `channels` as [`crate::audio::encode`]
/// would.
///
/// # Errors
/// Those of the run; [`Error::Answer`] where the tool sums nothing up.
pub async fn measure(
    tools: &Tools,
    source: &Source<'_>,
    channels: u32,
    on_progress: OnProgress<'_>,
) -> Result<Measured, Error> {
    let master = absolute(source.master)?;
    let finished = Child::new(&tools.ffmpeg, format!("measure the loudness of stream {}", source.stream))
        .args(args(source, channels, &master))
        .read(&master)
        .reports_progress()
        .run(Stdout::Null, on_progress)
        .await?;
    let wrong = || Error::Answer { tool: "ffmpeg", reason: "ebur128 told no loudness".into() };
    let loudness = parse(&finished.stderr).ok_or_else(wrong)?;
    Ok(Measured { loudness, usage: finished.usage })
}

/// The summary comes at level `info`. One channel counts twice, because two loudspeakers play it.
fn args(source: &Source<'_>, channels: u32, master: &Path) -> Vec<OsString> {
    let filters = format!(
        "{},atrim=end={:.6},ebur128=peak=true:dualmono={}:framelog=quiet",
        timeline_filters(source, channels),
        source.duration_s,
        u8::from(channels == 1),
    );
    let mut args = input_args("info", source, master, &["-threads", "1"]);
    args.extend(["-af".into(), OsString::from(filters)]);
    args.extend(["-f", "null", "-"].map(OsString::from));
    args
}

/// Reads the summary, which is the last that ffmpeg says of any loudness: what stands before may be a file's own words.
fn parse(stderr: &[String]) -> Option<Loudness> {
    let value = |name: &str, unit: &str| -> Option<f64> {
        let values =
            stderr.iter().rev().filter_map(|line| line.strip_prefix(name)?.trim().strip_suffix(unit));
        values.map(|value| value.trim().parse().ok()).next()?
    };
    let integrated_lufs = value("I:", "LUFS")?.max(Loudness::SILENT_LUFS);
    let range_lu = value("LRA:", "LU")?;
    let true_peak_dbtp = value("Peak:", "dBFS")?.max(Loudness::SILENT_DBTP);
    let all = [integrated_lufs, range_lu, true_peak_dbtp];
    all.iter().all(|value| value.is_finite()).then_some(Loudness {
        integrated_lufs,
        range_lu,
        true_peak_dbtp,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As printed by ffmpeg 9, without the addresses and the leading blanks.
    fn summary(integrated: &str, peak: &str) -> Vec<String> {
        let text = format!(
            "title: I: -5.0 LUFS\nI: 0.0 LUFS\n[Parsed_ebur128_1] Summary:\nIntegrated loudness:\nI: {integrated} LUFS\n\
             Threshold: -31.1 LUFS\nLoudness range:\nLRA:         4.5 LU\nThreshold: -41.1 LUFS\nLRA low: -41.1 LUFS\n\
             LRA high:  -21.1 LUFS\nTrue peak:\nPeak: {peak} dBFS\n[out#0/null] video:0KiB audio:562KiB"
        );
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn summaries_are_read() {
        for (integrated, peak, expected) in [
            ("        -21.1", "     -3.2", Some((-21.1, 4.5, -3.2))),
            ("-70.0", "-inf", Some((-70.0, 4.5, -120.0))),
            ("-inf", "-inf", Some((-70.0, 4.5, -120.0))),
            ("nan", "-3.2", Some((-70.0, 4.5, -3.2))),
            ("-21.1", "loud", None),
        ] {
            let read = parse(&summary(integrated, peak));
            let read = read.map(|l| (l.integrated_lufs, l.range_lu, l.true_peak_dbtp));
            assert_eq!(read, expected, "{integrated} {peak}");
        }
        assert_eq!(parse(&[]), None);
    }
}
