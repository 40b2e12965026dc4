//! The MPD of the sample package, reviewed against the standard.

mod features;

use super::*;
use crate::sample;
use expect_test::expect;

#[test]
fn an_mpd() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011,urn:mpeg:dash:profile:full:2011" mediaPresentationDuration="PT10.010000S" minBufferTime="PT4.010667S">
          <Period id="0" start="PT0S">
            <AdaptationSet id="0" contentType="video" mimeType="video/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1">
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
            <AdaptationSet id="1" contentType="video" mimeType="video/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1">
              <EssentialProperty schemeIdUri="http://dashif.org/guidelines/trickmode" value="0"/>
              <Representation id="video-180p-trick" codecs="avc1.64001e" bandwidth="300000" width="320" height="180" frameRate="24000/1001" sar="1:1" maxPlayoutRate="8">
                <BaseURL>video-180p.mp4</BaseURL>
                <SegmentBase timescale="24000" indexRange="700-775" indexRangeExact="true">
                  <Initialization range="0-699"/>
                </SegmentBase>
              </Representation>
            </AdaptationSet>
            <AdaptationSet id="2" contentType="audio" mimeType="audio/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1" lang="en">
              <Label>English</Label>
              <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
              <Representation id="audio-en-aac-2" codecs="mp4a.40.2" bandwidth="128000" audioSamplingRate="48000">
                <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>
                <BaseURL>audio-en-aac-2.mp4</BaseURL>
                <SegmentBase timescale="48000" indexRange="700-775" indexRangeExact="true">
                  <Initialization range="0-699"/>
                </SegmentBase>
              </Representation>
            </AdaptationSet>
            <AdaptationSet id="3" contentType="audio" mimeType="audio/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1" lang="de">
              <Label>Deutsch</Label>
              <Role schemeIdUri="urn:mpeg:dash:role:2011" value="alternate"/>
              <Representation id="audio-de-aac-2" codecs="mp4a.40.2" bandwidth="128000" audioSamplingRate="48000">
                <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>
                <BaseURL>audio-de-aac-2.mp4</BaseURL>
                <SegmentBase timescale="48000" indexRange="700-775" indexRangeExact="true">
                  <Initialization range="0-699"/>
                </SegmentBase>
              </Representation>
            </AdaptationSet>
            <AdaptationSet id="4" contentType="text" mimeType="text/vtt" lang="en">
              <Label>English</Label>
              <Role schemeIdUri="urn:mpeg:dash:role:2011" value="forced-subtitle"/>
              <Representation id="text-0-en" bandwidth="256">
                <BaseURL>text-0-en.vtt</BaseURL>
              </Representation>
            </AdaptationSet>
            <AdaptationSet id="5" contentType="text" mimeType="text/vtt" lang="en">
              <Label>English (SDH)</Label>
              <Accessibility schemeIdUri="urn:tva:metadata:cs:AudioPurposeCS:2007" value="2"/>
              <Role schemeIdUri="urn:mpeg:dash:role:2011" value="caption"/>
              <Representation id="text-1-en" bandwidth="256">
                <BaseURL>text-1-en.vtt</BaseURL>
              </Representation>
            </AdaptationSet>
            <AdaptationSet id="6" contentType="image" mimeType="image/jpeg" profiles="urn:mpeg:dash:profile:full:2011">
              <SegmentTemplate media="sheet-$Number%03d$.jpg" timescale="1000" duration="8000" startNumber="0"/>
              <Representation id="thumbnails" bandwidth="9000" width="320" height="180">
                <EssentialProperty schemeIdUri="http://dashif.org/guidelines/thumbnail_tile" value="2x2"/>
              </Representation>
            </AdaptationSet>
          </Period>
        </MPD>
    "#]].assert_eq(&mpd(&Offer::whole(&sample::package())));
}

/// Formats and codings: looked through by hand against the clauses that `video` and `audio` cite.
#[test]
fn formats_and_codings() {
    let mpd = mpd(&Offer::whole(&sample::rich_package()));
    let told = ["<AdaptationSet", "<Representation", "Property", "AudioChannel", "<Role"];
    let lines = mpd.lines().map(str::trim).filter(|line| told.iter().any(|told| line.contains(told)));
    expect![[r#"
        <AdaptationSet id="0" contentType="video" mimeType="video/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1">
        <SupplementalProperty schemeIdUri="urn:mpeg:dash:adaptation-set-switching:2016" value="1"/>
        <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
        <Representation id="video-360p" codecs="avc1.64001e" bandwidth="900000" width="640" height="360" frameRate="24000/1001" sar="1:1">
        <AdaptationSet id="1" contentType="video" mimeType="video/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1">
        <SupplementalProperty schemeIdUri="urn:mpeg:dash:adaptation-set-switching:2016" value="0"/>
        <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
        <Representation id="video-av1-360p" codecs="av01.0.01M.10" bandwidth="500000" width="640" height="360" frameRate="24000/1001" sar="1:1">
        <AdaptationSet id="2" contentType="video" mimeType="video/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1">
        <EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:ColourPrimaries" value="9"/>
        <EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:TransferCharacteristics" value="16"/>
        <EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:MatrixCoefficients" value="9"/>
        <SupplementalProperty schemeIdUri="urn:mpeg:dash:adaptation-set-switching:2016" value="3"/>
        <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
        <Representation id="video-av1-pq-360p" codecs="av01.0.01M.10.0.110.09.16.09.0" bandwidth="500000" width="640" height="360" frameRate="24000/1001" sar="1:1">
        <AdaptationSet id="3" contentType="video" mimeType="video/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1">
        <EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:ColourPrimaries" value="9"/>
        <EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:TransferCharacteristics" value="16"/>
        <EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:MatrixCoefficients" value="9"/>
        <SupplementalProperty schemeIdUri="urn:mpeg:dash:adaptation-set-switching:2016" value="2"/>
        <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
        <Representation id="video-hevc-pq-360p" codecs="hvc1.2.4.L63.90" bandwidth="500000" width="640" height="360" frameRate="24000/1001" sar="1:1">
        <AdaptationSet id="4" contentType="video" mimeType="video/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1">
        <EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:ColourPrimaries" value="9"/>
        <EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:TransferCharacteristics" value="18"/>
        <EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:MatrixCoefficients" value="9"/>
        <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
        <Representation id="video-vp9-hlg-360p" codecs="vp09.02.21.10.01.09.18.09.00" bandwidth="500000" width="640" height="360" frameRate="24000/1001" sar="1:1">
        <AdaptationSet id="5" contentType="audio" mimeType="audio/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1" lang="en">
        <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
        <Representation id="audio-en-aac-2" codecs="mp4a.40.2" bandwidth="128000" audioSamplingRate="48000">
        <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>
        <AdaptationSet id="6" contentType="audio" mimeType="audio/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1" lang="en">
        <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
        <Representation id="audio-en-eac3-6" codecs="ec-3" bandwidth="384000" audioSamplingRate="48000">
        <AudioChannelConfiguration schemeIdUri="tag:dolby.com,2014:dash:audio_channel_configuration:2011" value="F801"/>
        <AdaptationSet id="7" contentType="audio" mimeType="audio/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1" lang="en">
        <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
        <Representation id="audio-en-eac3-6-joc" codecs="ec-3" bandwidth="384000" audioSamplingRate="48000">
        <AudioChannelConfiguration schemeIdUri="tag:dolby.com,2014:dash:audio_channel_configuration:2011" value="F801"/>
        <SupplementalProperty schemeIdUri="tag:dolby.com,2018:dash:EC3_ExtensionType:2018" value="JOC"/>
        <SupplementalProperty schemeIdUri="tag:dolby.com,2018:dash:EC3_ExtensionComplexityIndex:2018" value="16"/>
        <AdaptationSet id="8" contentType="audio" mimeType="audio/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1" lang="de">
        <Role schemeIdUri="urn:mpeg:dash:role:2011" value="alternate"/>
        <Representation id="audio-de-aac-2" codecs="mp4a.40.2" bandwidth="128000" audioSamplingRate="48000">
        <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>
        <AdaptationSet id="9" contentType="audio" mimeType="audio/mp4" subsegmentAlignment="true" subsegmentStartsWithSAP="1" lang="de">
        <Role schemeIdUri="urn:mpeg:dash:role:2011" value="alternate"/>
        <Representation id="audio-de-opus-6" codecs="opus" bandwidth="384000" audioSamplingRate="48000">
        <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="6"/>
    "#]].assert_eq(&lines.map(|line| format!("{line}\n")).collect::<String>());
}

#[test]
fn names_stay_inside_their_elements() {
    let mut package = sample::package();
    package.audio[0].name = "</Label><BaseURL>http://elsewhere/".to_owned();
    package.audio[0].language = Some("e\"n".to_owned());
    let mpd = mpd(&Offer::whole(&package));
    assert!(mpd.contains("<Label>&lt;/Label&gt;&lt;BaseURL&gt;http://elsewhere/</Label>"));
    assert!(mpd.contains("lang=\"e&quot;n\""));
}

#[test]
fn sheets_without_a_pattern_are_left_out() {
    let mut package = sample::package();
    package.thumbnails.as_mut().unwrap().sheets[1] = "other.jpg".to_owned();
    assert!(!mpd(&Offer::whole(&package)).contains("image/jpeg"));
}
