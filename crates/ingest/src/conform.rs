//! How the picture becomes the mezzanine: size, rate, fields, transfer.

mod rate;
mod size;

use media::facts::VideoFacts;
use media::master::{Conform, Finding};

/// Decides, and says where the decision changes what viewers see.
pub(crate) fn conform(video: &VideoFacts, findings: &mut Vec<Finding>) -> Conform {
    let rate = rate::decide(video, findings);
    Conform {
        size: size::decide(video, findings),
        rate: rate.rate,
        resample_rate: rate.resample,
        deinterlace: video.interlaced,
        transfer: video.colour.transfer_class(),
    }
}
