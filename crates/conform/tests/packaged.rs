//! Presentations of others, good and broken: every good one is without errors, and in every broken one the breach is
//! found that a person found by reading it.

mod support;

use conform::{Depth, Severity};
use std::path::Path;
use support::Folder;

/// Files of one folder, and the errors that each has.
type Files = &'static [(&'static str, &'static [&'static str])];

fn check(folder: &str, depth: Depth, files: Files) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/packaged").join(folder);
    if !dir.exists() {
        return eprintln!("SKIPPED: the clips of {folder} are not on this machine");
    }
    let source = Folder(dir);
    for (file, expected) in files {
        let report = conform::check(&source, &[(*file).to_owned()], depth);
        let mut errors: Vec<_> =
            report.findings.iter().filter(|f| f.rule.severity == Severity::Error).collect();
        errors.sort_by_key(|finding| finding.rule.id);
        errors.dedup_by_key(|finding| finding.rule.id);
        let ids: Vec<_> = errors.iter().map(|finding| finding.rule.id).collect();
        assert_eq!(ids, *expected, "{folder}/{file}\n{}", support::told(&report));
    }
}

/// MPEG-TS, of which the playlists are checked.
#[test]
fn transport_streams() {
    check("bbb_hls_180p", Depth::Media, &[("playlist.m3u8", &[]), ("chunk.m3u8", &[])]);
}

/// Made with ffmpeg and MP4Box: HEVC and AC-3.
#[test]
fn segments_by_number() {
    check("livesim2/bbb_hevc_ac3_8s", Depth::Media, &[("manifest.mpd", &[])]);
}

/// The first two name no profile; the last says that it lasts an hour, of which eight seconds are there.
#[test]
fn test_pictures() {
    check(
        "livesim2/testpic_2s",
        Depth::Media,
        &[
            ("Manifest.mpd", &["dash-attribute-missing"]),
            ("Manifest_endNumber.mpd", &["dash-attribute-missing"]),
            ("Manifest_imsc1.mpd", &[]),
            ("Manifest_thumbs.mpd", &[]),
            ("cea608.mpd", &["dash-resource"]),
        ],
    );
}

/// Shaka Packager's headers and segments, clear, protected and protected after a clear lead.
#[test]
fn media_files() {
    check(
        "shaka",
        Depth::Media,
        &[
            ("encrypted-sintel-audio-init.mp4", &[]),
            ("encrypted-sintel-audio-segment.mp4", &[]),
            ("encrypted-sintel-video-init.mp4", &[]),
            ("encrypted-sintel-video-segment.mp4", &[]),
            ("imsc-image-init.cmft", &[]),
            ("imsc-image-segment.cmft", &[]),
            ("multidrm-audio-init.mp4", &[]),
            ("multidrm-audio-segment.mp4", &[]),
            ("multidrm-video-init.mp4", &[]),
            ("multidrm-video-segment.mp4", &[]),
            ("sintel-audio-init.mp4", &[]),
            ("sintel-audio-segment.mp4", &[]),
            ("sintel-video-init.mp4", &[]),
            ("sintel-video-segment.mp4", &[]),
            ("ttml-init.mp4", &[]),
            ("ttml-segment.mp4", &[]),
            ("vtt-init.mp4", &[]),
            ("vtt-segment.mp4", &[]),
        ],
    );
}

/// Inputs of a player's tests. Parts without PART-HOLD-BACK, a skip in version 3, blanks after commas, and no target
/// duration are what is wrong.
#[test]
fn playlists() {
    const NO_HOLD_BACK: &[&str] = &["hls-low-latency"];
    const NO_TARGET: &[&str] = &["hls-target-duration", "hls-version"];
    check(
        "manifests/m3u8",
        Depth::Manifests,
        &[
            ("live_low_latency_media_can_block_reload_low_latency.m3u8", NO_HOLD_BACK),
            (
                "live_low_latency_media_can_block_reload_low_latency_full_segment_audio_next2.m3u8",
                NO_HOLD_BACK,
            ),
            ("live_low_latency_media_can_block_reload_low_latency_full_segment_next2.m3u8", NO_HOLD_BACK),
            (
                "live_low_latency_media_can_block_reload_low_latency_full_segment_preload_next.m3u8",
                NO_HOLD_BACK,
            ),
            ("live_low_latency_media_can_block_reload_low_latency_next.m3u8", NO_HOLD_BACK),
            ("live_low_latency_media_can_block_reload_next.m3u8", &[]),
            ("live_low_latency_media_can_not_skip.m3u8", &[]),
            ("live_low_latency_media_can_not_skip_next.m3u8", &[]),
            ("live_low_latency_media_can_skip_dateranges.m3u8", &[]),
            ("live_low_latency_media_can_skip_skipped.m3u8", &[]),
            ("live_low_latency_media_can_skip_skipped_media_sequence_no_overlapping.m3u8", &[]),
            ("live_low_latency_media_can_skip_until.m3u8", &[]),
            ("live_low_latency_media_can_skip_until_and_block_reload_next.m3u8", &[]),
            ("live_low_latency_media_can_skip_until_and_block_reload_next_skipped.m3u8", &["hls-version"]),
            ("live_low_latency_media_can_skip_until_full_reload_after_error.m3u8", &[]),
            ("live_low_latency_multivariant.m3u8", &[]),
            ("live_low_latency_multivariant_media_uri_with_param.m3u8", &[]),
            ("live_low_latency_multivariant_with_audio_renditions.m3u8", &["hls-attribute-list"]),
            ("live_low_latency_segments_and_parts.m3u8", &[]),
            ("live_low_latency_segments_only.m3u8", &[]),
            ("media_playlist.m3u8", NO_TARGET),
            ("media_playlist_empty.m3u8", NO_TARGET),
            ("media_playlist_independent_segments.m3u8", NO_TARGET),
            ("multivariant_with_redundant_variants_and_renditions.m3u8", &[]),
        ],
    );
}

/// Inputs of a player's tests, most of them fragments of manifests: dynamic ones without publishTime, elements without
/// what they need, sets with the same ID, timelines that end before their period.
#[test]
fn manifests() {
    const ATTRIBUTE: &str = "dash-attribute-missing";
    const NO_SPACE: &str = "dash-namespace";
    const TYPE: &str = "dash-type";
    const TEMPLATE: &[&str] = &[ATTRIBUTE, "dash-mime", "dash-template", TYPE];
    const SKETCH: &[&str] = &["dash-addressing", ATTRIBUTE, NO_SPACE, TYPE];
    const LIVE: &[&str] = &[ATTRIBUTE, NO_SPACE, "dash-template", TYPE];
    check(
        "manifests/mpd",
        Depth::Manifests,
        &[
            ("sample_mpd_asset_identifier.mpd", &[TYPE]),
            ("sample_mpd_availabilityTimeOffset_baseUrl.mpd", TEMPLATE),
            ("sample_mpd_availabilityTimeOffset_segmentTemplate.mpd", TEMPLATE),
            ("sample_mpd_cea_608_accessibility.mpd", SKETCH),
            ("sample_mpd_cea_708_accessibility.mpd", SKETCH),
            ("sample_mpd_clear_key_license_url.mpd", &["dash-duration"]),
            ("sample_mpd_dashif_license_url.mpd", &["dash-duration"]),
            ("sample_mpd_dolby.mpd", &[]),
            ("sample_mpd_essential_supplemental_properties.mpd", SKETCH),
            ("sample_mpd_inband_event_stream.mpd", SKETCH),
            ("sample_mpd_labels.mpd", &[ATTRIBUTE, NO_SPACE]),
            ("sample_mpd_live.mpd", &[TYPE]),
            ("sample_mpd_live_location_redirect_absolute.mpd", LIVE),
            ("sample_mpd_live_location_redirect_relative.mpd", LIVE),
            ("sample_mpd_live_with_complete_service_description.mpd", LIVE),
            (
                "sample_mpd_live_with_offset_too_short.mpd",
                &[ATTRIBUTE, "dash-mime", NO_SPACE, "dash-template", TYPE],
            ),
            ("sample_mpd_live_with_time_shift_buffer_16_secs.mpd", &[ATTRIBUTE, NO_SPACE, TYPE]),
            ("sample_mpd_live_with_time_shift_buffer_60_secs.mpd", &[ATTRIBUTE, NO_SPACE, TYPE]),
            ("sample_mpd_live_without_live_configuration.mpd", LIVE),
            ("sample_mpd_multiple_baseUrls.mpd", TEMPLATE),
            ("sample_mpd_multiple_locations_absolute.mpd", &["dash-addressing", ATTRIBUTE, TYPE]),
            ("sample_mpd_multiple_locations_relative.mpd", &["dash-addressing", ATTRIBUTE, TYPE]),
            ("sample_mpd_relative_baseUrls_dvb_profile_declared.mpd", TEMPLATE),
            ("sample_mpd_relative_baseUrls_dvb_profile_not_declared.mpd", TEMPLATE),
            ("sample_mpd_segment_template.mpd", &[TYPE]),
            ("sample_mpd_service_description_low_latency.mpd", &[ATTRIBUTE, NO_SPACE]),
            ("sample_mpd_service_description_low_latency_only_playback_rates.mpd", &[ATTRIBUTE, NO_SPACE]),
            ("sample_mpd_stream_keys.mpd", SKETCH),
            ("sample_mpd_supplemental_codecs.mpd", &[]),
            ("sample_mpd_switching_and_trick_play_property.mpd", SKETCH),
            ("sample_mpd_text.mpd", &[ATTRIBUTE, "dash-id", NO_SPACE]),
            ("sample_mpd_unknown_mime_type.mpd", &[TYPE]),
            ("sample_mpd_vod.mpd", &[]),
            ("sample_mpd_vod_location_fallback.mpd", &[]),
        ],
    );
}
