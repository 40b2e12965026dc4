//! The mobile ladder: the part of a package that a telephone is offered, on a small screen and a metered line.
//!
//! Owns the choice. What is left out costs nothing to keep: both playlists name the same files.

use media::package::{Package, VideoTrack};

/// File name of its HLS multivariant playlist.
pub const MOBILE_FILE: &str = "mobile.m3u8";

/// Most rows (of the shorter side): more are not told apart on a hand's width at reading distance.
const SIDE_MAX: u32 = 720;
/// Greatest mean bitrate in bits per second: an hour is then at most 1.35 GB.
const BITRATE_BPS_MAX: u64 = 3_000_000;
/// Most channels: what a telephone plays.
const CHANNELS_MAX: u32 = 2;

/// The package with what a telephone is offered; `None` where that is all of it. A format that has nothing small keeps
/// its smallest track, and so does the sound.
pub fn ladder(package: &Package) -> Option<Package> {
    let fits = |video: &VideoTrack| {
        video.size.width.min(video.size.height) <= SIDE_MAX
            && video.track.bitrate_bps_average <= BITRATE_BPS_MAX
    };
    let mut mobile = package.clone();
    let is_last = |video: &VideoTrack| {
        package.video.iter().rfind(|other| other.format == video.format).is_some_and(|last| last == video)
    };
    mobile.video.retain(|video| fits(video) || is_last(video));
    let fewest = package.audio.iter().map(|audio| audio.channels).min().unwrap_or(0);
    mobile.audio.retain(|audio| audio.channels <= CHANNELS_MAX.max(fewest));
    (mobile != *package).then_some(mobile)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use media::Size;

    /// The rungs that are left of the sample's two, and the number of its sounds.
    #[track_caller]
    fn check(change: impl FnOnce(&mut Package), expected: Option<(&[&str], usize)>) {
        let mut package = sample::package();
        change(&mut package);
        let mobile = ladder(&package);
        let rungs = |mobile: &Package| mobile.video.iter().map(|v| v.rung.clone()).collect::<Vec<_>>();
        assert_eq!(
            mobile.map(|mobile| (rungs(&mobile), mobile.audio.len())),
            expected.map(|(rungs, sounds)| (rungs.iter().map(|rung| (*rung).to_owned()).collect(), sounds))
        );
    }

    #[test]
    fn what_is_large_is_left_out() {
        check(|_| {}, None);
        let large = Size { width: 1920, height: 1080 };
        check(|package| package.video[0].size = large, Some((&["180p"], 2)));
        check(|package| package.video[0].track.bitrate_bps_average = 4_000_000, Some((&["180p"], 2)));
        check(|package| package.audio[1].channels = 6, Some((&["360p", "180p"], 1)));
        // The smallest stays whatever it is.
        let all = |package: &mut Package| package.video.iter_mut().for_each(|video| video.size = large);
        check(all, Some((&["180p"], 2)));
        check(|package| package.audio.iter_mut().for_each(|audio| audio.channels = 6), None);
    }
}
