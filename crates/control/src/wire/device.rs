//! A device as the query of a manifest's address describes it.
//!
//! Owns the parameters' names and forms. What is not said, the device can; what a title has for it, `manifest` decides.

use std::str::FromStr;

use manifest::Device;
use manifest::offer::TextForm;
use media::codec::{AudioCodec, VideoCodec};
use media::picture::Transfer;
use media::protection::{KeySystem, Scheme, TrackClass};
use media::{Format, Size};

/// Longest query that is read, in bytes: all parameters with all their values have fewer.
const QUERY_BYTES_MAX: usize = 1024;

/// Parameters, and their forms for people.
pub(crate) const PARAMETERS: [(&str, &str); 10] = [
    ("formats", "video codecs, with `-pq` or `-hlg` where the range is high: `h264,av1,hevc-pq`"),
    ("size", "largest picture: `1920x1080`"),
    ("fps", "highest frame rate: `60`"),
    ("bitrate", "greatest mean bitrate of the picture in bits per second"),
    ("sounds", "audio codecs: `aac,eac3,opus`"),
    ("channels", "most channels of sound"),
    ("schemes", "schemes of encryption: `cenc,cbcs`"),
    ("systems", "key systems: `common,widevine,playready,fairplay`; empty for none"),
    ("class", "best class of tracks that it gets keys of: `audio`, `sd`, `hd`, `fhd` or `uhd`"),
    ("text", "form of text: `file`, `segmented`, `wvtt` or `imsc`"),
];

/// The device that `query` describes; without one, a device that plays everything.
///
/// # Errors
/// What is wrong with the query, as the rest of a sentence.
pub(crate) fn read(query: Option<&str>) -> Result<Device, String> {
    let query = query.unwrap_or_default();
    if query.len() > QUERY_BYTES_MAX {
        return Err(format!("has more than {QUERY_BYTES_MAX} bytes"));
    }
    let mut device = Device { text_form: TextForm::Segmented, ..Device::any() };
    // A comma needs no escape in a query, yet many programs escape it (RFC 3986, 3.4).
    let query = query.replace("%2C", ",").replace("%2c", ",");
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        set(&mut device, name, value).ok_or_else(|| fault(name, value))?;
    }
    Ok(device)
}

fn fault(name: &str, value: &str) -> String {
    match PARAMETERS.iter().find(|(known, _)| *known == name) {
        Some((_, form)) => format!("has {name}={value:?}, which it cannot have; {form}"),
        None => format!("has a parameter {name:?}, which is not known"),
    }
}

/// Sets one ability; `None` where the name or the value is none.
fn set(device: &mut Device, name: &str, value: &str) -> Option<()> {
    match name {
        "formats" => device.formats = list(value, format)?,
        "size" => device.size_max = size(value)?,
        "fps" => device.fps_max = number(value).filter(|fps: &f64| *fps > 0.0)?,
        "bitrate" => device.bitrate_bps_max = number(value)?,
        "sounds" => device.sounds = list(value, |name| name.parse::<AudioCodec>().ok())?,
        "channels" => device.channels_max = number(value)?,
        "schemes" => device.schemes = list(value, scheme)?,
        "systems" => device.systems = list(value, KeySystem::named)?,
        "class" => device.class_max = TrackClass::named(value)?,
        "text" => device.text_form = text_form(value)?,
        _ => return None,
    }
    Some(())
}

fn list<T>(value: &str, item: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    value.split(',').filter(|name| !name.is_empty()).map(item).collect()
}

fn number<T: FromStr>(value: &str) -> Option<T> {
    value.parse().ok().filter(|_| value.starts_with(|first: char| first.is_ascii_digit()))
}

fn format(name: &str) -> Option<Format> {
    let transfers = [Transfer::Sdr, Transfer::Pq, Transfer::Hlg];
    let mut all =
        VideoCodec::ALL.into_iter().flat_map(|codec| transfers.map(|transfer| Format { codec, transfer }));
    all.find(|format| format.to_string() == name)
}

fn size(value: &str) -> Option<Size> {
    let (width, height) = value.split_once('x')?;
    Some(Size { width: number(width)?, height: number(height)? })
}

fn scheme(name: &str) -> Option<Scheme> {
    Scheme::ALL.into_iter().find(|scheme| scheme.name() == name)
}

fn text_form(name: &str) -> Option<TextForm> {
    match name {
        "file" => Some(TextForm::File),
        "segmented" => Some(TextForm::Segmented),
        "wvtt" => Some(TextForm::Wvtt),
        "imsc" => Some(TextForm::Imsc),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, change: impl FnOnce(&mut Device)) {
        let mut expected = Device { text_form: TextForm::Segmented, ..Device::any() };
        change(&mut expected);
        assert_eq!(read(Some(query)), Ok(expected), "{query}");
    }

    #[test]
    fn queries_describe_devices() {
        check("", |_| {});
        check("&formats=h264,av1-pq&", |device| {
            device.formats = vec![Format::BASE, Format { codec: VideoCodec::Av1, transfer: Transfer::Pq }];
        });
        check("size=1280x720&fps=30.5&bitrate=2000000", |device| {
            device.size_max = Size { width: 1280, height: 720 };
            (device.fps_max, device.bitrate_bps_max) = (30.5, 2_000_000);
        });
        check("sounds=aac%2Copus&channels=2", |device| {
            (device.sounds, device.channels_max) = (vec![AudioCodec::Aac, AudioCodec::Opus], 2);
        });
        check("schemes=cbcs&systems=&class=hd&text=imsc", |device| {
            (device.schemes, device.systems) = (vec![Scheme::Cbcs], vec![]);
            (device.class_max, device.text_form) = (TrackClass::Hd, TextForm::Imsc);
        });
    }

    #[test]
    fn other_queries_are_refused() {
        let long = "x".repeat(1025);
        for (query, expected) in [
            ("formats=h266", "formats"),
            ("size=big", "1920x1080"),
            ("fps=0", "fps"),
            ("fps=inf", "fps"),
            ("bitrate=-1", "bitrate"),
            ("channels=+2", "channels"),
            ("class=HD", "class"),
            ("colour=red", "not known"),
            (&long, "more than 1024 bytes"),
        ] {
            let fault = read(Some(query)).unwrap_err();
            assert!(fault.contains(expected), "{query}: {fault}");
        }
    }
}
