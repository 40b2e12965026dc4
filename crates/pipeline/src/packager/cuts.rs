//! Cuts: where all tracks are cut, so that a player can go from one rendition to another at every boundary.

use super::inputs::{Sound, Video};
use ::package::segment::{self, Limits};
use anyhow::{Context as _, ensure};
use cmaf::splice::Spliced;
use media::FrameRange;

/// Keyframes of two renditions are at the same time where they are not farther apart: half of a frame of 240 a second, and
/// more than the rounding of any timescale.
const SAME_S: f64 = 0.002;

/// Ticks of a second in which sound without a picture is cut.
const SECONDS: f64 = 1.0;

/// Where tracks are cut.
#[derive(Debug)]
pub(super) struct Cuts {
    /// Of each rendition of the picture, its samples in segments.
    pub(super) video: Vec<Vec<FrameRange>>,
    /// Where segments begin, in seconds; the first at 0.
    pub(super) boundaries_s: Vec<f64>,
    /// What is presented, in seconds.
    pub(super) duration_s: f64,
}

impl Cuts {
    /// Where segments begin, and where the last one ends, in milliseconds.
    pub(super) fn boundaries_ms(&self) -> Vec<i64> {
        let all = self.boundaries_s.iter().chain([&self.duration_s]);
        let mut boundaries: Vec<i64> = all.map(|seconds| (seconds * 1000.0).round() as i64).collect();
        boundaries.dedup();
        boundaries
    }
}

/// A keyframe: its sample's number, and when it is presented, in seconds.
type Keyframe = (u64, f64);

/// Cuts the pictures at keyframes that all renditions have; sound without a picture as long as segments should be.
pub(super) fn of(videos: &[Video], sounds: &[Sound]) -> anyhow::Result<Cuts> {
    let spliced = videos.iter().map(|video| &video.spliced).chain(sounds.iter().map(|sound| &sound.spliced));
    let (pictures, all): (Vec<_>, Vec<_>) = (spliced.clone().take(videos.len()).collect(), spliced.collect());
    let told = if pictures.is_empty() { &all } else { &pictures };
    let duration_s = told.iter().map(|spliced| duration_s(spliced)).fold(0.0, f64::max);
    let Some(first) = videos.first() else {
        let target_s = Limits::default().target_s;
        let count = (duration_s / target_s).ceil().max(SECONDS) as u32;
        let boundaries_s = (0..count).map(|number| f64::from(number) * target_s).collect();
        return Ok(Cuts { video: Vec::new(), boundaries_s, duration_s });
    };
    let keyframes: Vec<Vec<Keyframe>> = pictures.iter().map(|spliced| keyframes(spliced)).collect();
    let common = common(&keyframes);
    ensure!(common.first().is_some_and(|start| start.1 < SAME_S), "renditions do not begin with a keyframe");
    let numbers: Vec<u64> = common.iter().map(|(number, _)| *number).collect();
    let frames = first.spliced.samples.len() as u64;
    let segments = segment::plan(&numbers, &[], frames, first.rate, &Limits::default());
    let starts: Vec<f64> = segments
        .iter()
        .filter_map(|segment| common.iter().find(|(number, _)| *number == segment.start))
        .map(|(_, seconds)| *seconds)
        .collect();
    let cut = |(spliced, keyframes): (&&Spliced, &Vec<Keyframe>)| {
        ranges(&starts, keyframes, spliced.samples.len() as u64)
            .context("renditions have no keyframe in common")
    };
    let video = pictures.iter().zip(&keyframes).map(cut).collect::<anyhow::Result<_>>()?;
    Ok(Cuts { video, boundaries_s: starts, duration_s })
}

fn seconds(spliced: &Spliced, ticks: i64) -> f64 {
    ticks as f64 / f64::from(spliced.description.timescale.max(1))
}

/// Time presented.
fn duration_s(spliced: &Spliced) -> f64 {
    let ends = spliced.samples.iter().map(|sample| sample.pts() + i64::from(sample.duration));
    let first = spliced.samples.iter().map(|sample| sample.pts()).min().unwrap_or(0);
    let whole = ends.max().unwrap_or(0) - first;
    let ticks = spliced.description.edit.map_or(whole, |edit| edit.duration as i64);
    seconds(spliced, ticks)
}

fn keyframes(spliced: &Spliced) -> Vec<Keyframe> {
    let media_time = spliced.description.edit.map_or(0, |edit| edit.media_time as i64);
    let numbered = (0..).zip(&spliced.samples).filter(|(_, sample)| sample.sync);
    numbered.map(|(number, sample)| (number, seconds(spliced, sample.pts() - media_time))).collect()
}

/// Those of the first rendition that all others have too.
fn common(renditions: &[Vec<Keyframe>]) -> Vec<Keyframe> {
    let Some((first, others)) = renditions.split_first() else { return Vec::new() };
    let everywhere = |seconds: f64| others.iter().all(|other| at(other, seconds).is_some());
    first.iter().copied().filter(|(_, seconds)| everywhere(*seconds)).collect()
}

/// The keyframe at this time, of keyframes in order.
fn at(keyframes: &[Keyframe], seconds: f64) -> Option<u64> {
    let near = keyframes.partition_point(|(_, time)| *time < seconds - SAME_S);
    keyframes.get(near).filter(|(_, time)| *time <= seconds + SAME_S).map(|(number, _)| *number)
}

/// The samples from each start to the next; `None` where there is no keyframe at one.
fn ranges(starts_s: &[f64], keyframes: &[Keyframe], samples: u64) -> Option<Vec<FrameRange>> {
    let starts: Vec<u64> = starts_s.iter().map(|start| at(keyframes, *start)).collect::<Option<_>>()?;
    let ends = starts.iter().skip(1).copied().chain([samples]);
    Some(starts.iter().zip(ends).map(|(start, end)| FrameRange { start: *start, end }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keyframes every second and every half second: what both have are seconds, but for one that is off.
    #[test]
    fn renditions_are_cut_where_all_have_keyframes() {
        let fast: Vec<Keyframe> = (0..10).map(|number| (number * 25, number as f64 * 0.5)).collect();
        let mut slow: Vec<Keyframe> = (0..5).map(|number| (number * 25, number as f64 + 0.0001)).collect();
        slow[3].1 += 0.04;
        let common = common(&[fast.clone(), slow.clone()]);
        assert_eq!(common, [(0, 0.0), (50, 1.0), (100, 2.0), (200, 4.0)]);
        let range = |start, end| FrameRange { start, end };
        assert_eq!(ranges(&[0.0, 2.0], &slow, 125), Some(vec![range(0, 50), range(50, 125)]));
        assert_eq!(ranges(&[0.0, 2.0], &fast, 250), Some(vec![range(0, 100), range(100, 250)]));
        assert_eq!(ranges(&[0.0, 0.5], &slow, 125), None);
    }
}
