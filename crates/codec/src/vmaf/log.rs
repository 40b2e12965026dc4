//! The logs of libvmaf (JSON) and of the XPSNR filter (text).

use super::{FrameScore, XPSNR_DB_MAX};
use crate::error::Error;
use serde_json::Value;

/// Reads libvmaf's log: `vmaf` and `neg` of each frame, where they are there.
///
/// # Errors
/// [`Error::Answer`] where it is no such log or a frame has neither.
pub(super) fn vmaf(raw_json: &[u8]) -> Result<Vec<FrameScore>, Error> {
    let wrong = |reason: String| Error::Answer { tool: "libvmaf", reason };
    let log: Value = serde_json::from_slice(raw_json).map_err(|error| wrong(error.to_string()))?;
    let frames = log["frames"].as_array().ok_or_else(|| wrong("the log has no frames".into()))?;
    let score = |frame: &Value| {
        let metrics = &frame["metrics"];
        let (vmaf, neg) = (metrics["vmaf"].as_f64(), metrics["neg"].as_f64());
        let frame = frame["frameNum"].as_u64()?;
        vmaf.or(neg).is_some().then_some(FrameScore { frame, vmaf, neg, xpsnr_db: None })
    };
    frames.iter().map(|frame| score(frame).ok_or_else(|| wrong("a frame has no score".into()))).collect()
}

/// Gives each of `frames` its value from the lines `n:    1  XPSNR y: 43.6073  XPSNR u: ...`, which count from 1.
///
/// # Errors
/// [`Error::Answer`] where a frame has no line.
pub(super) fn add_xpsnr(frames: &mut [FrameScore], text: &str) -> Result<(), Error> {
    let values: Vec<f64> = text.lines().filter_map(luma).collect();
    for frame in frames {
        let at = usize::try_from(frame.frame).unwrap_or(usize::MAX);
        let Some(value) = values.get(at) else {
            let reason = format!("frame {at} has no XPSNR");
            return Err(Error::Answer { tool: "ffmpeg", reason });
        };
        frame.xpsnr_db = Some(value.min(XPSNR_DB_MAX));
    }
    Ok(())
}

fn luma(line: &str) -> Option<f64> {
    let (_, rest) = line.strip_prefix("n:")?.split_once("XPSNR y:")?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(frame: u64, vmaf: Option<f64>, neg: Option<f64>) -> FrameScore {
        FrameScore { frame, vmaf, neg, xpsnr_db: None }
    }

    #[test]
    fn scores_are_read() {
        let log = br#"{"frames": [{"frameNum": 0, "metrics": {"vmaf": 97.5, "neg": 96}},
                                  {"frameNum": 5, "metrics": {"neg": 90}}]}"#;
        assert_eq!(vmaf(log).unwrap(), [frame(0, Some(97.5), Some(96.0)), frame(5, None, Some(90.0))]);
        for bad in ["", "{}", r#"{"frames": [{"frameNum": 0, "metrics": {}}]}"#] {
            assert!(vmaf(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn decibels_are_those_of_the_same_frame() {
        let text = "n:    1  XPSNR y: 43.6073  XPSNR u: 50.3692  XPSNR v: 48.9945\n\
                    n:    2  XPSNR y: inf  XPSNR u: inf  XPSNR v: inf\n\
                    n:    3  XPSNR y: 33.7160  XPSNR u: 40.1629  XPSNR v: 38.9791\n\n\
                    XPSNR average, 3 frames  y: 35.0154  u: 41.5511  v: 40.3595  (minimum: 35.0154)\n";
        let mut frames = [frame(1, None, Some(97.0)), frame(2, None, Some(90.0))];
        add_xpsnr(&mut frames, text).unwrap();
        assert_eq!(frames.map(|frame| frame.xpsnr_db), [Some(100.0), Some(33.716)]);
        assert!(add_xpsnr(&mut [frame(3, None, Some(97.0))], text).is_err());
    }
}
