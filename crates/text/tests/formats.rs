//! Each format as people write it: a file in, the WebVTT that viewers get out, and what is said about it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use text::{Film, Format, Place, Unreadable, findings, fit, read, write};

const FILM: Film = Film { start_us: 0, duration_us: 600_000_000 };

/// Checks the cues' part of the WebVTT file, and the codes of the findings.
#[track_caller]
fn check(file: impl AsRef<[u8]>, format: Format, expected: &str, codes: &[&str]) {
    let read = read(file.as_ref()).unwrap();
    let fitted = fit(read.cues.clone(), &FILM);
    let found = findings("It", &read, &fitted);
    assert_eq!(read.format, format);
    assert_eq!(write(&fitted.cues).strip_prefix("WEBVTT\n"), Some(expected));
    assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), codes);
}

#[test]
fn subrip() {
    let file = "\u{feff}1\r\n00:00:01,000 --> 00:00:02,500 X1:40 X2:600\r\n<i>Good</i> morning\r\n- R&D\r\n\r\n\
                2\r\n00:00:05,000 --> 00:00:06,000\r\n{\\an8}Above\r\n";
    let expected = "\n00:00:01.000 --> 00:00:02.500\n<i>Good</i> morning\n- R&amp;D\n\
                    \n00:00:05.000 --> 00:00:06.000 line:0\nAbove\n";
    check(file, Format::SubRip, expected, &[]);
    check("", Format::SubRip, "", &["subtitles-empty"]);
    check(
        b"1\n00:00:01,000 --> 00:00:02,000\ncaf\xe9\n\n2\nx --> y\nz\n",
        Format::SubRip,
        "\n00:00:01.000 --> 00:00:02.000\ncafé\n",
        &["subtitles-encoding-guessed", "subtitles-unreadable-cues"],
    );
    check(
        "1\n00:00:05,000 --> 00:00:06,000\nb\n\n2\n00:00:01,000 --> 00:00:02,000\na\n\n3\n00:00:03,000 --> 00:00:03,000\nc\n\n\
         4\n00:59:00,000 --> 00:59:01,000\nd\n\n5\n00:00:07,000 --> 00:00:08,000\nFar more than anybody can read in one second.\n",
        Format::SubRip,
        "\n00:00:01.000 --> 00:00:02.000\na\n\n00:00:05.000 --> 00:00:06.000\nb\n\
         \n00:00:07.000 --> 00:00:08.000\nFar more than anybody can read in one second.\n",
        &[
            "subtitles-without-length",
            "subtitles-beyond-the-film",
            "subtitles-out-of-order",
            "subtitles-too-fast",
        ],
    );
}

#[test]
fn webvtt() {
    let file = "WEBVTT - a title\nX-TIMESTAMP-MAP=LOCAL:0,MPEGTS:0\n\nSTYLE\n::cue { color: red }\n\nNOTE\nnothing\n\n\
                id\n00:01.000 --> 00:02.000 align:start line:10%,start\n<v Mary>Hello &amp; <b>welcome</b>\n\n\
                01:00:00.000 --> 01:00:01.000\nlate\n\n00:03.000 --> 00:04.000 line:-1\nlow\n";
    let expected = "\n00:00:01.000 --> 00:00:02.000 line:0\nHello &amp; <b>welcome</b>\n\n00:00:03.000 --> 00:00:04.000\nlow\n";
    check(file, Format::WebVtt, expected, &["subtitles-beyond-the-film", "subtitles-out-of-order"]);
}

#[test]
fn lines_say_where_a_cue_stands() {
    for (line, expected) in [
        ("0", Place::Top),
        ("4", Place::Top),
        ("7", Place::Middle),
        ("12", Place::Bottom),
        ("-1", Place::Bottom),
        ("-8", Place::Middle),
        ("-14", Place::Top),
        ("20%", Place::Top),
        ("50%,center", Place::Middle),
        ("90%", Place::Bottom),
        ("auto", Place::Bottom),
        ("NaN%", Place::Bottom),
    ] {
        let file = format!("WEBVTT\n\n00:01.000 --> 00:02.000 line:{line}\na\n");
        assert_eq!(read(file.as_bytes()).unwrap().cues[0].place, expected, "line:{line}");
    }
}

#[test]
fn substation_alpha() {
    let file = "[Script Info]\nTitle: x\n[V4+ Styles]\nFormat: Name, Italic, Bold, Alignment\nStyle: Sign, -1, 0, 8\n\
                [Events]\nFormat: Layer, Start, End, Style, Text\nComment: 0,0:00:00.00,0:00:01.00,,no\n\
                Dialogue: 0,0:00:01.00,0:00:02.50,Sign,A sign\n\
                Dialogue: 0,0:00:03.00,0:00:04.00,Default,One, two\\N{\\b1}three{\\b0}\n\
                Dialogue: 0,0:00:05:00,0:00:06:50,*Default,{\\an5}Mid\nDialogue: 0,x,y,Default,bad\n";
    let expected = "\n00:00:01.000 --> 00:00:02.500 line:0\n<i>A sign</i>\n\n00:00:03.000 --> 00:00:04.000\nOne, two\n<b>three</b>\n\
                    \n00:00:05.000 --> 00:00:06.500 line:50%\nMid\n";
    check(file, Format::Ssa, expected, &["subtitles-unreadable-cues"]);
    let old = "[V4 Styles]\nFormat: Name, Alignment\nStyle: A, 6\n[Events]\n\
               Format: Start, End, Style, Text\nDialogue: 0:00:01.00,0:00:02.00,A,x\n";
    check(old, Format::Ssa, "\n00:00:01.000 --> 00:00:02.000 line:0\nx\n", &[]);
}

#[test]
fn ttml() {
    let file = r#"<?xml version="1.0"?>
        <tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling"
            xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25">
          <head>
            <styling><style xml:id="a" tts:fontStyle="italic"/><style xml:id="b" style="a" tts:fontWeight="bold"/></styling>
            <layout>
              <region xml:id="top" tts:origin="10% 5%" tts:extent="80% 20%"/>
              <region xml:id="low"><style tts:origin="10% 10%"/><style tts:extent="80% 80%"/><style tts:displayAlign="after"/></region>
            </layout>
          </head>
          <body begin="10s"><div>
            <p begin="00:00:01:05" end="2s" region="top">Up
               <span style="b">there</span>,<br/>you &amp; I &#233; &bogus;</p>
            <p begin="3s" dur="1s" region="low">low <![CDATA[<x>]]></p>
            <p begin="5s" end="9s"><span end="1s">one</span> <span begin="1s" end="3s">two</span></p>
            <p begin="9s" end="10s" xml:space="preserve">a  b</p>
            <p>always</p>
          </div></body>
        </tt>"#;
    let expected = "\n00:00:10.000 --> 00:10:00.000\nalways\n\
                    \n00:00:11.200 --> 00:00:12.000 line:0\nUp <i><b>there</b></i>,\nyou &amp; I é\n\
                    \n00:00:13.000 --> 00:00:14.000\nlow &lt;x&gt;\n\
                    \n00:00:15.000 --> 00:00:16.000\none\n\
                    \n00:00:16.000 --> 00:00:18.000\ntwo\n\
                    \n00:00:19.000 --> 00:00:20.000\na  b\n";
    check(file, Format::Ttml, expected, &["subtitles-out-of-order"]);
}

#[test]
fn what_is_no_subtitles_is_refused() {
    for (file, expected) in [
        (&b"Once upon a time"[..], Unreadable::Unknown),
        (b"<html><body/></html>", Unreadable::Unknown),
        (b"<tt><p></tt>", Unreadable::Xml { at: 7 }),
        (b"\0\x01\x02\x03\xff", Unreadable::Unknown),
    ] {
        assert_eq!(read(file).unwrap_err(), expected, "{file:?}");
    }
    assert_eq!(read(&vec![b' '; text::BYTES_MAX + 1]).unwrap_err(), Unreadable::TooLong);
}

#[test]
fn traps_in_xml_are_survived() {
    let deep = format!("<tt>{}x{}</tt>", "<p begin='1s'>".repeat(100_000), "</p>".repeat(100_000));
    read(deep.as_bytes()).unwrap();
    let looped = "<tt><head><style xml:id='a' style='b a b a b'/><style xml:id='b' style='a a a a a a'/></head>\
                  <body><p begin='1s' end='2s' style='a b a b'>x</p></body></tt>";
    assert_eq!(read(looped.as_bytes()).unwrap().cues.len(), 1);
    let bomb =
        "<!DOCTYPE tt [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><tt><p begin='1s' end='2s'>&b;x</p></tt>";
    assert_eq!(read(bomb.as_bytes()).unwrap().cues[0].text(), "x");
}
