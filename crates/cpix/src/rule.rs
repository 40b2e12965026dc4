//! Usage rules: which tracks a key is for.
//!
//! CPIX filters pictures by their number of pixels, Matinee's classes go by their sides. A class is told as the pixels of
//! its largest 16:9 (or, for `sd`, 16:9 at 1024) picture, and is meant by a filter that takes that picture in.

use media::protection::{KeyId, TrackClass};

use crate::{Error, error::wrong};

/// The largest picture of each class of pictures, in pixels: 1024x576, 1280x720, 1920x1080, 3840x2160.
const PIXELS_MAX: [(TrackClass, u64); 4] = [
    (TrackClass::Sd, 1024 * 576),
    (TrackClass::Hd, 1280 * 720),
    (TrackClass::FullHd, 1920 * 1080),
    (TrackClass::Uhd, 3840 * 2160),
];

/// Which tracks a key is for (`ContentKeyUsageRule`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The key.
    pub key_id: KeyId,
    /// What the tracks are called (`intendedTrackType`).
    pub track_type: Option<String>,
    /// Identifiers of the key periods it is for; empty: all.
    pub periods: Vec<String>,
    /// The tracks: those of any of these.
    pub filters: Vec<Filter>,
}

/// Some tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Sound (`AudioFilter`).
    Audio,
    /// Pictures of so many pixels, both ends included (`VideoFilter`).
    Video {
        /// At least.
        pixels_min: u64,
        /// At most; `None`: any.
        pixels_max: Option<u64>,
    },
    /// Something that Matinee does not tell tracks apart by. Says what.
    Unusable(String),
}

impl Rule {
    /// The rule for the tracks of `class`.
    pub fn of_class(key_id: KeyId, class: TrackClass, period: Option<String>) -> Rule {
        let place = PIXELS_MAX.iter().position(|(known, _)| *known == class);
        let filter = place.map_or(Filter::Audio, |at| Filter::Video {
            pixels_min: at.checked_sub(1).map_or(0, |below| PIXELS_MAX[below].1 + 1),
            pixels_max: (class != TrackClass::Uhd).then_some(PIXELS_MAX[at].1),
        });
        Rule {
            key_id,
            track_type: Some(class.name().to_uppercase()),
            periods: period.into_iter().collect(),
            filters: vec![filter],
        }
    }

    /// The classes that the rule is for: by its filters, or where it has none by what the tracks are called. May be
    /// none: pictures larger than any class.
    ///
    /// # Errors
    /// Where the rule goes by what Matinee does not know: such a rule must not be guessed (CPIX, "Usage Rules Filters").
    pub fn classes(&self) -> Result<Vec<TrackClass>, Error> {
        let wrong = |reason: String| {
            wrong("ContentKeyUsageRule", format!("the rule of key {} {reason}", self.key_id))
        };
        let mut classes = Vec::new();
        for filter in &self.filters {
            match filter {
                Filter::Audio => classes.push(TrackClass::Audio),
                Filter::Video { pixels_min, pixels_max } => {
                    let range = *pixels_min..=pixels_max.unwrap_or(u64::MAX);
                    let meant = PIXELS_MAX.iter().filter(|(_, pixels)| range.contains(pixels));
                    classes.extend(meant.map(|(class, _)| *class));
                }
                Filter::Unusable(what) => {
                    return Err(wrong(format!(
                        "goes by {what}, which Matinee does not tell tracks apart by"
                    )));
                }
            }
        }
        if self.filters.is_empty() {
            let names = self.track_type.as_deref().unwrap_or_default();
            for name in names.split('+') {
                classes.extend(named(name).ok_or_else(|| {
                    wrong(format!("has no filter, and its track type `{name}` names no class"))
                })?);
            }
        }
        classes.sort();
        classes.dedup();
        Ok(classes)
    }
}

/// The classes that a track type means: ours, and the common `ALL` and `VIDEO`.
fn named(name: &str) -> Option<Vec<TrackClass>> {
    match name.trim().to_lowercase().as_str() {
        "all" => Some(TrackClass::ALL.to_vec()),
        "video" => Some(PIXELS_MAX.map(|(class, _)| class).to_vec()),
        name => TrackClass::named(name).map(|class| vec![class]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TrackClass::{Audio, FullHd, Hd, Sd, Uhd};

    const ID: KeyId = KeyId([1; 16]);

    #[test]
    fn a_class_s_rule_means_the_class() {
        for class in TrackClass::ALL {
            let rule = Rule::of_class(ID, class, None);
            assert_eq!(rule.classes(), Ok(vec![class]));
            assert_eq!(Rule { filters: vec![], ..rule }.classes(), Ok(vec![class]));
        }
    }

    /// Rules as SPEKE 2.0's presets have them.
    #[test]
    fn rules_of_others_mean_classes() {
        let video = |pixels_min, pixels_max| Filter::Video { pixels_min, pixels_max };
        for (filters, track_type, expected) in [
            (vec![video(0, None)], "VIDEO", vec![Sd, Hd, FullHd, Uhd]),
            (vec![Filter::Audio, video(0, None)], "ALL", TrackClass::ALL.to_vec()),
            (vec![video(0, Some(589_824))], "SD", vec![Sd]),
            (vec![video(589_825, Some(2_073_600))], "HD", vec![Hd, FullHd]),
            (vec![video(2_073_601, Some(8_847_360))], "UHD1", vec![Uhd]),
            (vec![video(8_847_361, None)], "UHD2", vec![]),
            (vec![], "sd+Audio", vec![Audio, Sd]),
        ] {
            let rule = Rule { key_id: ID, track_type: Some(track_type.to_owned()), periods: vec![], filters };
            assert_eq!(rule.classes(), Ok(expected), "{track_type}");
        }
        let label = Filter::Unusable("LabelFilter".to_owned());
        for (filters, expected) in [(vec![Filter::Audio, label], "goes by LabelFilter"), (vec![], "``")] {
            let rule = Rule { key_id: ID, track_type: None, periods: vec![], filters };
            let error = rule.classes().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
