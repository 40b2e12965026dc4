//! HLS playlists (RFC 8216 and its successor draft-pantos-hls-rfc8216bis, whose sections are cited), version
//! 7.
//!
//! Segments are byte ranges of the track files, which DASH shares.

mod attributes;
mod renditions;
mod media_playlist;

pub use media_playlist::{media, text};

use attributes::Attributes;
use media::package::{Package, VideoTrack};
use media::picture::Transfer;
use renditions::AudioGroup;

/// `EXT-X-VERSION` (section 8): 6 brought `EXT-X-MAP` for segments, 7 what players expect along with
/// fragmented MP4.
const VERSION: u32 = 7;

/// File name of the media playlist of the track with this id.
pub fn playlist_path(id: &str) -> String {
    format!("{id}.m3u8")
}

/// The multivariant playlist (section 4.4.6): each video track is a variant with each coding of the audio, and with all
/// text.
pub fn multivariant(package: &Package) -> String {
    let mut out = format!("#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    let groups = renditions::audio(&package.audio);
    let text = renditions::text(&package.text);
    for rendition in groups.iter().flat_map(|group| &group.renditions).chain(&text) {
        out += &rendition.line();
    }
    if groups.is_empty() {
        package.video.iter().for_each(|video| out += &variant(video, None, package));
    }
    for group in &groups {
        package.video.iter().for_each(|video| out += &variant(video, Some(group), package));
    }
    out
}

/// One `EXT-X-STREAM-INF` and its playlist (section 4.4.6.2). Bitrates and codecs are those of the video with
/// whichever audio rendition of the group needs most.
fn variant(video: &VideoTrack, audio: Option<&AudioGroup<'_>>, package: &Package) -> String {
    let tracks = audio.map_or(&[][..], |group| &group.tracks);
    let peak_bps = tracks.iter().map(|audio| audio.track.bitrate_bps_peak).max().unwrap_or(0);
    let average_bps = tracks.iter().map(|audio| audio.track.bitrate_bps_average).max().unwrap_or(0);
    let mut codecs = vec![video.track.codecs.as_str()];
    for audio in tracks {
        if !codecs.contains(&audio.track.codecs.as_str()) {
            codecs.push(&audio.track.codecs);
        }
    }
    let mut attributes = Attributes::of("EXT-X-STREAM-INF");
    attributes
        .plain("BANDWIDTH", &(video.track.bitrate_bps_peak + peak_bps).to_string())
        .plain("AVERAGE-BANDWIDTH", &(video.track.bitrate_bps_average + average_bps).to_string())
        .quoted("CODECS", &codecs.join(","))
        .plain("RESOLUTION", &video.size.to_string())
        .plain("FRAME-RATE", &format!("{:.3}", video.rate.fps()))
        .plain("VIDEO-RANGE", video_range(video.format.transfer));
    if let Some(group) = audio {
        attributes.quoted("AUDIO", &group.id);
    }
    if !package.text.is_empty() {
        attributes.quoted("SUBTITLES", renditions::TEXT_GROUP);
    }
    attributes.plain("CLOSED-CAPTIONS", "NONE"); // no captions inside the video
    attributes.line() + &playlist_path(&video.track.id) + "\n"
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
