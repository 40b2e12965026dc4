//! The picture in an MPD: an adaptation set for each format.
//!
//! Players switch freely within a set. All sets have the same segment boundaries, and those of one dynamic range say so of
//! each other, so that a player that can do it switches between codecs too.

use super::xml::Element;
use super::{cmaf_set, descriptor, file, role};
use media::package::VideoTrack;
use media::picture::Transfer;
use media::{Format, FrameRate};

/// Sets between which players may switch without a break (clause 5.3.3.5); the value names their ids.
const SWITCHING: &str = "urn:mpeg:dash:adaptation-set-switching:2016";

/// Code points of ITU-T H.273 (ISO/IEC 23001-8, of which ISO/IEC 23091-2 is the successor).
const COLOUR_PRIMARIES: &str = "urn:mpeg:mpegB:cicp:ColourPrimaries";
const TRANSFER_CHARACTERISTICS: &str = "urn:mpeg:mpegB:cicp:TransferCharacteristics";
const MATRIX_COEFFICIENTS: &str = "urn:mpeg:mpegB:cicp:MatrixCoefficients";

/// `ColourPrimaries` and `MatrixCoefficients` of Rec. ITU-R BT.2020.
const BT2020: u32 = 9;

/// The sets, whose ids are their numbers in this order. Tracks of one format follow each other.
pub(super) fn sets(tracks: &[VideoTrack]) -> Vec<Element> {
    let formats: Vec<_> = tracks.chunk_by(|a, b| a.format == b.format).collect();
    let set = |(number, own): (usize, &&[VideoTrack])| {
        let format = own[0].format;
        let peers = formats
            .iter()
            .enumerate()
            .filter(|(other, tracks)| *other != number && tracks[0].format.transfer == format.transfer);
        let peers: Vec<_> = peers.map(|(other, _)| other.to_string()).collect();
        let switching =
            (!peers.is_empty()).then(|| descriptor("SupplementalProperty", SWITCHING, peers.join(",")));
        cmaf_set("video")
            .children(colour(format))
            .children(switching)
            .child(role("main"))
            .children(own.iter().map(representation))
    };
    formats.iter().enumerate().map(set).collect()
}

/// Colour of high dynamic range. Essential: a player that does not know it must take a set that it knows, as every
/// package has one in standard range.
fn colour(format: Format) -> Vec<Element> {
    let transfer = match format.transfer {
        Transfer::Sdr => return Vec::new(),
        Transfer::Pq => 16,
        Transfer::Hlg => 18,
    };
    let properties =
        [(COLOUR_PRIMARIES, BT2020), (TRANSFER_CHARACTERISTICS, transfer), (MATRIX_COEFFICIENTS, BT2020)];
    properties.map(|(scheme, code)| descriptor("EssentialProperty", scheme, code)).into()
}

fn representation(video: &VideoTrack) -> Element {
    Element::new("Representation")
        .attribute("id", &video.track.id)
        .attribute("codecs", &video.track.codecs)
        .attribute("bandwidth", video.track.bitrate_bps_peak)
        .attribute("width", video.size.width)
        .attribute("height", video.size.height)
        .attribute("frameRate", frame_rate(video.rate))
        .attribute("sar", "1:1")
        .children(file(&video.track))
}

/// `FrameRateType` (clause 5.3.7.2): a denominator of one is left out.
fn frame_rate(rate: FrameRate) -> String {
    if rate.den == 1 { rate.num.to_string() } else { rate.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_rates_have_no_denominator() {
        for (num, den, expected) in [(25, 1, "25"), (30_000, 1001, "30000/1001")] {
            assert_eq!(frame_rate(FrameRate { num, den }), expected);
        }
    }
}
