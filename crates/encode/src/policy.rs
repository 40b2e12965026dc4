//! Policy: which formats a title gets, and when a further codec pays for itself.
//!
//! H.264 in standard dynamic range is always first and always there. High dynamic range is coded in HEVC and AV1
//! alone, beside the standard rendition in the same codec: that one is for screens without it.

use media::codec::{Format, VideoCodec};
use media::picture::Transfer;
use std::fmt;
use std::str::FromStr;

/// Which codecs a title gets beside H.264.
#[derive(Debug, Clone, PartialEq)]
pub enum Policy {
    /// All at once.
    All,
    /// Those named here, whatever the demand.
    Listed(Vec<VideoCodec>),
    /// Each as soon as the traffic that it saves has paid for its encode.
    Demand,
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
    /// Length of the film in hours; 0 where it is not known.
    pub film_h: f64,
    /// What work and traffic cost.
    pub prices: Prices,
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Policy::All => f.write_str("all"),
            Policy::Demand => f.write_str("demand"),
            Policy::Listed(codecs) => {
                let mut others = codecs.iter().filter(|codec| **codec != VideoCodec::H264);
                f.write_str(VideoCodec::H264.name())
                    .and_then(|()| others.try_for_each(|codec| write!(f, ",{codec}")))
            }
        }
    }
}

/// Why a text is no [`Policy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPolicy;

impl fmt::Display for NotAPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("codecs are `all`, `demand`, or a list of h264, hevc, vp9 and av1 with commas between")
    }
}

impl std::error::Error for NotAPolicy {}

impl FromStr for Policy {
    type Err = NotAPolicy;

    fn from_str(text: &str) -> Result<Self, NotAPolicy> {
        let codec = |name: &str| name.trim().parse().map_err(|_| NotAPolicy);
        match text {
            "all" => Ok(Policy::All),
            "demand" => Ok(Policy::Demand),
            list => {
                let mut codecs = list.split(',').map(codec).collect::<Result<Vec<_>, _>>()?;
                // It is in every list, said or not.
                codecs.retain(|codec| *codec != VideoCodec::H264);
                Ok(Policy::Listed(codecs))
            }
        }
    }
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

/// Rounded from measurements: final encodes of 1080p animation, one thread, with a ladder taken as three of those; bits at
/// equal VMAF v1 (85 to 95) of that and of a dark film at 540p, where 10 bits count for much.
fn worth(codec: VideoCodec) -> Worth {
    match codec {
        VideoCodec::H264 => Worth { core_hours_per_h: 6.0, saving: 0.0 },
        VideoCodec::Hevc => Worth { core_hours_per_h: 11.0, saving: 0.35 },
        VideoCodec::Vp9 => Worth { core_hours_per_h: 19.0, saving: 0.1 },
        VideoCodec::Av1 => Worth { core_hours_per_h: 9.0, saving: 0.5 },
    }
}

/// The formats of a title whose master has this `transfer`, H.264 first, each once.
pub fn formats(policy: &Policy, transfer: Transfer, demand: Demand) -> Vec<Format> {
    let is_wanted = |codec: &VideoCodec| match policy {
        _ if *codec == VideoCodec::H264 => true,
        Policy::All => true,
        Policy::Listed(codecs) => codecs.contains(codec),
        Policy::Demand => pays(*codec, demand),
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

/// Hours watched × gigabytes saved in an hour × their price ≥ hours of film × core hours for one × their price. Of a film of
/// unknown length nobody can say what its encode costs.
fn pays(codec: VideoCodec, demand: Demand) -> bool {
    let (worth, prices) = (worth(codec), demand.prices);
    let saved = demand.watched_h * BASE_GIGABYTES_PER_H * worth.saving * prices.gigabyte;
    demand.film_h > 0.0 && saved >= demand.film_h * worth.core_hours_per_h * prices.core_hour
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A core hour costs `core_hour` times as much as a gigabyte.
    #[track_caller]
    fn check_at(core_hour: f64, policy: Policy, transfer: Transfer, watched_h: f64, expected: &str) {
        let prices = Prices { core_hour, gigabyte: 1.0 };
        let formats = formats(&policy, transfer, Demand { watched_h, film_h: 2.0, prices });
        let names: Vec<String> = formats.iter().map(Format::to_string).collect();
        assert_eq!(names.join(" "), expected, "{policy:?} {transfer:?} {watched_h}");
    }

    #[track_caller]
    fn check(policy: Policy, transfer: Transfer, watched_h: f64, expected: &str) {
        check_at(1.0, policy, transfer, watched_h, expected);
    }

    #[test]
    fn policies_are_read() {
        for (text, expected) in
            [("all", "all"), ("demand", "demand"), ("h264", "h264"), ("av1, hevc", "h264,av1,hevc")]
        {
            assert_eq!(text.parse::<Policy>().map(|policy| policy.to_string()), Ok(expected.to_owned()));
        }
        for text in ["", "none", "h264,", "All"] {
            assert_eq!(text.parse::<Policy>(), Err(NotAPolicy), "{text}");
        }
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
        // A core hour costs as much as a gigabyte. Two hours of film are 18 core hours in AV1, and an hour watched saves
        // 1.6 x 0.5 = 0.8 GB: 22.5 hours. HEVC: 22 / 0.56 = 39.3 hours. VP9: 38 / 0.16 = 237.5 hours.
        check(Policy::Demand, Transfer::Sdr, 0.0, "h264");
        check(Policy::Demand, Transfer::Sdr, 22.0, "h264");
        check(Policy::Demand, Transfer::Sdr, 23.0, "h264 av1");
        check(Policy::Demand, Transfer::Pq, 40.0, "h264 hevc av1 hevc-pq av1-pq");
        check(Policy::Demand, Transfer::Sdr, 238.0, "h264 hevc vp9 av1");
        check_at(100.0, Policy::Demand, Transfer::Sdr, 238.0, "h264");
    }

    #[test]
    fn a_film_of_unknown_length_gets_no_codec_on_demand() {
        let demand = Demand { watched_h: 1e6, film_h: 0.0, prices: Prices { core_hour: 1.0, gigabyte: 1.0 } };
        assert_eq!(formats(&Policy::Demand, Transfer::Pq, demand), [Format::BASE]);
    }
}
