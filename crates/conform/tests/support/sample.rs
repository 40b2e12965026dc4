//! A small package that keeps to all rules, in memory, and ways to spoil it.

use super::Memory;
use super::boxes::{KEY_ID, Kind, Track, pssh, track};
use std::fmt::Write;

/// The package: two videos, sound, text, keyframes, thumbnails, a protected video, and a video in segment files.
pub(crate) fn package() -> Memory {
    let video = [track(Kind::Video(64, 36), [900, 700]), track(Kind::Video(32, 18), [400, 300])];
    let audio = track(Kind::Audio, [200, 200]);
    let secret = track(Kind::Secret, [900, 700]);
    let mut files = Memory::default();
    for (name, track) in [("v1", &video[0]), ("v2", &video[1]), ("a1", &audio), ("s1", &secret)] {
        let key = if name == "s1" { key_tag() } else { String::new() };
        files.put(&format!("{name}.m3u8"), media(name, track, &key).into());
        files.put(&format!("{name}.mp4"), track.bytes.clone());
    }
    files.put("i1.m3u8", keyframes("v1", &video[0]).into());
    files.put("t1.m3u8", text().into());
    files.put("t1.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n".to_vec());
    files.put("tiles.m3u8", tiles().into());
    files.put("tiles.jpg", vec![0xff, 0xd8, 0xff, 0xe0]);
    files.put("master.m3u8", master(&video, &audio).into());
    files.put("manifest.mpd", on_demand(&video, &audio).into());
    files.put("secret.mpd", secret_mpd(&secret).into());
    let part = |(start, length): (usize, usize)| video[0].bytes[start..start + length].to_vec();
    files.put("seg-init.mp4", part(video[0].header));
    for (number, span) in (1..).zip(&video[0].segments) {
        files.put(&format!("seg-{number}.m4s"), part(*span));
    }
    files.put("live.mpd", timeline(&video[0]).into());
    files
}

/// Bits per second of the largest segment, each of which lasts two seconds.
fn peak_bps(track: &Track) -> usize {
    track.segments.iter().map(|(_, length)| length * 8).max().unwrap_or(0).div_ceil(2)
}

fn key_tag() -> String {
    let id: String = KEY_ID.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:text/plain;base64,AA==\",KEYFORMAT=\"identity\",KEYID=0x{id}\n"
    )
}

fn media(name: &str, track: &Track, key: &str) -> String {
    let (start, length) = track.header;
    let mut out = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n{key}\
         #EXT-X-MAP:URI=\"{name}.mp4\",BYTERANGE=\"{length}@{start}\"\n"
    );
    for (start, length) in &track.segments {
        let _ = writeln!(out, "#EXTINF:2.000,\n#EXT-X-BYTERANGE:{length}@{start}\n{name}.mp4");
    }
    out + "#EXT-X-ENDLIST\n"
}

fn keyframes(name: &str, track: &Track) -> String {
    media(name, track, "#EXT-X-I-FRAMES-ONLY\n")
}

fn text() -> String {
    "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:4,\nt1.vtt\n#EXT-X-ENDLIST\n".into()
}

fn tiles() -> String {
    "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-IMAGES-ONLY\n#EXTINF:4,\n\
     #EXT-X-TILES:RESOLUTION=32x18,LAYOUT=2x2,DURATION=1\ntiles.jpg\n#EXT-X-ENDLIST\n"
        .into()
}

fn master(video: &[Track], audio: &Track) -> String {
    let mut out = String::from(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n\
         #EXT-X-CONTENT-STEERING:SERVER-URI=\"steering.json\",PATHWAY-ID=\".\"\n\
         #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"aud\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"a1.m3u8\"\n\
         #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"sub\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI=\"t1.m3u8\"\n",
    );
    for (number, track) in (1..).zip(video) {
        let bps = peak_bps(track) + peak_bps(audio);
        let size = ["64x36", "32x18"][number - 1];
        let _ = writeln!(
            out,
            "#EXT-X-STREAM-INF:BANDWIDTH={bps},AVERAGE-BANDWIDTH={bps},CODECS=\"avc1.64000a,mp4a.40.2\",RESOLUTION={size},\
             FRAME-RATE=1.000,VIDEO-RANGE=SDR,AUDIO=\"aud\",SUBTITLES=\"sub\",CLOSED-CAPTIONS=NONE\nv{number}.m3u8"
        );
    }
    let bps = peak_bps(&video[0]);
    let _ = write!(
        out,
        "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={bps},CODECS=\"avc1.64000a\",RESOLUTION=64x36,URI=\"i1.m3u8\"\n\
         #EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1000,CODECS=\"jpeg\",RESOLUTION=64x36,URI=\"tiles.m3u8\"\n"
    );
    out
}

const MPD: &str = "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" xmlns:cenc=\"urn:mpeg:cenc:2013\" type=\"static\" \
                   mediaPresentationDuration=\"PT4S\" minBufferTime=\"PT2S\"";

fn base(name: &str, track: &Track) -> String {
    let last = |(start, length): (usize, usize)| format!("{start}-{}", start + length - 1);
    format!(
        "<BaseURL>{name}.mp4</BaseURL>\n<SegmentBase indexRange=\"{}\" timescale=\"1000\"><Initialization range=\"{}\"/>\
         </SegmentBase>",
        last(track.sidx),
        last(track.header)
    )
}

fn on_demand(video: &[Track], audio: &Track) -> String {
    let mut out = format!(
        "{MPD} profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011,urn:mpeg:dash:profile:full:2011\">\n\
         <ContentSteering defaultServiceLocation=\"one\">steering.json</ContentSteering>\n<BaseURL serviceLocation=\"one\">./</BaseURL>\n\
         <Period id=\"0\" start=\"PT0S\">\n\
         <AdaptationSet id=\"1\" contentType=\"video\" mimeType=\"video/mp4\" subsegmentAlignment=\"true\" \
         subsegmentStartsWithSAP=\"1\" maxWidth=\"64\">\n\
         <SupplementalProperty schemeIdUri=\"urn:mpeg:mpegB:cicp:TransferCharacteristics\" value=\"1\"/>\n"
    );
    for (number, track) in (1..).zip(video) {
        let (width, height) = [(64, 36), (32, 18)][number - 1];
        let _ = writeln!(
            out,
            "<Representation id=\"v{number}\" codecs=\"avc1.64000a\" width=\"{width}\" height=\"{height}\" frameRate=\"1\" \
             bandwidth=\"{}\">{}</Representation>",
            peak_bps(track),
            base(&format!("v{number}"), track)
        );
    }
    let _ = write!(
        out,
        "</AdaptationSet>\n<AdaptationSet id=\"2\" contentType=\"audio\" mimeType=\"audio/mp4\" lang=\"en\">\n\
         <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"main\"/>\n\
         <Representation id=\"a1\" codecs=\"mp4a.40.2\" audioSamplingRate=\"48000\" bandwidth=\"{}\">{}</Representation>\n\
         </AdaptationSet>\n<AdaptationSet id=\"3\" contentType=\"image\" mimeType=\"image/jpeg\">\n\
         <EssentialProperty schemeIdUri=\"http://dashif.org/guidelines/thumbnail_tile\" value=\"2x2\"/>\n\
         <SegmentTemplate media=\"tiles.jpg\" duration=\"4\"/>\n\
         <Representation id=\"tiles\" width=\"64\" height=\"36\" bandwidth=\"100\"/>\n</AdaptationSet>\n\
         <AdaptationSet id=\"4\" mimeType=\"video/mp4\">\n\
         <EssentialProperty schemeIdUri=\"http://dashif.org/guidelines/trickmode\" value=\"1\"/>\n\
         <Representation id=\"trick\" codecs=\"avc1.64000a\" bandwidth=\"{}\">{}</Representation>\n</AdaptationSet>\n\
         </Period>\n</MPD>\n",
        peak_bps(audio),
        base("a1", audio),
        peak_bps(&video[0]),
        base("v1", &video[0]),
    );
    out
}

fn timeline(video: &Track) -> String {
    format!(
        "{MPD} profiles=\"urn:mpeg:dash:profile:isoff-live:2011\">\n<Period>\n\
         <AdaptationSet mimeType=\"video/mp4\" startWithSAP=\"1\">\n\
         <SegmentTemplate timescale=\"1000\" initialization=\"seg-init.mp4\" media=\"seg-$Number$.m4s\">\n<SegmentTimeline>\n\
         <S t=\"0\" d=\"2000\"/>\n<S d=\"2000\"/>\n</SegmentTimeline>\n</SegmentTemplate>\n\
         <Representation id=\"1\" codecs=\"avc1.64000a\" width=\"64\" height=\"36\" bandwidth=\"{}\"/>\n\
         </AdaptationSet>\n</Period>\n</MPD>\n",
        peak_bps(video)
    )
}

fn secret_mpd(secret: &Track) -> String {
    format!(
        "{MPD} profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\">\n<Period>\n<AdaptationSet mimeType=\"video/mp4\">\n\
         <ContentProtection schemeIdUri=\"urn:mpeg:dash:mp4protection:2011\" value=\"cbcs\" \
         cenc:default_KID=\"30313233-3435-3637-3839-616263646566\"/>\n\
         <ContentProtection schemeIdUri=\"urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b\"><cenc:pssh>{}</cenc:pssh>\
         </ContentProtection>\n\
         <ContentProtection schemeIdUri=\"urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e\"><cenc:pssh>{}</cenc:pssh>\
         </ContentProtection>\n\
         <Representation id=\"1\" codecs=\"avc1.64000a\" bandwidth=\"{}\">{}</Representation>\n\
         </AdaptationSet>\n</Period>\n</MPD>\n",
        base64(&pssh()),
        base64(&pssh()),
        peak_bps(secret),
        base("s1", secret),
    )
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let word =
            chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        let digit = |place: usize| DIGITS[(word >> (18 - 6 * place) & 63) as usize] as char;
        (0..4).map(|place| if place <= chunk.len() { digit(place) } else { '=' }).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

impl Memory {
    /// Puts a file.
    pub(crate) fn put(&mut self, name: &str, bytes: Vec<u8>) {
        self.0.insert(name.to_owned(), bytes);
    }

    fn file(&mut self, name: &str) -> &mut Vec<u8> {
        self.0.get_mut(name).unwrap_or_else(|| panic!("there is no {name}"))
    }

    /// A file as a text, which has `part` in it.
    fn text(&mut self, name: &str, part: &str) -> String {
        let text = String::from_utf8_lossy(self.file(name)).into_owned();
        assert!(text.contains(part), "{name} has no `{part}`:\n{text}");
        text
    }

    /// Replaces a text that is there, everywhere.
    pub(crate) fn swap(&mut self, name: &str, from: &str, to: &str) {
        let text = self.text(name, from);
        self.put(name, text.replace(from, to).into());
    }

    /// Replaces the first of a text that is there.
    pub(crate) fn swap_first(&mut self, name: &str, from: &str, to: &str) {
        let text = self.text(name, from);
        self.put(name, text.replacen(from, to, 1).into());
    }

    /// Adds a text at the end.
    pub(crate) fn append(&mut self, name: &str, text: &str) {
        self.file(name).extend_from_slice(text.as_bytes());
    }

    /// Overwrites bytes of the body of the last box of this type, from `offset` on.
    pub(crate) fn poke(&mut self, name: &str, kind: &[u8; 4], offset: usize, bytes: &[u8]) {
        let file = self.file(name);
        let at = file
            .windows(4)
            .rposition(|window| window == kind)
            .unwrap_or_else(|| panic!("no {}", kind.escape_ascii()));
        file[at + 4 + offset..at + 4 + offset + bytes.len()].copy_from_slice(bytes);
    }

    /// Gives the last box of a type another type of the same length.
    pub(crate) fn retype(&mut self, name: &str, kind: &[u8; 4], other: &[u8; 4]) {
        let file = self.file(name);
        let at = file
            .windows(4)
            .rposition(|window| window == kind)
            .unwrap_or_else(|| panic!("no {}", kind.escape_ascii()));
        file[at..at + 4].copy_from_slice(other);
    }
}
