//! The tags that the standard knows: where they may be, how often, and what their values are.

/// Kind of playlist in which a tag may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// Both.
    Any,
    /// Media playlists.
    Media,
    /// Multivariant playlists.
    Multivariant,
}

/// What follows a tag's name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    /// Nothing.
    None,
    /// A decimal integer.
    Integer,
    /// Something that its own check reads.
    Own,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of attributes.
    Attributes(&'static [Attribute]),
}

/// An attribute: its name, its type and whether it must be there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute(pub(super) &'static str, pub(super) Type, pub(super) bool);

/// Types of attribute values (section 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// decimal-integer.
    Int,
    /// hexadecimal-sequence.
    Hex,
    /// decimal-floating-point.
    Float,
    /// signed-decimal-floating-point.
    Signed,
    /// quoted-string.
    Text,
    /// enumerated-string.
    Word,
    /// enumerated-string of YES and NO.
    YesNo,
    /// decimal-resolution.
    Resolution,
}

/// A tag.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) name: &'static str,
    pub(super) home: Home,
    pub(super) once: bool,
    pub(super) value: Value,
}

const fn spec(name: &'static str, home: Home, once: bool, value: Value) -> Spec {
    Spec { name, home, once, value }
}

use Home::{Any, Media, Multivariant};
use Type::{Float, Hex, Int, Resolution, Signed, Text, Word, YesNo};
use Value::{Attributes, Integer, Own};

const fn need(name: &'static str, kind: Type) -> Attribute {
    Attribute(name, kind, true)
}

const fn may(name: &'static str, kind: Type) -> Attribute {
    Attribute(name, kind, false)
}

const KEY: &[Attribute] = &[
    need("METHOD", Word),
    may("URI", Text),
    may("IV", Hex),
    may("KEYFORMAT", Text),
    may("KEYFORMATVERSIONS", Text),
    may("KEYID", Hex),
];

const VARIANT: &[Attribute] = &[
    need("BANDWIDTH", Int),
    may("AVERAGE-BANDWIDTH", Int),
    may("SCORE", Float),
    may("CODECS", Text),
    may("SUPPLEMENTAL-CODECS", Text),
    may("RESOLUTION", Resolution),
    may("FRAME-RATE", Float),
    may("HDCP-LEVEL", Word),
    may("ALLOWED-CPC", Text),
    may("VIDEO-RANGE", Word),
    may("REQ-VIDEO-LAYOUT", Text),
    may("STABLE-VARIANT-ID", Text),
    may("AUDIO", Text),
    may("VIDEO", Text),
    may("SUBTITLES", Text),
    may("PATHWAY-ID", Text),
    may("NAME", Text),
];

const I_FRAME_VARIANT: &[Attribute] = &[
    need("BANDWIDTH", Int),
    need("URI", Text),
    may("AVERAGE-BANDWIDTH", Int),
    may("SCORE", Float),
    may("CODECS", Text),
    may("SUPPLEMENTAL-CODECS", Text),
    may("RESOLUTION", Resolution),
    may("HDCP-LEVEL", Word),
    may("ALLOWED-CPC", Text),
    may("VIDEO-RANGE", Word),
    may("REQ-VIDEO-LAYOUT", Text),
    may("STABLE-VARIANT-ID", Text),
    may("VIDEO", Text),
    may("PATHWAY-ID", Text),
];

const RENDITION: &[Attribute] = &[
    need("TYPE", Word),
    need("GROUP-ID", Text),
    need("NAME", Text),
    may("URI", Text),
    may("LANGUAGE", Text),
    may("ASSOC-LANGUAGE", Text),
    may("STABLE-RENDITION-ID", Text),
    may("DEFAULT", YesNo),
    may("AUTOSELECT", YesNo),
    may("FORCED", YesNo),
    may("INSTREAM-ID", Text),
    may("BIT-DEPTH", Int),
    may("SAMPLE-RATE", Int),
    may("CHARACTERISTICS", Text),
    may("CHANNELS", Text),
];

const DATE_RANGE: &[Attribute] = &[
    need("ID", Text),
    may("CLASS", Text),
    may("START-DATE", Text),
    may("CUE", Text),
    may("END-DATE", Text),
    may("DURATION", Float),
    may("PLANNED-DURATION", Float),
    may("SCTE35-CMD", Hex),
    may("SCTE35-OUT", Hex),
    may("SCTE35-IN", Hex),
    may("END-ON-NEXT", YesNo),
];

const SERVER_CONTROL: &[Attribute] = &[
    may("CAN-SKIP-UNTIL", Float),
    may("CAN-SKIP-DATERANGES", YesNo),
    may("HOLD-BACK", Float),
    may("PART-HOLD-BACK", Float),
    may("CAN-BLOCK-RELOAD", YesNo),
];

const PART: &[Attribute] = &[
    need("URI", Text),
    need("DURATION", Float),
    may("INDEPENDENT", YesNo),
    may("BYTERANGE", Text),
    may("GAP", YesNo),
];

/// Section 4.4, and the image playlists' tags.
pub(super) const TAGS: &[Spec] = &[
    spec("EXTM3U", Any, true, Value::None),
    spec("EXT-X-VERSION", Any, true, Integer),
    spec("EXT-X-INDEPENDENT-SEGMENTS", Any, true, Value::None),
    spec("EXT-X-START", Any, true, Attributes(&[need("TIME-OFFSET", Signed), may("PRECISE", YesNo)])),
    spec(
        "EXT-X-DEFINE",
        Any,
        false,
        Attributes(&[may("NAME", Text), may("VALUE", Text), may("IMPORT", Text), may("QUERYPARAM", Text)]),
    ),
    spec("EXT-X-TARGETDURATION", Media, true, Integer),
    spec("EXT-X-MEDIA-SEQUENCE", Media, true, Integer),
    spec("EXT-X-DISCONTINUITY-SEQUENCE", Media, true, Integer),
    spec("EXT-X-ENDLIST", Media, true, Value::None),
    spec("EXT-X-PLAYLIST-TYPE", Media, true, Value::Word(&["VOD", "EVENT"])),
    spec("EXT-X-I-FRAMES-ONLY", Media, true, Value::None),
    spec("EXT-X-PART-INF", Media, true, Attributes(&[need("PART-TARGET", Float)])),
    spec("EXT-X-SERVER-CONTROL", Media, true, Attributes(SERVER_CONTROL)),
    spec("EXTINF", Media, false, Own),
    spec("EXT-X-BYTERANGE", Media, false, Own),
    spec("EXT-X-DISCONTINUITY", Media, false, Value::None),
    spec("EXT-X-KEY", Media, false, Attributes(KEY)),
    spec("EXT-X-MAP", Media, false, Attributes(&[need("URI", Text), may("BYTERANGE", Text)])),
    spec("EXT-X-PROGRAM-DATE-TIME", Media, false, Own),
    spec("EXT-X-GAP", Media, false, Value::None),
    spec("EXT-X-BITRATE", Media, false, Integer),
    spec("EXT-X-PART", Media, false, Attributes(PART)),
    spec("EXT-X-DATERANGE", Media, false, Attributes(DATE_RANGE)),
    spec(
        "EXT-X-SKIP",
        Media,
        true,
        Attributes(&[need("SKIPPED-SEGMENTS", Int), may("RECENTLY-REMOVED-DATERANGES", Text)]),
    ),
    spec(
        "EXT-X-PRELOAD-HINT",
        Media,
        false,
        Attributes(&[
            need("TYPE", Word),
            need("URI", Text),
            may("BYTERANGE-START", Int),
            may("BYTERANGE-LENGTH", Int),
        ]),
    ),
    spec(
        "EXT-X-RENDITION-REPORT",
        Media,
        false,
        Attributes(&[may("URI", Text), may("LAST-MSN", Int), may("LAST-PART", Int)]),
    ),
    spec("EXT-X-MEDIA", Multivariant, false, Attributes(RENDITION)),
    spec("EXT-X-STREAM-INF", Multivariant, false, Attributes(VARIANT)),
    spec("EXT-X-I-FRAME-STREAM-INF", Multivariant, false, Attributes(I_FRAME_VARIANT)),
    spec(
        "EXT-X-SESSION-DATA",
        Multivariant,
        false,
        Attributes(&[
            need("DATA-ID", Text),
            may("VALUE", Text),
            may("URI", Text),
            may("FORMAT", Word),
            may("LANGUAGE", Text),
        ]),
    ),
    spec("EXT-X-SESSION-KEY", Multivariant, false, Attributes(KEY)),
    spec(
        "EXT-X-CONTENT-STEERING",
        Multivariant,
        true,
        Attributes(&[need("SERVER-URI", Text), may("PATHWAY-ID", Text)]),
    ),
    spec("EXT-X-IMAGES-ONLY", Media, true, Value::None),
    spec(
        "EXT-X-TILES",
        Media,
        false,
        Attributes(&[need("RESOLUTION", Resolution), need("LAYOUT", Resolution), need("DURATION", Float)]),
    ),
    spec("EXT-X-IMAGE-STREAM-INF", Multivariant, false, Attributes(I_FRAME_VARIANT)),
];

/// The tag of this name.
pub(super) fn find(name: &str) -> Option<&'static Spec> {
    TAGS.iter().find(|spec| spec.name == name)
}

impl Type {
    /// What the standard calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Int => "decimal-integer",
            Hex => "hexadecimal-sequence",
            Float => "decimal-floating-point",
            Signed => "signed-decimal-floating-point",
            Text => "quoted-string",
            Word => "enumerated-string",
            YesNo => "YES or NO",
            Resolution => "decimal-resolution",
        }
    }
}
