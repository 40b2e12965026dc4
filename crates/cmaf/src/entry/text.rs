//! Text sample entries: WebVTT (ISO/IEC 14496-30, 7.5) and TTML (clause 12.6.3), which are written and not read.

use super::write_common;
use crate::read::Handler;
use crate::write::Writer;

/// Namespace of the documents of an IMSC 1 text track (W3C TTML2, 5.1).
const TTML_NAMESPACE: &[u8] = b"http://www.w3.org/ns/ttml";

/// What every WebVTT file begins with; all that the track has of one's head.
const WEBVTT_HEAD: &[u8] = b"WEBVTT";

/// A text track's entry, and what the text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextEntry {
    /// How text is coded.
    pub coding: TextCoding,
    /// Its role among those of DASH (ISO/IEC 23009-1, 5.8.5.5), such as `caption`; told in a `kind` box (clause 8.10.4).
    pub role: &'static str,
}

/// How text is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextCoding {
    /// WebVTT cues in boxes: `wvtt`.
    WebVtt,
    /// Documents of the IMSC 1 text profile: `stpp`.
    Imsc,
}

impl TextEntry {
    /// `wvtt` or `stpp.ttml.im1t` (RFC 6381; W3C TTML Profile Registry).
    pub fn codecs(&self) -> String {
        match self.coding {
            TextCoding::WebVtt => "wvtt".to_owned(),
            TextCoding::Imsc => "stpp.ttml.im1t".to_owned(),
        }
    }

    pub(crate) fn handler(&self) -> Handler {
        match self.coding {
            TextCoding::WebVtt => Handler::Text,
            TextCoding::Imsc => Handler::Subtitles,
        }
    }

    /// The CMAF media profile's brand (ISO/IEC 23000-19, 11.2 and 11.3).
    pub(crate) fn brand(&self) -> &'static [u8; 4] {
        match self.coding {
            TextCoding::WebVtt => b"cwvt",
            TextCoding::Imsc => b"im1t",
        }
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        match self.coding {
            TextCoding::WebVtt => w.boxed(b"wvtt", |w| {
                write_common(w);
                w.boxed(b"vttC", |w| w.bytes(WEBVTT_HEAD));
            }),
            TextCoding::Imsc => w.boxed(b"stpp", |w| {
                write_common(w);
                w.bytes(TTML_NAMESPACE);
                w.u8(0);
                w.u8(0); // schema_location: empty
                w.u8(0); // auxiliary_mime_types: empty
            }),
        }
    }
}
