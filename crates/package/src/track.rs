//! A track of the package, described by what was written.

use crate::names::Named;
use crate::segment::bitrates;
use media::package::{Track, TrackIndex};
use media::protection::Protection;

/// The track called `named`, whose file has this index.
pub fn described(named: Named, codecs: String, index: TrackIndex, protection: Option<Protection>) -> Track {
    let (bitrate_bps_peak, bitrate_bps_average) = bitrates(&index);
    let Named { id, path } = named;
    Track { id, path, codecs, bitrate_bps_peak, bitrate_bps_average, index, protection }
}
