//! HLS playlists (RFC 8216 and its successor draft-pantos-hls-rfc8216bis, whose sections are cited), version
//! 7.
//!
//! Segments are byte ranges of the track files, which DASH shares.

mod attributes;
mod renditions;
pub(crate) mod keys;
mod output;
mod ranges;
mod images;
mod media_playlist;

pub use images::{IMAGES_FILE, images};
pub use media_playlist::{keyframes, media, text};

use crate::chapters::CHAPTERS_JSON_FILE;
use crate::offer::{Offer, TextForm};
use attributes::Attributes;
use media::package::{TextTrack, VideoTrack};
use media::picture::Transfer;
use renditions::{Audio, AudioGroup};
use std::borrow::Cow;

/// `EXT-X-VERSION` (section 8): 6 brought `EXT-X-MAP` for segments, 7 what players expect along with
/// fragmented MP4.
const VERSION: u32 = 7;

/// `DATA-ID` of chapters (Apple, "Providing JSON chapters").
const CHAPTERS_DATA_ID: &str = "com.apple.hls.chapters";

/// What a channel of sound adds to a variant's `SCORE`, which else is its VMAF: of variants with one picture the one with
/// the richest sound is the best, and no sound outweighs a picture that looks better.
const CHANNEL_SCORE: f64 = 0.01;

/// File name of the media playlist of the track with this id.
pub fn playlist_path(id: &str) -> String {
    format!("{id}.m3u8")
}

/// File name of the playlist of the keyframes of the track with this id.
pub fn keyframes_path(id: &str) -> String {
    playlist_path(&keyframes_id(id))
}

fn keyframes_id(id: &str) -> String {
    format!("{id}.keyframes")
}

/// The id by which the playlist of a text in a form goes, for [`playlist_path`].
pub fn text_id(text: &TextTrack, form: TextForm) -> Cow<'_, str> {
    match (form.of(text), form.track(text)) {
        (_, Some(track)) => Cow::Borrowed(&track.id),
        (TextForm::Segmented, None) => Cow::Owned(format!("{}.segments", text.id)),
        _ => Cow::Borrowed(&text.id),
    }
}

/// Where the playlists that a line names are.
struct Place<'a> {
    /// `PATHWAY-ID`, where there are several places.
    pathway: Option<&'a str>,
    /// What their file names follow: nothing in the playlist's own folder.
    base_url: &'a str,
}

impl<'a> Place<'a> {
    fn all(offer: &Offer<'a>) -> Vec<Place<'a>> {
        let Some(steering) = offer.steering else {
            return vec![Place { pathway: None, base_url: offer.base_url }];
        };
        let pathways = steering.pathways.iter();
        pathways.map(|pathway| Place { pathway: Some(&pathway.id), base_url: &pathway.base_url }).collect()
    }

    /// The name of a group of renditions: each place has its own.
    fn group(&self, id: &str) -> String {
        self.pathway.map_or_else(|| id.to_owned(), |pathway| format!("{id}@{pathway}"))
    }
}

/// The multivariant playlist (section 4.4.6): each video track is a variant with each codec of the audio, and with all
/// text, in each place.
pub fn multivariant(offer: &Offer<'_>) -> String {
    let audio = Audio::of(&offer.audio);
    let variants = offer.video.len() * audio.groups.len().max(1);
    let mut out = String::with_capacity(VARIANT_BYTES * (variants + 2 * offer.text.len()) + HEAD_BYTES);
    out += &format!("#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    steering(&mut out, offer);
    if !offer.package.chapters.is_empty() {
        let mut data = Attributes::of(&mut out, "EXT-X-SESSION-DATA");
        data.quoted("DATA-ID", CHAPTERS_DATA_ID)
            .quoted("URI", &format!("{}{CHAPTERS_JSON_FILE}", offer.base_url))
            .end();
    }
    keys::session(&mut out, offer);
    for place in Place::all(offer) {
        audio.write(&mut out, &place);
        renditions::text(&mut out, offer, &place);
        if audio.groups.is_empty() {
            offer.video.iter().for_each(|video| variant(&mut out, video, None, offer, &place));
        }
        for group in &audio.groups {
            offer.video.iter().for_each(|video| variant(&mut out, video, Some(group), offer, &place));
        }
        offer.video.iter().for_each(|video| keyframe_variant(&mut out, video, offer, &place));
    }
    // Players know no groups of these: a second line would be a second set of pictures, and both would have to be there.
    images::stream(&mut out, offer.package, offer.base_url);
    out
}

/// Bytes that a line with its URI has, about: room that is made at once.
const VARIANT_BYTES: usize = 320;
/// Bytes of the rest, about, session keys included.
const HEAD_BYTES: usize = 16_384;

/// `EXT-X-CONTENT-STEERING` (section 4.4.6.6).
fn steering(out: &mut String, offer: &Offer<'_>) {
    let Some(steering) = offer.steering else { return };
    let Some(server_url) = &steering.server_url else { return };
    let mut attributes = Attributes::of(out, "EXT-X-CONTENT-STEERING");
    attributes.quoted("SERVER-URI", server_url);
    attributes.maybe_quoted("PATHWAY-ID", steering.pathways.first().map(|first| first.id.as_str())).end();
}

/// One `EXT-X-STREAM-INF` and its playlist (section 4.4.6.2). Bitrates and codecs are those of the video with
/// whichever audio rendition of the group needs most.
fn variant(
    out: &mut String,
    video: &VideoTrack,
    audio: Option<&AudioGroup<'_>>,
    offer: &Offer<'_>,
    place: &Place<'_>,
) {
    let track = &video.track;
    let (peak_bps, average_bps) =
        audio.map_or((0, 0), |group| (group.bitrate_bps_peak, group.bitrate_bps_average));
    let sounds = audio.map_or(&[][..], |group| &group.codecs);
    let codecs = [track.codecs.as_str()].into_iter().chain(sounds.iter().copied());
    let codecs: Vec<_> = codecs.chain(renditions::text_codecs(offer)).collect();
    let channels = audio.map_or(0, |group| group.channels);
    let mut attributes = Attributes::of(out, "EXT-X-STREAM-INF");
    attributes
        .plain("BANDWIDTH", track.bitrate_bps_peak + peak_bps)
        .plain("AVERAGE-BANDWIDTH", track.bitrate_bps_average + average_bps);
    if video.vmaf > 0.0 {
        let score = video.vmaf + CHANNEL_SCORE * f64::from(channels);
        attributes.plain("SCORE", format_args!("{score:.2}"));
    }
    attributes
        .quoted("CODECS", &codecs.join(","))
        .maybe_quoted("SUPPLEMENTAL-CODECS", video.supplemental_codecs.as_deref())
        .plain("RESOLUTION", video.size)
        .plain("FRAME-RATE", format_args!("{:.3}", video.rate.fps()))
        .plain("VIDEO-RANGE", video_range(video.format.transfer));
    output::write(&mut attributes, track, &offer.systems);
    if let Some(group) = audio {
        attributes.quoted("AUDIO", &place.group(&group.id));
    }
    if !offer.text.is_empty() {
        attributes.quoted("SUBTITLES", &place.group(renditions::TEXT_GROUP));
    }
    attributes.plain("CLOSED-CAPTIONS", "NONE"); // no captions inside the video
    attributes.quoted("STABLE-VARIANT-ID", &track.id).maybe_quoted("PATHWAY-ID", place.pathway).end();
    out.push_str(place.base_url);
    out.push_str(&playlist_path(&track.id));
    out.push('\n');
}

/// One `EXT-X-I-FRAME-STREAM-INF` (section 4.4.6.3).
fn keyframe_variant(out: &mut String, video: &VideoTrack, offer: &Offer<'_>, place: &Place<'_>) {
    if video.keyframe_bitrate_bps_peak == 0 {
        return;
    }
    let mut attributes = Attributes::of(out, "EXT-X-I-FRAME-STREAM-INF");
    attributes
        .plain("BANDWIDTH", video.keyframe_bitrate_bps_peak)
        .quoted("CODECS", &video.track.codecs)
        .maybe_quoted("SUPPLEMENTAL-CODECS", video.supplemental_codecs.as_deref())
        .plain("RESOLUTION", video.size)
        .plain("VIDEO-RANGE", video_range(video.format.transfer));
    output::write(&mut attributes, &video.track, &offer.systems);
    attributes
        .quoted("STABLE-VARIANT-ID", &keyframes_id(&video.track.id))
        .maybe_quoted("PATHWAY-ID", place.pathway)
        .quoted("URI", &format!("{}{}", place.base_url, keyframes_path(&video.track.id)))
        .end();
}

fn video_range(transfer: Transfer) -> &'static str {
    match transfer {
        Transfer::Sdr => "SDR",
        Transfer::Pq => "PQ",
        Transfer::Hlg => "HLG",
    }
}

#[cfg(test)]
mod tests;
