//! What protected, marked and steered titles have beside the plain one's. The golden files were gone through by hand,
//! element for element, against the clauses that the writers cite.

use super::super::*;
use crate::offer::TextForm;
use crate::sample;
use expect_test::expect_file;
use media::protection::Scheme;

fn trimmed<'a>(mpd: &'a str, told: &[&str]) -> Vec<&'a str> {
    mpd.lines().map(str::trim).filter(|line| told.iter().any(|told| line.contains(told))).collect()
}

#[test]
fn a_protected_title() {
    let package = sample::protected_package(Scheme::Cbcs);
    expect_file!["../../../golden/protected.mpd"].assert_eq(&mpd(&Offer::whole(&package)));
}

/// Four classes of keys: the pictures of each format are in three sets, and players may switch between all six.
#[test]
fn each_class_of_keys_is_a_set() {
    let package = sample::protected_package(Scheme::Cenc);
    let mpd = mpd(&Offer::whole(&package));
    let keys: Vec<_> = trimmed(&mpd, &["cenc:default_KID"]);
    let key = |line: &&str| line.split_once("default_KID=\"").unwrap().1[..2].to_owned();
    let trick_and_sound = ["01", "01", "00", "00", "00"];
    let expected = [&["04", "03", "01", "04", "03", "01"][..], &trick_and_sound].concat();
    assert_eq!(keys.iter().map(key).collect::<Vec<_>>(), expected);
    assert!(keys.iter().all(|line| line.contains("value=\"cenc\"")));
    assert_eq!(trimmed(&mpd, &["set-switching"])[1].matches("value=\"0,2,3,4,5\"").count(), 1);
    assert_eq!(trimmed(&mpd, &["trickmode"]).len(), 2);
    assert!(trimmed(&mpd, &["trickmode"])[1].contains("value=\"3 4 5\""));
}

#[test]
fn a_marked_title_with_a_timeline() {
    let package = sample::marked_package();
    let offer = Offer { text_form: TextForm::Imsc, ..Offer::whole(&package) };
    expect_file!["../../../golden/marked-timeline.mpd"].assert_eq(&mpd_with(&offer, Addressing::Timeline));
}

#[test]
fn text_has_the_form_that_is_offered() {
    let package = sample::marked_package();
    for (form, mime, told) in [
        (TextForm::File, "text/vtt", "<BaseURL>text-0-en.vtt</BaseURL>"),
        (TextForm::Segmented, "text/vtt", "<BaseURL>text-0-en.vtt</BaseURL>"),
        (TextForm::Wvtt, "application/mp4", "id=\"text-0-en.wvtt\" codecs=\"wvtt\""),
        (TextForm::Imsc, "application/mp4", "id=\"text-0-en.imsc\" codecs=\"stpp.ttml.im1t\""),
    ] {
        let mpd = mpd(&Offer { text_form: form, ..Offer::whole(&package) });
        assert!(mpd.contains(told), "{form:?}");
        assert_eq!(mpd.matches(&format!("contentType=\"text\" mimeType=\"{mime}\"")).count(), 2, "{form:?}");
    }
}

#[test]
fn a_steered_title_names_every_place() {
    let package = sample::package();
    let places = [
        "<BaseURL serviceLocation=\"a\">https://a.example/p/</BaseURL>",
        "<BaseURL serviceLocation=\"b\">https://b.example/p/</BaseURL>",
    ];
    let server = "<ContentSteering defaultServiceLocation=\"a\" queryBeforeStart=\"true\">\
                  https://steer.example/m?x=1&amp;y=2</ContentSteering>";
    for (server_url, expected) in [
        (Some("https://steer.example/m?x=1&y=2".to_owned()), [&places[..], &[server]].concat()),
        (None, places.to_vec()),
    ] {
        let steering = Steering { server_url, ..sample::steering() };
        let mpd = mpd(&Offer { steering: Some(&steering), ..Offer::whole(&package) });
        assert_eq!(trimmed(&mpd, &["serviceLocation", "ContentSteering"]), expected);
    }
}

#[test]
fn sound_that_describes_says_so() {
    let mut package = sample::package();
    package.audio[1].describes_video = true;
    let mpd = mpd(&Offer::whole(&package));
    let told = trimmed(&mpd, &["AudioPurposeCS:2007\" value=\"1\"", "value=\"description\""]);
    assert_eq!(told.len(), 2);
}

#[test]
fn supplemental_codecs_are_told() {
    let mut package = sample::package();
    package.video[0].supplemental_codecs = Some("dvh1.08.07/db4h".to_owned());
    let mpd = mpd(&Offer::whole(&package));
    assert!(mpd.contains("xmlns:scte214=\"urn:scte:dash:scte214-extensions\""));
    let told = "scte214:supplementalCodecs=\"dvh1.08.07\" scte214:supplementalProfiles=\"db4h\"";
    assert_eq!(mpd.matches(told).count(), 1);
}
