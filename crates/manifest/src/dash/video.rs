//! The picture in an MPD: an adaptation set for each format, or for each class of keys that its tracks have.
//!
//! Players switch freely within a set. All sets have the same segment boundaries, and those of one dynamic range say so of
//! each other, so that a player that can do it switches between codecs, and between what has different keys, too.

use super::xml::Xml;
use super::{Set, descriptor, role};
use crate::segments::TRICK_SUFFIX;
use media::package::VideoTrack;
use media::picture::Transfer;
use media::protection::Protection;
use media::{Format, FrameRate};

/// Sets between which players may switch without a break (clause 5.3.3.5); the value names their ids.
const SWITCHING: &str = "urn:mpeg:dash:adaptation-set-switching:2016";

/// A set for playing fast, and back (DASH-IF IOP, 3.2.9); the value names the sets that it stands for.
const TRICK_MODE: &str = "http://dashif.org/guidelines/trickmode";

/// How fast a small track can be played: what a decoder of the format's largest tracks has time for.
const TRICK_RATE_MAX: u32 = 8;

/// Code points of ITU-T H.273 (ISO/IEC 23001-8, of which ISO/IEC 23091-2 is the successor).
const COLOUR_PRIMARIES: &str = "urn:mpeg:mpegB:cicp:ColourPrimaries";
const TRANSFER_CHARACTERISTICS: &str = "urn:mpeg:mpegB:cicp:TransferCharacteristics";
const MATRIX_COEFFICIENTS: &str = "urn:mpeg:mpegB:cicp:MatrixCoefficients";

/// `ColourPrimaries` and `MatrixCoefficients` of Rec. ITU-R BT.2020.
const BT2020: u32 = 9;

/// The tracks of one set.
struct Group<'a> {
    format: Format,
    protection: Option<&'a Protection>,
    tracks: Vec<&'a VideoTrack>,
}

/// Writes the sets, whose ids are their numbers in this order, and then those for fast playing. Tracks of one format
/// follow each other.
pub(super) fn sets(xml: &mut Xml, set: &mut Set<'_>, tracks: &[&VideoTrack]) {
    let groups = groups(tracks);
    for (number, group) in groups.iter().enumerate() {
        set.write(xml, ("video", None), &group.tracks[0].track, |xml, set| {
            colour(xml, group.format);
            let is_peer =
                |other: &usize| *other != number && groups[*other].format.transfer == group.format.transfer;
            let peers: Vec<_> = (0..groups.len()).filter(is_peer).map(|other| other.to_string()).collect();
            if !peers.is_empty() {
                descriptor(xml, "SupplementalProperty", SWITCHING, peers.join(","));
            }
            role(xml, "main");
            set.addressing.of_set(xml, &group.tracks[0].track);
            group.tracks.iter().for_each(|video| representation(xml, set, video, None));
        });
    }
    for of_format in groups.chunk_by(|a, b| a.format == b.format) {
        let first = groups.iter().position(|group| group.format == of_format[0].format).unwrap_or(0);
        trick_set(xml, set, of_format, first);
    }
}

fn groups<'a>(tracks: &[&'a VideoTrack]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut format_start = 0;
    for &video in tracks {
        let (format, protection) = (video.format, video.track.protection.as_ref());
        if groups.last().is_some_and(|last| last.format != format) {
            format_start = groups.len();
        }
        match groups[format_start..].iter_mut().find(|group| group.protection == protection) {
            Some(group) => group.tracks.push(video),
            None => groups.push(Group { format, protection, tracks: vec![video] }),
        }
    }
    groups
}

/// Writes the set for playing a format fast: its smallest track, where there are larger ones. `first` is the number of the
/// format's first set.
fn trick_set(xml: &mut Xml, set: &mut Set<'_>, groups: &[Group<'_>], first: usize) {
    let tracks = groups.iter().flat_map(|group| &group.tracks);
    if tracks.clone().count() < 2 {
        return;
    }
    let Some(smallest) = tracks.min_by_key(|video| video.track.bitrate_bps_average) else { return };
    let stands_for: Vec<_> = (first..first + groups.len()).map(|number| number.to_string()).collect();
    set.write(xml, ("video", None), &smallest.track, |xml, set| {
        descriptor(xml, "EssentialProperty", TRICK_MODE, stands_for.join(" "));
        colour(xml, smallest.format);
        set.addressing.of_set(xml, &smallest.track);
        representation(xml, set, smallest, Some(TRICK_RATE_MAX));
    });
}

/// Colour of high dynamic range. Essential: a player that does not know it must take a set that it knows, as every
/// package has one in standard range.
fn colour(xml: &mut Xml, format: Format) {
    let transfer = match format.transfer {
        Transfer::Sdr => return,
        Transfer::Pq => 16,
        Transfer::Hlg => 18,
    };
    for (scheme, code) in
        [(COLOUR_PRIMARIES, BT2020), (TRANSFER_CHARACTERISTICS, transfer), (MATRIX_COEFFICIENTS, BT2020)]
    {
        descriptor(xml, "EssentialProperty", scheme, code);
    }
}

/// Writes a track; `rate_max` is how fast it is meant to be played, where that is what it is for.
fn representation(xml: &mut Xml, set: &Set<'_>, video: &VideoTrack, rate_max: Option<u32>) {
    let id = &video.track.id;
    xml.element("Representation", |xml| {
        let suffix = rate_max.map_or("", |_| TRICK_SUFFIX);
        xml.attribute("id", format_args!("{id}{suffix}"))
            .attribute("codecs", &video.track.codecs)
            .attribute("bandwidth", video.track.bitrate_bps_peak)
            .attribute("width", video.size.width)
            .attribute("height", video.size.height)
            .attribute("frameRate", frame_rate(video.rate))
            .attribute("sar", "1:1")
            .maybe_attribute("maxPlayoutRate", rate_max);
        if let Some(supplemental) = &video.supplemental_codecs {
            let (codecs, profiles) = supplemental.split_once('/').unwrap_or((supplemental, ""));
            xml.attribute("scte214:supplementalCodecs", codecs);
            xml.attribute("scte214:supplementalProfiles", profiles.replace('/', " "));
        }
        set.addressing.of_track(xml, &video.track);
    });
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
