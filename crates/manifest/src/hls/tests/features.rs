//! What protected, marked and steered titles have beside the plain one's. The golden files were gone through by hand, line
//! for line, against the sections that the writers cite.

use super::super::*;
use crate::offer::Steering;
use crate::sample;
use expect_test::{ExpectFile, expect_file};
use m3u8_rs::{KeyMethod, MasterPlaylist};
use media::package::Package;
use media::protection::{KeySystem, Scheme};

#[track_caller]
fn check(actual: &str, golden: ExpectFile) {
    golden.assert_eq(actual);
}

fn lines<'a>(playlist: &'a str, tag: &str) -> Vec<&'a str> {
    playlist.lines().filter(|line| line.starts_with(tag)).collect()
}

#[test]
fn a_protected_title() {
    let package = sample::protected_package(Scheme::Cbcs);
    let offer = Offer::whole(&package);
    check(&multivariant(&offer), expect_file!["../../../golden/protected.m3u8"]);
    check(&media(&offer, &package.video[0].track), expect_file!["../../../golden/protected-video.m3u8"]);
    check(&media(&offer, &package.audio[0].track), expect_file!["../../../golden/protected-audio.m3u8"]);
    check(
        &keyframes(&offer, &package.video[0]).unwrap(),
        expect_file!["../../../golden/protected-keyframes.m3u8"],
    );
}

/// A session key for each of four classes under each of four systems, and for those of pictures a second one.
#[test]
fn m3u8_rs_reads_all_session_keys() {
    let package = sample::protected_package(Scheme::Cenc);
    let playlist = multivariant(&Offer::whole(&package));
    let read: MasterPlaylist = m3u8_rs::parse_master_playlist_res(playlist.as_bytes()).unwrap();
    assert_eq!(read.session_key.len(), 4 * (1 + 3 * 2));
    for key in &read.session_key {
        assert_eq!(key.0.method, KeyMethod::Other("SAMPLE-AES-CTR".to_owned()));
        assert!(key.0.uri.is_some() && key.0.keyformat.is_some());
    }
}

#[test]
fn a_device_sees_the_keys_of_its_own_systems() {
    let package = sample::protected_package(Scheme::Cbcs);
    let offer = Offer { systems: vec![KeySystem::FairPlay], ..Offer::whole(&package) };
    let keys = media(&offer, &package.video[0].track);
    let keys = lines(&keys, "#EXT-X-KEY");
    assert_eq!(
        keys,
        [
            "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://04040404-0404-0404-0404-040404040404\",\
             KEYFORMAT=\"com.apple.streamingkeydelivery\",KEYFORMATVERSIONS=\"1\"",
            "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://14141414-1414-1414-1414-141414141414\",\
             KEYFORMAT=\"com.apple.streamingkeydelivery\",KEYFORMATVERSIONS=\"1\"",
        ]
    );
}

/// Each case: where the clear lead ends, where key periods begin, and the keys as (segments before them, key's first byte).
#[test]
fn keys_come_where_they_begin_to_hold() {
    for (clear_segments, starts, expected) in [
        (0, &[0][..], &[(0, 4)][..]),
        (2, &[0], &[(2, 4)]),
        (0, &[0, 1, 2], &[(0, 4), (1, 5), (2, 6)]),
        (2, &[0, 1, 2], &[(2, 6)]),
        (2, &[0, 1], &[(2, 5)]),
        (9, &[0, 1], &[]),
    ] {
        let mut track = sample::protected_package(Scheme::Cbcs).video.remove(0).track;
        let protection = track.protection.as_mut().unwrap();
        protection.clear_segments = clear_segments;
        protection.periods = (4..).zip(starts).map(|(key, start)| sample::key_period(*start, key)).collect();
        let package = sample::package();
        let offer = Offer { systems: vec![KeySystem::Widevine], ..Offer::whole(&package) };
        let (mut segments, mut keys) = (0, Vec::new());
        for line in media(&offer, &track).lines() {
            segments += usize::from(line.starts_with("#EXTINF"));
            if let Some((_, key)) = line.split_once("KEYID=0x") {
                keys.push((segments, u8::from_str_radix(&key[..2], 16).unwrap()));
            }
        }
        assert_eq!(keys, expected, "clear {clear_segments}, periods {starts:?}");
    }
}

#[test]
fn a_marked_title() {
    let package = sample::marked_package();
    let offer = Offer::whole(&package);
    check(&media(&offer, &package.video[0].track), expect_file!["../../../golden/marked-video.m3u8"]);
    let playlist = multivariant(&offer);
    assert_eq!(
        lines(&playlist, "#EXT-X-SESSION-DATA"),
        ["#EXT-X-SESSION-DATA:DATA-ID=\"com.apple.hls.chapters\",URI=\"chapters.json\""]
    );
    let read = m3u8_rs::parse_media_playlist_res(media(&offer, &package.video[0].track).as_bytes()).unwrap();
    let range = read.segments[0].daterange.as_ref().unwrap();
    assert_eq!((range.id.as_str(), range.duration), ("marker-0", Some(1.75)));
}

#[test]
fn text_has_the_form_that_is_offered() {
    let package = sample::marked_package();
    for (form, id, codec) in [
        (TextForm::File, "text-0-en", "mp4a.40.2\""),
        (TextForm::Segmented, "text-0-en.segments", "mp4a.40.2\""),
        (TextForm::Wvtt, "text-0-en.wvtt", "mp4a.40.2,wvtt\""),
        (TextForm::Imsc, "text-0-en.imsc", "mp4a.40.2,stpp.ttml.im1t\""),
    ] {
        let offer = Offer { text_form: form, ..Offer::whole(&package) };
        let playlist = multivariant(&offer);
        assert!(
            lines(&playlist, "#EXT-X-MEDIA:TYPE=SUBTITLES")[0].ends_with(&format!("URI=\"{id}.m3u8\"")),
            "{form:?}"
        );
        assert!(lines(&playlist, "#EXT-X-STREAM-INF")[0].contains(codec), "{form:?}");
    }
    let offer = Offer::whole(&package);
    check(
        &text(&offer, &package.text[0], TextForm::Segmented),
        expect_file!["../../../golden/text-segments.m3u8"],
    );
    let imsc = text(&offer, &package.text[0], TextForm::Imsc);
    assert!(imsc.contains("#EXT-X-MAP:URI=\"text-0-en.imsc.mp4\",BYTERANGE=\"700@0\"\n"));
}

#[test]
fn thumbnails_are_a_playlist_of_images() {
    check(&images(&sample::package()).unwrap(), expect_file!["../../../golden/thumbnails.m3u8"]);
    assert_eq!(images(&Package { thumbnails: None, ..sample::package() }), None);
}

#[test]
fn a_steered_title_names_every_place() {
    let package = sample::package();
    let steering = sample::steering();
    let offer = Offer { steering: Some(&steering), ..Offer::whole(&package) };
    let steered = multivariant(&offer);
    check(&steered, expect_file!["../../../golden/steered.m3u8"]);
    let unsteered = Steering { server_url: None, ..steering };
    let offer = Offer { steering: Some(&unsteered), ..Offer::whole(&package) };
    let without: Vec<_> = steered.lines().filter(|line| !line.contains("CONTENT-STEERING")).collect();
    assert_eq!(multivariant(&offer).lines().collect::<Vec<_>>(), without);
}

#[test]
fn sound_that_describes_says_so() {
    let mut package = sample::package();
    package.audio[1].describes_video = true;
    package.audio[1].name = "English".to_owned();
    let playlist = multivariant(&Offer::whole(&package));
    let characteristics = "CHARACTERISTICS=\"public.accessibility.describes-video\"";
    let told: Vec<_> =
        lines(&playlist, "#EXT-X-MEDIA:TYPE=AUDIO").iter().map(|l| l.contains(characteristics)).collect();
    assert_eq!(told, [false, true]);
}

#[test]
fn supplemental_codecs_are_told() {
    let mut package = sample::package();
    package.video[0].supplemental_codecs = Some("dvh1.08.07/db4h".to_owned());
    let playlist = multivariant(&Offer::whole(&package));
    assert_eq!(playlist.matches("SUPPLEMENTAL-CODECS=\"dvh1.08.07/db4h\"").count(), 2);
}
