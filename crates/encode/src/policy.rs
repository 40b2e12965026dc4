//! Policy: which formats a title gets, and when a further codec pays for itself.
//!
//! H.264 in standard dynamic range is always first and always there. High dynamic range is coded in HEVC and AV1
//! alone, beside the standard rendition in the same codec: that one is for screens without it.

use media::codec::{Format, VideoCodec};
use media::picture::Transfer;

/// Which codecs a title gets beside H.264.
#[derive(Debug, Clone, PartialEq)]
pub enum Policy {
    /// All at once.
    All,
    /// Those named here, whatever the demand.
    Listed(Vec<VideoCodec>),
    /// Each as soon as the traffic that it saves has paid for its encode, at these prices.
    Demand(Prices),
}

/// What work and traffic cost, in one currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// One hour of one core.
    pub core_hour: f64,
    /// One gigabyte (10⁹ bytes) sent to a viewer.
    pub gigabyte: f64,
}

/// How much a title is watched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// Hours that all viewers together watched until now: the best guess of the hours still to come.
    pub watched_h: f64,
    /// Length of the film in hours.
    pub film_h: f64,
}

/// Gigabytes that an hour of H.264 takes: 3.6 Mb/s, a mean over viewers with good and bad lines.
const BASE_GIGABYTES_PER_H: f64 = 1.6;

/// What a codec costs and saves.
struct Worth {
    /// Core hours for an hour of film, all rungs with their search and measurement.
    core_hours_per_h: f64,
    /// Share of H.264's bits that it saves at the same quality.
    saving: f64,
}

/// Rounded from this repository's own measurement of final encodes at 1080p, a ladder taken as three of those.
fn worth(codec: VideoCodec) -> Worth {
    match codec {
        VideoCodec::H264 => Worth { core_hours_per_h: 6.0, saving: 0.0 },
        VideoCodec::Hevc => Worth { core_hours_per_h: 14.0, saving: 0.35 },
        VideoCodec::Vp9 => Worth { core_hours_per_h: 14.0, saving: 0.25 },
        VideoCodec::Av1 => Worth { core_hours_per_h: 14.0, saving: 0.45 },
    }
}

/// The formats of a title whose master has this `transfer`, H.264 first, each once.
pub fn formats(policy: &Policy, transfer: Transfer, demand: Demand) -> Vec<Format> {
    let is_wanted = |codec: &VideoCodec| match policy {
        _ if *codec == VideoCodec::H264 => true,
        Policy::All => true,
        Policy::Listed(codecs) => codecs.contains(codec),
        Policy::Demand(prices) => pays(*codec, *prices, demand),
    };
    let codecs: Vec<VideoCodec> = VideoCodec::ALL.into_iter().filter(is_wanted).collect();
    let standard = codecs.iter().map(|&codec| Format { codec, transfer: Transfer::Sdr });
    let high = codecs.iter().filter(|_| transfer != Transfer::Sdr).filter(|codec| has_high_range(**codec));
    standard.chain(high.map(|&codec| Format { codec, transfer })).collect()
}

/// Whether high dynamic range is made in `codec`: devices that show it take it in these.
fn has_high_range(codec: VideoCodec) -> bool {
    matches!(codec, VideoCodec::Hevc | VideoCodec::Av1)
}

/// Hours watched × gigabytes saved in an hour × their price ≥ hours of film × core hours for one × their price.
fn pays(codec: VideoCodec, prices: Prices, demand: Demand) -> bool {
    let worth = worth(codec);
    let saved = demand.watched_h * BASE_GIGABYTES_PER_H * worth.saving * prices.gigabyte;
    saved >= demand.film_h * worth.core_hours_per_h * prices.core_hour
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(policy: Policy, transfer: Transfer, watched_h: f64, expected: &str) {
        let formats = formats(&policy, transfer, Demand { watched_h, film_h: 2.0 });
        let names: Vec<String> = formats.iter().map(Format::to_string).collect();
        assert_eq!(names.join(" "), expected, "{policy:?} {transfer:?} {watched_h}");
    }

    #[test]
    fn h264_is_always_there_and_always_standard() {
        check(Policy::Listed(Vec::new()), Transfer::Sdr, 0.0, "h264");
        check(Policy::Listed(Vec::new()), Transfer::Pq, 0.0, "h264");
        check(Policy::Listed(vec![VideoCodec::Av1]), Transfer::Pq, 0.0, "h264 av1 av1-pq");
        check(Policy::All, Transfer::Sdr, 0.0, "h264 hevc vp9 av1");
        check(Policy::All, Transfer::Hlg, 0.0, "h264 hevc vp9 av1 hevc-hlg av1-hlg");
    }

    #[test]
    fn demand_brings_codecs_one_by_one() {
        // A core hour costs as much as a gigabyte. Two hours of film are 28 core hours in each further codec; an hour
        // watched saves 1.6 x 0.45 = 0.72 GB with AV1, 0.56 GB with HEVC, 0.4 GB with VP9: 38.9, 50 and 70 hours.
        let prices = Prices { core_hour: 1.0, gigabyte: 1.0 };
        check(Policy::Demand(prices), Transfer::Sdr, 0.0, "h264");
        check(Policy::Demand(prices), Transfer::Sdr, 38.0, "h264");
        check(Policy::Demand(prices), Transfer::Sdr, 39.0, "h264 av1");
        check(Policy::Demand(prices), Transfer::Pq, 51.0, "h264 hevc av1 hevc-pq av1-pq");
        check(Policy::Demand(prices), Transfer::Sdr, 71.0, "h264 hevc vp9 av1");
        let dear = Prices { core_hour: 100.0, gigabyte: 1.0 };
        check(Policy::Demand(dear), Transfer::Sdr, 71.0, "h264");
    }
}
