//! The MPD of the sample package, reviewed against the standard.

use super::*;
use crate::sample;
use expect_test::expect;

#[test]
fn an_mpd() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011,urn:mpeg:dash:profile:full:2011" mediaPresentationDuration="PT10.010000S" minBufferTime="PT4.010667S">
          <Period id="0" start="PT0S">
            <AdaptationSet contentType="video" mimeType="video/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1" id="0">
              <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
              <Representation id="video-360p" codecs="avc1.64001e" bandwidth="900000" width="640" height="360" frameRate="24000/1001" sar="1:1">
                <BaseURL>video-360p.mp4</BaseURL>
                <SegmentBase timescale="24000" indexRange="700-775" indexRangeExact="true">
                  <Initialization range="0-699"/>
                </SegmentBase>
              </Representation>
              <Representation id="video-180p" codecs="avc1.64001e" bandwidth="300000" width="320" height="180" frameRate="24000/1001" sar="1:1">
                <BaseURL>video-180p.mp4</BaseURL>
                <SegmentBase timescale="24000" indexRange="700-775" indexRangeExact="true">
                  <Initialization range="0-699"/>
                </SegmentBase>
              </Representation>
            </AdaptationSet>
            <AdaptationSet contentType="audio" mimeType="audio/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1" lang="en" id="1">
              <Label>English</Label>
              <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
              <Representation id="audio-0-en" codecs="mp4a.40.2" bandwidth="128000" audioSamplingRate="48000">
                <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>
                <BaseURL>audio-0-en.mp4</BaseURL>
                <SegmentBase timescale="48000" indexRange="700-775" indexRangeExact="true">
                  <Initialization range="0-699"/>
                </SegmentBase>
              </Representation>
            </AdaptationSet>
            <AdaptationSet contentType="audio" mimeType="audio/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1" lang="de" id="2">
              <Label>Deutsch</Label>
              <Role schemeIdUri="urn:mpeg:dash:role:2011" value="alternate"/>
              <Representation id="audio-1-de" codecs="mp4a.40.2" bandwidth="384000" audioSamplingRate="48000">
                <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="6"/>
                <BaseURL>audio-1-de.mp4</BaseURL>
                <SegmentBase timescale="48000" indexRange="700-775" indexRangeExact="true">
                  <Initialization range="0-699"/>
                </SegmentBase>
              </Representation>
            </AdaptationSet>
            <AdaptationSet contentType="text" mimeType="text/vtt" lang="en" id="3">
              <Label>English</Label>
              <Role schemeIdUri="urn:mpeg:dash:role:2011" value="forced-subtitle"/>
              <Representation id="text-0-en" bandwidth="256">
                <BaseURL>text-0-en.vtt</BaseURL>
              </Representation>
            </AdaptationSet>
            <AdaptationSet contentType="text" mimeType="text/vtt" lang="en" id="4">
              <Label>English (SDH)</Label>
              <Role schemeIdUri="urn:mpeg:dash:role:2011" value="caption"/>
              <Representation id="text-1-en" bandwidth="256">
                <BaseURL>text-1-en.vtt</BaseURL>
              </Representation>
            </AdaptationSet>
            <AdaptationSet contentType="image" mimeType="image/jpeg" profiles="urn:mpeg:dash:profile:full:2011" id="5">
              <SegmentTemplate media="sheet-$Number%03d$.jpg" timescale="1000" duration="8000" startNumber="0"/>
              <Representation id="thumbnails" bandwidth="14400" width="320" height="180">
                <EssentialProperty schemeIdUri="http://dashif.org/guidelines/thumbnail_tile" value="2x2"/>
              </Representation>
            </AdaptationSet>
          </Period>
        </MPD>
    "#]].assert_eq(&mpd(&sample::package()));
}

#[test]
fn names_stay_inside_their_elements() {
    let mut package = sample::package();
    package.audio[0].name = "</Label><BaseURL>http://elsewhere/".to_owned();
    package.audio[0].language = Some("e\"n".to_owned());
    let mpd = mpd(&package);
    assert!(mpd.contains("<Label>&lt;/Label&gt;&lt;BaseURL&gt;http://elsewhere/</Label>"));
    assert!(mpd.contains("lang=\"e&quot;n\""));
}

#[test]
fn sheets_without_a_pattern_are_left_out() {
    let mut package = sample::package();
    package.thumbnails.as_mut().unwrap().sheets[1] = "other.jpg".to_owned();
    assert!(!mpd(&package).contains("image/jpeg"));
}

#[test]
fn whole_rates_have_no_denominator() {
    for (num, den, expected) in [(25, 1, "25"), (30_000, 1001, "30000/1001")] {
        assert_eq!(frame_rate(FrameRate { num, den }), expected);
    }
}
