//! The mobile ladder: the part of a package that a telephone is offered, on a small screen and a metered line.
//!
//! Owns the numbers. What is left out costs nothing to keep: both playlists name the same files.

use crate::device::Device;
use crate::offer::Offer;
use media::Size;
use media::package::Package;

/// File name of its HLS multivariant playlist.
pub const MOBILE_FILE: &str = "mobile.m3u8";

/// Most pixels of the shorter side: more are not told apart on a hand's width at reading distance.
const SIDE_MAX: u32 = 720;
/// Greatest mean bitrate in bits per second: an hour is then at most 1.35 GB.
const BITRATE_BPS_MAX: u64 = 3_000_000;
/// Most channels: what a telephone plays.
const CHANNELS_MAX: u32 = 2;

/// What a telephone is offered; `None` where that is the whole package.
pub fn offer(package: &Package) -> Option<Offer<'_>> {
    let device = Device {
        size_max: Size { width: u32::MAX, height: SIDE_MAX },
        bitrate_bps_max: BITRATE_BPS_MAX,
        channels_max: CHANNELS_MAX,
        ..Device::any()
    };
    let offer = device.offer(package, None)?;
    let is_less = offer.video.len() < package.video.len() || offer.audio.len() < package.audio.len();
    is_less.then_some(offer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// The rungs that are left of the sample's two, and the number of its sounds.
    #[track_caller]
    fn check(change: impl FnOnce(&mut Package), expected: Option<(&[&str], usize)>) {
        let mut package = sample::package();
        change(&mut package);
        let rungs = |offer: &Offer<'_>| offer.video.iter().map(|v| v.rung.clone()).collect::<Vec<_>>();
        assert_eq!(
            offer(&package).map(|offer| (rungs(&offer), offer.audio.len())),
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
