//! For each rule a way to break it.

use super::Memory;

/// A rule's ID and what is done to the package.
pub(crate) type Case = (&'static str, fn(&mut Memory));

/// All cases.
pub(crate) fn all() -> impl Iterator<Item = Case> {
    HLS.iter().chain(HLS_MEDIA).chain(DASH).chain(DASH_MEDIA).chain(CMAF).chain(CENC).copied()
}

const MASTER: &str = "master.m3u8";
const MPD: &str = "manifest.mpd";

/// Of playlists by themselves.
const HLS: &[Case] = &[
    ("hls-encoding", |p| p.append(MASTER, "# \u{7}\n")),
    ("hls-header", |p| p.swap(MASTER, "#EXTM3U\n", "#EXT-X-VERSION:7\n")),
    ("hls-kind", |p| p.append(MASTER, "#EXT-X-ENDLIST\n")),
    ("hls-tag-once", |p| p.append("v1.m3u8", "#EXT-X-TARGETDURATION:2\n")),
    ("hls-tag-value", |p| p.swap("v1.m3u8", "DURATION:2\n", "DURATION:two\n")),
    ("hls-tag-unknown", |p| p.append("v1.m3u8", "#EXT-X-OURS:1\n")),
    ("hls-attribute-list", |p| p.swap(MASTER, ",AUTOSELECT", ", AUTOSELECT")),
    ("hls-attribute-value", |p| p.swap(MASTER, "LANGUAGE=\"en\"", "LANGUAGE=en")),
    ("hls-attribute-missing", |p| p.swap(MASTER, "NAME=\"English\",", "")),
    ("hls-uri-line", |p| p.swap("v1.m3u8", "#EXTINF:2.000,\n", "")),
    ("hls-uri-line", |p| p.swap(MASTER, "\nv2.m3u8", "")),
    ("hls-uri-local", |p| p.swap("t1.m3u8", "t1.vtt", "file:///etc/passwd")),
    ("hls-variable", |p| p.swap("t1.m3u8", "t1.vtt", "{$name}.vtt")),
    ("hls-version", |p| p.swap("v1.m3u8", "VERSION:7", "VERSION:5")),
    ("hls-target-duration", |p| p.swap("v1.m3u8", "DURATION:2\n", "DURATION:1\n")),
    ("hls-target-duration", |p| p.swap("v1.m3u8", "#EXT-X-TARGETDURATION:2\n", "")),
    ("hls-empty", |p| p.swap("t1.m3u8", "#EXTINF:4,\nt1.vtt\n", "")),
    ("hls-end", |p| p.swap("v1.m3u8", "#EXT-X-ENDLIST\n", "")),
    ("hls-byte-range", |p| p.swap("t1.m3u8", "t1.vtt", "#EXT-X-BYTERANGE:10\nt1.vtt")),
    ("hls-key", |p| p.swap("s1.m3u8", "METHOD=SAMPLE-AES,", "METHOD=SAMPLE-AES,IV=0x12,")),
    ("hls-key", |p| p.swap("s1.m3u8", "METHOD=SAMPLE-AES", "METHOD=ROT13")),
    ("hls-key", |p| p.swap("s1.m3u8", "METHOD=SAMPLE-AES", "METHOD=NONE")),
    ("hls-session-key", |p| p.append(MASTER, "#EXT-X-SESSION-KEY:METHOD=NONE\n")),
    ("hls-date-range", |p| p.append("v1.m3u8", "#EXT-X-DATERANGE:ID=\"a\",END-ON-NEXT=YES\n")),
    ("hls-date-range", |p| {
        let dates = "START-DATE=\"2026-01-02T00:00:00Z\",END-DATE=\"2026-01-01T00:00:00Z\"";
        p.append("v1.m3u8", &format!("#EXT-X-DATERANGE:ID=\"a\",{dates}\n"));
    }),
    ("hls-low-latency", |p| p.append("v1.m3u8", "#EXT-X-PART:DURATION=1,URI=\"a.mp4\"\n")),
    ("hls-low-latency", |p| p.append("v1.m3u8", "#EXT-X-SERVER-CONTROL:HOLD-BACK=2\n")),
    ("hls-i-frames", |p| p.swap("i1.m3u8", "#EXT-X-I-FRAMES-ONLY\n", "")),
    ("hls-i-frames", |p| p.append("v2.m3u8", "#EXT-X-I-FRAMES-ONLY\n")),
    ("hls-images", |p| p.swap("tiles.m3u8", "#EXT-X-IMAGES-ONLY\n", "")),
    ("hls-images", |p| p.swap("tiles.m3u8", "#EXT-X-TILES:RESOLUTION=32x18,LAYOUT=2x2,DURATION=1\n", "")),
    ("hls-group", |p| p.swap_first(MASTER, "AUDIO=\"aud\"", "AUDIO=\"none\"")),
    ("hls-group-members", |p| {
        let rendition =
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aud\",NAME=\"English\",DEFAULT=YES,AUTOSELECT=YES\n";
        p.append(MASTER, rendition);
    }),
    ("hls-group-sets", |p| {
        let rendition =
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"best\",NAME=\"Deutsch\",LANGUAGE=\"de\",URI=\"a1.m3u8\"\n";
        p.append(MASTER, rendition);
    }),
    ("hls-media", |p| p.swap(MASTER, "DEFAULT=YES,AUTOSELECT=YES", "DEFAULT=YES,AUTOSELECT=NO")),
    ("hls-media", |p| p.swap(MASTER, ",URI=\"t1.m3u8\"", "")),
    ("hls-closed-captions", |p| p.swap_first(MASTER, ",CLOSED-CAPTIONS=NONE", "")),
    ("hls-steering", |p| p.swap(MASTER, "PATHWAY-ID=\".\"", "PATHWAY-ID=\"a\"")),
    ("hls-codecs-missing", |p| p.swap_first(MASTER, "CODECS=\"avc1.64000a,mp4a.40.2\",", "")),
    ("hls-resolution-missing", |p| p.swap_first(MASTER, "RESOLUTION=64x36,", "")),
    ("hls-video-range", |p| p.swap(MASTER, "VIDEO-RANGE=SDR", "VIDEO-RANGE=HDR")),
    ("hls-video-range-missing", |p| p.swap_first(MASTER, "VIDEO-RANGE=SDR,", "")),
];

/// Of playlists beside their media.
const HLS_MEDIA: &[Case] = &[
    ("hls-map", |p| p.swap("v1.m3u8", "#EXT-X-MAP:", "#IGNORED:")),
    ("hls-map", |p| p.swap("v1.m3u8", "@0\"", "@8\"")),
    ("hls-key-scheme", |p| p.swap("s1.m3u8", "METHOD=SAMPLE-AES", "METHOD=SAMPLE-AES-CTR")),
    ("hls-key-scheme", |p| p.swap("s1.m3u8", "#EXT-X-KEY:", "#IGNORED:")),
    ("hls-key-id", |p| p.swap("s1.m3u8", "KEYID=0x30", "KEYID=0x31")),
    ("hls-i-frame-range", |p| p.retype("v1.mp4", b"moof", b"free")),
    ("hls-i-frame-range", |p| p.poke("v1.mp4", b"trun", 20, &[1, 1])),
    ("hls-codecs", |p| p.swap_first(MASTER, "avc1.64000a", "avc1.64000b")),
    ("hls-codecs", |p| p.swap_first(MASTER, ",mp4a.40.2", ",mp4a.40.2,ec-3")),
    ("hls-codecs", |p| p.swap_first(MASTER, ",mp4a.40.2", "")),
    ("hls-resolution", |p| p.swap_first(MASTER, "RESOLUTION=64x36", "RESOLUTION=128x72")),
    ("hls-frame-rate", |p| p.swap_first(MASTER, "FRAME-RATE=1.000", "FRAME-RATE=25.000")),
    ("hls-video-range", |p| p.poke("v1.mp4", b"nclx", 2, &[0, 16])),
    ("hls-bandwidth", |p| p.swap_first(MASTER, "BANDWIDTH=", "BANDWIDTH=1,X=")),
    ("hls-bandwidth", |p| p.swap_first(MASTER, "AVERAGE-BANDWIDTH=", "AVERAGE-BANDWIDTH=9")),
    ("hls-bandwidth-high", |p| p.swap_first(MASTER, "BANDWIDTH=", "BANDWIDTH=1")),
    ("hls-target-same", |p| p.swap("v2.m3u8", "DURATION:2\n", "DURATION:3\n")),
    ("hls-discontinuities", |p| p.swap_first("v2.m3u8", "#EXTINF", "#EXT-X-DISCONTINUITY\n#EXTINF")),
    ("hls-duration-same", |p| p.swap_first("v2.m3u8", "#EXTINF:2.000", "#EXTINF:1.000")),
    ("hls-independent-missing", |p| p.swap(MASTER, "#EXT-X-INDEPENDENT-SEGMENTS\n", "")),
    ("hls-independent", |p| p.poke("v1.mp4", b"trun", 20, &[1, 1])),
    ("hls-segment-duration", |p| p.swap_first("v2.m3u8", "#EXTINF:2.000", "#EXTINF:1.500")),
    ("hls-segment-whole", |p| p.swap_first("v1.m3u8", "#EXT-X-BYTERANGE:1", "#EXT-X-BYTERANGE:0")),
    ("hls-resource", |p| drop(p.0.remove("v2.m3u8"))),
    ("hls-resource", |p| drop(p.0.remove("t1.vtt"))),
    ("hls-resource", |p| p.swap("v1.m3u8", "#EXT-X-BYTERANGE:", "#EXT-X-BYTERANGE:9")),
    ("hls-webvtt", |p| p.swap("t1.vtt", "WEBVTT", "1\n")),
    ("hls-not-checked", |p| {
        p.swap("t1.m3u8", "t1.vtt", "t1.ts");
        p.put("t1.ts", vec![0x47; 188]);
    }),
];

/// Of manifests by themselves.
const DASH: &[Case] = &[
    ("dash-xml", |p| p.swap(MPD, "</Period>", "</Perio>")),
    ("dash-xml", |p| p.swap(MPD, "MPD", "DPM")),
    ("dash-namespace", |p| p.swap(MPD, "urn:mpeg:dash:schema:mpd:2011", "urn:ours")),
    ("dash-namespace-case", |p| {
        p.swap(MPD, "urn:mpeg:dash:schema:mpd:2011", "urn:mpeg:DASH:schema:MPD:2011")
    }),
    ("dash-attribute-missing", |p| p.swap(MPD, " minBufferTime=\"PT2S\"", "")),
    ("dash-attribute-value", |p| p.swap(MPD, "minBufferTime=\"PT2S\"", "minBufferTime=\"2\"")),
    ("dash-type", |p| p.swap(MPD, " mediaPresentationDuration=\"PT4S\"", "")),
    ("dash-type", |p| p.swap(MPD, "type=\"static\"", "type=\"dynamic\"")),
    ("dash-empty", |p| p.swap("live.mpd", "AdaptationSet", "EmptySet")),
    ("dash-period-time", |p| p.swap(MPD, "start=\"PT0S\"", "start=\"PT0S\" duration=\"PT9S\"")),
    ("dash-id", |p| p.swap(MPD, "<Representation id=\"v2\"", "<Representation id=\"v1\"")),
    ("dash-mime", |p| p.swap_first(MPD, " mimeType=\"video/mp4\"", "")),
    ("dash-mime", |p| p.swap_first(MPD, "contentType=\"video\"", "contentType=\"audio\"")),
    ("dash-codecs-missing", |p| p.swap_first(MPD, " codecs=\"avc1.64000a\"", "")),
    ("dash-set", |p| p.swap(MPD, "maxWidth=\"64\"", "maxWidth=\"32\"")),
    ("dash-set", |p| p.swap_first(MPD, "codecs=\"avc1.64000a\"", "codecs=\"hvc1.1.6.L30.90\"")),
    ("dash-language", |p| p.swap(MPD, "lang=\"en\"", "lang=\"english language\"")),
    ("dash-role", |p| p.swap(MPD, "value=\"main\"", "value=\"lead\"")),
    ("dash-reference", |p| p.swap(MPD, "trickmode\" value=\"1\"", "trickmode\" value=\"9\"")),
    ("dash-steering", |p| p.swap(MPD, "defaultServiceLocation=\"one\"", "defaultServiceLocation=\"two\"")),
    ("dash-addressing", |p| {
        p.swap_first(MPD, "SegmentBase", "SegmentTemplate media=\"a\" duration=\"1\"/><SegmentBase")
    }),
    ("dash-addressing", |p| p.swap("live.mpd", "SegmentTemplate", "Segments")),
    ("dash-template", |p| p.swap("live.mpd", "$Number$", "$Name$")),
    ("dash-template", |p| p.swap("live.mpd", "seg-$Number$.m4s", "seg-1.m4s")),
    ("dash-timeline", |p| p.swap("live.mpd", "<S d=\"2000\"/>", "<S t=\"1000\" d=\"2000\"/>")),
    ("dash-timeline-gap", |p| p.swap("live.mpd", "<S d=\"2000\"/>", "<S t=\"2100\" d=\"2000\"/>")),
    ("dash-duration", |p| p.swap("live.mpd", "PT4S", "PT9S")),
    ("dash-profile", |p| p.swap("live.mpd", "isoff-live", "isoff-on-demand")),
    ("dash-local", |p| p.swap_first(MPD, "<BaseURL>v1.mp4", "<BaseURL>file:///etc/passwd")),
    ("dash-thumbnails", |p| p.swap(MPD, "value=\"2x2\"", "value=\"4\"")),
];

/// Of manifests beside their media.
const DASH_MEDIA: &[Case] = &[
    ("dash-codecs", |p| p.swap_first(MPD, "avc1.64000a", "avc1.64000b")),
    ("dash-resource", |p| drop(p.0.remove("seg-2.m4s"))),
    ("dash-not-checked", |p| p.swap("live.mpd", "type=\"static\"", "type=\"dynamic\"")),
    ("dash-index-range", |p| p.swap_first(MPD, "indexRange=\"", "indexRange=\"0-99\" x=\"")),
    ("dash-init-range", |p| p.swap_first(MPD, "range=\"0-", "range=\"9-")),
    ("dash-segment-whole", |p| p.append("seg-2.m4s", "tail")),
    ("dash-segment-time", |p| p.swap("live.mpd", "t=\"0\"", "t=\"500\"")),
    ("dash-segment-duration", |p| p.swap("live.mpd", "<S d=\"2000\"/>", "<S d=\"1500\"/>")),
    ("dash-sap", |p| p.poke("v1.mp4", b"trun", 20, &[1, 1])),
    ("dash-bandwidth", |p| p.swap_first(MPD, "bandwidth=\"", "bandwidth=\"1\" x=\"")),
    ("dash-picture", |p| p.swap_first(MPD, " width=\"64\"", " width=\"63\"")),
    ("dash-frame-rate", |p| p.swap_first(MPD, "frameRate=\"1\"", "frameRate=\"2\"")),
    ("dash-sampling-rate", |p| p.swap(MPD, "audioSamplingRate=\"48000\"", "audioSamplingRate=\"44100\"")),
    ("dash-transfer", |p| {
        p.swap(MPD, "TransferCharacteristics\" value=\"1\"", "TransferCharacteristics\" value=\"16\"")
    }),
    ("dash-protection", |p| p.swap("secret.mpd", "value=\"cbcs\"", "value=\"cenc\"")),
    ("dash-protection", |p| p.swap("secret.mpd", "mp4protection", "none")),
    ("dash-key-id", |p| p.swap("secret.mpd", "default_KID=\"3031", "default_KID=\"3131")),
    ("dash-pssh", |p| p.swap("secret.mpd", "<cenc:pssh>", "<cenc:pssh>AAAA")),
    ("dash-pssh", |p| p.swap("secret.mpd", "urn:uuid:1077", "urn:uuid:1177")),
];

/// Of media files.
const CMAF: &[Case] = &[
    ("cmaf-box", |p| p.append("v1.mp4", "tail")),
    ("cmaf-box", |p| p.retype("v1.mp4", b"hdlr", b"free")),
    ("cmaf-limit", |p| {
        let mut large = vec![0; 17 * 1024 * 1024];
        let length = large.len() as u32;
        large[..4].copy_from_slice(&length.to_be_bytes());
        large[4..8].copy_from_slice(b"moov");
        p.put("large.mp4", large);
    }),
    ("cmaf-ftyp", |p| p.retype("v1.mp4", b"ftyp", b"free")),
    ("cmaf-brand", |p| {
        p.poke("v1.mp4", b"ftyp", 0, b"isom");
        p.poke("v1.mp4", b"ftyp", 8, b"isom");
    }),
    ("cmaf-styp", |p| p.put("x.m4s", b"\0\0\0\x08prft\0\0\0\x10stypmsdh\0\0\0\0".to_vec())),
    ("cmaf-moov", |p| p.retype("v1.mp4", b"mvex", b"free")),
    ("cmaf-one-track", |p| p.poke("v1.mp4", b"trex", 4, &[0, 0, 0, 2])),
    ("cmaf-muxed", |p| muxed(p)),
    ("cmaf-moov-samples", |p| p.poke("v1.mp4", b"stts", 4, &[0, 0, 0, 1])),
    ("cmaf-duration", |p| p.poke("v1.mp4", b"mdhd", 16, &[0, 0, 0, 1])),
    ("cmaf-timescale", |p| p.poke("v1.mp4", b"mdhd", 12, &[0, 0, 0, 0])),
    ("cmaf-entry", |p| p.retype("v1.mp4", b"avcC", b"free")),
    ("cmaf-entries", |p| two_entries(p)),
    ("cmaf-entry-handler", |p| p.poke("v1.mp4", b"hdlr", 8, b"soun")),
    ("cmaf-text-handler", |p| {
        p.poke("v1.mp4", b"hdlr", 8, b"text");
        p.retype("v1.mp4", b"avc1", b"stpp");
    }),
    ("cmaf-edit-list", |p| p.poke("v1.mp4", b"elst", 12, &[0xff; 4])),
    ("cmaf-fragment", |p| p.retype("v1.mp4", b"mdat", b"free")),
    ("cmaf-sequence", |p| p.poke("v1.mp4", b"mfhd", 4, &[0, 0, 0, 1])),
    ("cmaf-track-id", |p| p.poke("v1.mp4", b"tfhd", 4, &[0, 0, 0, 2])),
    ("cmaf-base", |p| p.poke("v1.mp4", b"tfhd", 1, &[0])),
    ("cmaf-tfdt", |p| p.retype("v1.mp4", b"tfdt", b"free")),
    ("cmaf-continuity", |p| p.poke("v1.mp4", b"tfdt", 4, &[0, 0, 8, 0])),
    ("cmaf-trun", |p| p.poke("v1.mp4", b"trun", 12, &[0, 0, 0, 0])),
    ("cmaf-mdat", |p| p.poke("v1.mp4", b"trun", 16, &[0, 0, 0, 1])),
    ("cmaf-mdat", |p| p.poke("v1.mp4", b"trun", 8, &[0, 0, 0, 1])),
    ("cmaf-sync", |p| p.poke("v1.mp4", b"trun", 20, &[1, 1])),
    ("cmaf-index", |p| p.poke("v1.mp4", b"sidx", 4, &[0, 0, 0, 2])),
    ("cmaf-index", |p| p.poke("v1.mp4", b"sidx", 12, &[0, 0, 1, 0])),
    ("cmaf-index-bytes", |p| p.poke("v1.mp4", b"sidx", 24, &[0, 0, 0, 9])),
    ("cmaf-index-duration", |p| p.poke("v1.mp4", b"sidx", 28, &[0, 0, 9, 9])),
    ("cmaf-index-sap", |p| p.poke("v1.mp4", b"trun", 20, &[1, 1])),
    ("cmaf-switching", |p| {
        p.retype("v2.mp4", b"avc1", b"hvc1");
    }),
    ("cmaf-aligned", |p| p.poke("v1.mp4", b"tfdt", 4, &[0, 0, 8, 0])),
];

/// Of encryption.
const CENC: &[Case] = &[
    ("cenc-scheme", |p| p.retype("s1.mp4", b"schm", b"free")),
    ("cenc-scheme", |p| p.poke("s1.mp4", b"schm", 4, b"abcd")),
    ("cenc-scheme", |p| p.retype("s1.mp4", b"sinf", b"free")),
    ("cenc-defaults", |p| p.poke("s1.mp4", b"tenc", 7, &[5])),
    ("cenc-pattern", |p| p.poke("s1.mp4", b"tenc", 5, &[0x28])),
    ("cenc-senc", |p| p.poke("s1.mp4", b"senc", 4, &[0, 0, 0, 1])),
    ("cenc-senc", |p| p.poke("s1.mp4", b"senc", 10, &[0, 17])),
    ("cenc-auxiliary", |p| p.poke("s1.mp4", b"saiz", 4, &[9])),
    ("cenc-auxiliary", |p| p.poke("s1.mp4", b"saio", 8, &[0, 0, 0, 9])),
    ("cenc-auxiliary", |p| p.retype("s1.mp4", b"saio", b"free")),
    ("cenc-unprotected", |p| p.retype("s1.mp4", b"senc", b"free")),
    ("cenc-unprotected", |p| {
        p.retype("s1.mp4", b"encv", b"avc1");
        p.retype("s1.mp4", b"sinf", b"free");
    }),
    ("cenc-pssh", |p| p.poke("s1.mp4", b"pssh", 24, &[0; 16])),
];

/// A file of two tracks, the second a copy of the first, without a CMAF brand.
fn muxed(package: &mut Memory) {
    let mut bytes = package.0["v1.mp4"].clone();
    let (trak, mvex) = (part(&bytes, b"trak"), part(&bytes, b"mvex"));
    let mut second = [trak.clone(), mvex.clone()].concat();
    // The copy's IDs: of `tkhd` after 24 bytes of heads and times, of `trex` after 20.
    let (tkhd, trex) = (find(&second, b"tkhd"), find(&second, b"trex"));
    second[tkhd + 19] = 2;
    second[trex + 11] = 2;
    // Both `trex` in one `mvex`.
    let trex_again = second.split_off(trak.len() + 8);
    second.truncate(trak.len());
    let end = find(&bytes, b"mvex") - 4 + mvex.len();
    bytes.splice(end..end, trex_again.clone());
    grow(&mut bytes, b"mvex", trex_again.len());
    let at = find(&bytes, b"mvex") - 4;
    bytes.splice(at..at, second.clone());
    grow(&mut bytes, b"moov", trex_again.len() + second.len());
    bytes[8..12].copy_from_slice(b"isom");
    bytes[16..20].copy_from_slice(b"isom");
    package.put("v1.mp4", bytes);
}

/// A second sample entry of another coding.
fn two_entries(package: &mut Memory) {
    let mut bytes = package.0["v1.mp4"].clone();
    let entry = part(&bytes, b"avc1");
    let mut other = entry.clone();
    other[4..8].copy_from_slice(b"hvc1");
    let at = find(&bytes, b"avc1") - 4 + entry.len();
    bytes.splice(at..at, other);
    for kind in [b"stsd", b"stbl", b"minf", b"mdia", b"trak", b"moov"] {
        grow(&mut bytes, kind, entry.len());
    }
    package.put("v1.mp4", bytes);
}

/// Where the type of the first such box is.
fn find(bytes: &[u8], kind: &[u8; 4]) -> usize {
    bytes.windows(4).position(|window| window == kind).unwrap_or_else(|| panic!("no {}", kind.escape_ascii()))
}

/// The first box of a type, whole.
fn part(bytes: &[u8], kind: &[u8; 4]) -> Vec<u8> {
    let at = find(bytes, kind) - 4;
    let length = word(bytes, at);
    bytes[at..at + length as usize].to_vec()
}

/// Makes a box longer.
fn grow(bytes: &mut [u8], kind: &[u8; 4], by: usize) {
    let at = find(bytes, kind) - 4;
    let length = word(bytes, at) + by as u32;
    bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
}
