//! ffprobe's JSON (`-show_format -show_streams -show_chapters -of json`) to [`Facts`], with what the container alone says
//! (`container`) and the traced headers of each picture stream (`headers`) beside it, where they are there.
//!
//! Tolerant: a field that is absent or odd gives the value that means "not known", as the files are untrusted.

use super::headers::{self, Display, Headers};
use super::{language, pixels};
use media::facts::{AudioFacts, ChapterFacts, Facts, Label, TextFacts, VideoFacts};
use media::picture::{Colour, ContentLight, MasteringDisplay};
use media::{FrameRate, Size};
use serde_json::Value;

/// Subtitle codecs whose cues are pictures.
const BITMAP_CODECS: [&str; 4] = ["hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub"];

/// Characters kept of a title that the container gives: a menu shows fewer than a hundred, and the title travels in each
/// catalogue, playlist and grant.
const TITLE_CHARS_MAX: usize = 200;

/// Chapters that are read: more than any film has.
const CHAPTERS_MAX: usize = 1000;

pub(super) fn read(raw_json: &[u8], complaints: &[String]) -> Result<Facts, serde_json::Error> {
    let answer: Value = serde_json::from_slice(raw_json)?;
    let format = &answer["format"];
    let mut facts = Facts {
        container: text(&format["format_name"]).unwrap_or_default(),
        duration_s: seconds(&format["duration"]),
        complaints: complaints.to_vec(),
        ..Facts::default()
    };
    let chapters = answer["chapters"].as_array().into_iter().flatten().take(CHAPTERS_MAX);
    facts.chapters = chapters.filter_map(chapter).collect();
    for stream in answer["streams"].as_array().into_iter().flatten() {
        let is_picture_of_file = flag(stream, "attached_pic") || flag(stream, "timed_thumbnails");
        match stream["codec_type"].as_str() {
            Some("video") if !is_picture_of_file => facts.video.push(video(stream, &answer)),
            Some("audio") => facts.audio.push(audio(stream)),
            Some("subtitle") => facts.text.push(subtitle(stream)),
            _ => {}
        }
    }
    Ok(facts)
}

fn video(stream: &Value, answer: &Value) -> VideoFacts {
    let dovi = side_data(stream, "DOVI configuration record");
    let headers = traced(answer, index(stream));
    let pixel_format = text(&stream["pix_fmt"]).unwrap_or_default();
    VideoFacts {
        stream: index(stream),
        codec: text(&stream["codec_name"]).unwrap_or_default(),
        size: Size { width: number(&stream["width"]), height: number(&stream["height"]) },
        sample_aspect: ratio(&stream["sample_aspect_ratio"]).unwrap_or((1, 1)),
        rotation_degrees: rotation(stream),
        frame_rate_average: rate(&stream["avg_frame_rate"]),
        frame_rate_base: rate(&stream["r_frame_rate"]),
        frames: text(&stream["nb_frames"])
            .or_else(|| text(&stream["tags"]["NUMBER_OF_FRAMES"]))
            .and_then(|frames| frames.parse().ok())
            .filter(|&frames| frames > 0),
        start_s: signed_seconds(&stream["start_time"]).unwrap_or(0.0),
        duration_s: duration(stream),
        interlaced: matches!(stream["field_order"].as_str(), Some("tt" | "bb" | "tb" | "bt")),
        colour: believed(colour(stream), headers.colour),
        container_colour: container_colour(answer, index(stream)),
        bit_depth: pixels::bit_depth(&pixel_format),
        pixel_format,
        mastering: headers.mastering.or_else(|| mastering(stream)),
        light: headers.light.or_else(|| light(stream)),
        dolby_vision_profile: dovi.map(|record| number(&record["dv_profile"])),
    }
}

fn audio(stream: &Value) -> AudioFacts {
    AudioFacts {
        stream: index(stream),
        codec: text(&stream["codec_name"]).unwrap_or_default(),
        channels: number(&stream["channels"]),
        sample_rate_hz: text(&stream["sample_rate"]).and_then(|rate| rate.parse().ok()).unwrap_or(0),
        start_s: signed_seconds(&stream["start_time"]).unwrap_or(0.0),
        duration_s: duration(stream),
        describes_video: flag(stream, "visual_impaired") || flag(stream, "descriptions"),
        label: label(stream),
    }
}

fn chapter(chapter: &Value) -> Option<ChapterFacts> {
    Some(ChapterFacts {
        start_s: signed_seconds(&chapter["start_time"])?,
        title: text(&chapter["tags"]["title"]).and_then(|title| clean(&title)),
        language: text(&chapter["tags"]["language"]).and_then(|code| language::tag(&code)),
    })
}

fn subtitle(stream: &Value) -> TextFacts {
    let codec = text(&stream["codec_name"]).unwrap_or_default();
    TextFacts {
        stream: index(stream),
        bitmap: BITMAP_CODECS.contains(&codec.as_str()),
        codec,
        forced: flag(stream, "forced"),
        hearing_impaired: flag(stream, "hearing_impaired"),
        label: label(stream),
    }
}

fn label(stream: &Value) -> Label {
    Label {
        language: text(&stream["tags"]["language"]).and_then(|code| language::tag(&code)),
        title: text(&stream["tags"]["title"]).and_then(|title| clean(&title)),
        default: flag(stream, "default"),
    }
}

/// A title on one line and of bounded length, without characters that control a terminal or turn the direction of
/// writing; `None` where nothing is left.
fn clean(title: &str) -> Option<String> {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'); // UAX #9
    let spaced = title.replace(char::is_control, " ").replace(turns, "");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let kept: String = words.join(" ").chars().take(TITLE_CHARS_MAX).collect();
    Some(kept.trim_end().to_string()).filter(|title| !title.is_empty())
}

fn colour(stream: &Value) -> Colour {
    let known = |name: &str| text(&stream[name]).filter(|value| value != "unknown" && value != "reserved");
    let full_format = stream["pix_fmt"].as_str().is_some_and(|format| format.starts_with("yuvj"));
    Colour {
        primaries: known("color_primaries"),
        transfer: known("color_transfer"),
        matrix: known("color_space"),
        full_range: full_format || stream["color_range"] == "pc",
    }
}

/// Containers with a place for the colour, in the demuxers' names: `colr` boxes and `Colour` elements.
const COLOURFUL: [&str; 2] = ["mov", "matroska"];

/// What the container alone says.
fn container_colour(answer: &Value, stream: usize) -> Option<Colour> {
    let container = answer["format"]["format_name"].as_str()?;
    let has_place = COLOURFUL.iter().any(|name| container.split(',').any(|other| other == *name));
    let streams = answer["container"]["streams"].as_array().filter(|_| has_place)?;
    streams.iter().find(|other| other["index"].as_u64() == Some(stream as u64)).map(colour)
}

/// What the headers of the stream's first picture say.
fn traced(answer: &Value, stream: usize) -> Headers {
    let lines = answer["headers"][stream.to_string()].as_array().into_iter().flatten();
    headers::read(&lines.filter_map(Value::as_str).map(str::to_string).collect::<Vec<_>>())
}

/// The stream's own description is believed before what ffprobe made of stream and container together.
fn believed(probed: Colour, headers: Colour) -> Colour {
    Colour {
        primaries: headers.primaries.or(probed.primaries),
        transfer: headers.transfer.or(probed.transfer),
        matrix: headers.matrix.or(probed.matrix),
        full_range: probed.full_range,
    }
}

/// The container's word on the mastering display (`mdcv`, Matroska's `MasteringMetadata`).
fn mastering(stream: &Value) -> Option<MasteringDisplay> {
    let data = side_data(stream, "Mastering display metadata")?;
    let value = |name: &str| fraction(&data[name]);
    let point = |name: &str| Some((value(&format!("{name}_x"))?, value(&format!("{name}_y"))?));
    headers::plausible(Display {
        primaries: [point("red")?, point("green")?, point("blue")?],
        white: point("white_point")?,
        luminance: (value("max_luminance")?, value("min_luminance")?),
    })
}

/// The container's word on the light level (`clli`, Matroska's `MaxCLL` and `MaxFALL`).
fn light(stream: &Value) -> Option<ContentLight> {
    let data = side_data(stream, "Content light level metadata")?;
    let level = |name: &str| u16::try_from(data[name].as_u64()?).ok();
    Some(ContentLight { max: level("max_content")?, frame_average_max: level("max_average")? })
}

/// `34000/50000`.
fn fraction(value: &Value) -> Option<f64> {
    let (above, below) = value.as_str()?.split_once('/')?;
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    Some(above / below).filter(|fraction| fraction.is_finite() && *fraction >= 0.0)
}

/// Clockwise, in quarter turns. ffprobe gives the display matrix's angle counter-clockwise.
fn rotation(stream: &Value) -> u16 {
    let degrees = side_data(stream, "Display Matrix").and_then(|matrix| matrix["rotation"].as_f64());
    let clockwise = (-degrees.unwrap_or(0.0)).rem_euclid(360.0);
    ((clockwise / 90.0).round() as u16 % 4) * 90
}

fn side_data<'a>(stream: &'a Value, kind: &str) -> Option<&'a Value> {
    stream["side_data_list"].as_array()?.iter().find(|data| data["side_data_type"] == kind)
}

/// From the stream, else from the tag that Matroska writers leave (`00:00:10.803000000`).
fn duration(stream: &Value) -> Option<f64> {
    seconds(&stream["duration"]).or_else(|| {
        let tag = text(&stream["tags"]["DURATION"])?;
        let mut parts = tag.split(':').map(str::parse::<f64>);
        let (Some(Ok(hours)), Some(Ok(minutes)), Some(Ok(rest))) = (parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        Some(hours * 3600.0 + minutes * 60.0 + rest).filter(|seconds| *seconds > 0.0 && seconds.is_finite())
    })
}

fn flag(stream: &Value, name: &str) -> bool {
    stream["disposition"][name] == 1
}

fn index(stream: &Value) -> usize {
    stream["index"].as_u64().and_then(|index| usize::try_from(index).ok()).unwrap_or(0)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_string)
}

/// 0 where absent or out of range.
fn number(value: &Value) -> u32 {
    value.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

fn signed_seconds(value: &Value) -> Option<f64> {
    text(value)?.parse().ok().filter(|seconds: &f64| seconds.is_finite())
}

fn seconds(value: &Value) -> Option<f64> {
    signed_seconds(value).filter(|seconds| *seconds >= 0.0)
}

fn rate(value: &Value) -> Option<FrameRate> {
    text(value)?.parse().ok()
}

fn ratio(value: &Value) -> Option<(u32, u32)> {
    let text = text(value)?;
    let (width, height) = text.split_once(':')?;
    let (width, height) = (width.parse().ok()?, height.parse().ok()?);
    (width > 0 && height > 0).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: &str = r#"{"streams": [
        {"index": 0, "codec_name": "hevc", "codec_type": "video", "width": 1920, "height": 1080,
         "pix_fmt": "yuv420p10le", "color_range": "tv", "color_space": "bt2020nc", "color_transfer": "arib-std-b67",
         "color_primaries": "bt2020", "r_frame_rate": "30000/1001", "avg_frame_rate": "51600/1841",
         "start_time": "0.040000", "duration": "2.548333", "nb_frames": "86", "field_order": "tt",
         "sample_aspect_ratio": "64:45",
         "side_data_list": [{"side_data_type": "DOVI configuration record", "dv_profile": 8},
                            {"side_data_type": "Display Matrix", "rotation": -90}]},
        {"index": 1, "codec_name": "aac", "codec_type": "audio", "sample_rate": "44100", "channels": 2,
         "start_time": "-0.023", "disposition": {"default": 1, "visual_impaired": 1}, "tags": {"language": "ger", "title": "Ton"}},
        {"index": 2, "codec_type": "data"},
        {"index": 3, "codec_name": "mjpeg", "codec_type": "video", "disposition": {"attached_pic": 1}},
        {"index": 4, "codec_name": "hdmv_pgs_subtitle", "codec_type": "subtitle",
         "disposition": {"forced": 1, "hearing_impaired": 1}}],
        "chapters": [
        {"id": 0, "start": 40, "start_time": "0.040000", "end_time": "1.5", "tags": {"title": "The\nDam"}},
        {"id": 1, "start_time": "1.500000"}, {"id": 2}],
        "format": {"format_name": "mov,mp4", "duration": "2.548345"}}"#;

    #[test]
    fn a_phone_clip_is_read() {
        let facts = read(PHONE.as_bytes(), &["odd".into()]).unwrap();
        assert_eq!((facts.container.as_str(), facts.duration_s), ("mov,mp4", Some(2.548345)));
        assert_eq!(facts.complaints, ["odd"]);
        let [video] = facts.video.as_slice() else { panic!("one picture stream, not the attached one") };
        assert_eq!(video.size, Size { width: 1920, height: 1080 });
        assert_eq!((video.rotation_degrees, video.sample_aspect), (90, (64, 45)));
        assert_eq!(video.frame_rate_base, Some(FrameRate { num: 30000, den: 1001 }));
        assert_eq!((video.frames, video.start_s, video.duration_s), (Some(86), 0.04, Some(2.548333)));
        assert!(video.interlaced && !video.colour.full_range);
        assert_eq!((video.bit_depth, video.mastering, video.light), (10, None, None));
        assert_eq!(video.colour.transfer.as_deref(), Some("arib-std-b67"));
        assert_eq!(video.dolby_vision_profile, Some(8));
        let [audio] = facts.audio.as_slice() else { panic!("one audio stream") };
        assert_eq!(
            (audio.stream, audio.channels, audio.sample_rate_hz, audio.start_s),
            (1, 2, 44100, -0.023)
        );
        assert_eq!(
            audio.label,
            Label { language: Some("de".into()), title: Some("Ton".into()), default: true }
        );
        assert!(audio.describes_video);
        let chapter = |start_s, title: Option<&str>| ChapterFacts {
            start_s,
            title: title.map(str::to_owned),
            language: None,
        };
        assert_eq!(facts.chapters, [chapter(0.04, Some("The Dam")), chapter(1.5, None)]);
        assert!(facts.text[0].bitmap && facts.text[0].forced && facts.text[0].hearing_impaired);
    }

    #[test]
    fn titles_are_one_short_line() {
        let long = "é".repeat(300);
        for (title, expected) in [
            ("Director's cut", Some("Director's cut")),
            ("two\nlines\t\u{1b}[31m", Some("two lines [31m")),
            ("\u{202e}gnp.exe\u{2069}", Some("gnp.exe")),
            ("\u{0}\u{7f}", None),
            (&long, Some(&long[..TITLE_CHARS_MAX * "é".len()])),
        ] {
            let stream = serde_json::json!({"tags": {"title": title}});
            assert_eq!(label(&stream).title.as_deref(), expected, "{title:?}");
        }
    }

    #[test]
    fn rotation_is_clockwise_in_quarter_turns() {
        for (angle, clockwise) in
            [(0.0, 0), (-90.0, 90), (90.0, 270), (180.0, 180), (-180.0, 180), (-89.6, 90)]
        {
            let data = serde_json::json!({"side_data_type": "Display Matrix", "rotation": angle});
            assert_eq!(rotation(&serde_json::json!({"side_data_list": [data]})), clockwise, "{angle}");
        }
    }

    #[test]
    fn durations_come_from_the_stream_or_its_tag() {
        for (stream, expected) in [
            (serde_json::json!({"duration": "1.5"}), Some(1.5)),
            (serde_json::json!({"tags": {"DURATION": "00:01:10.500000000"}}), Some(70.5)),
            (serde_json::json!({"tags": {"DURATION": "soon"}}), None),
            (serde_json::json!({"tags": {"DURATION": "inf:00:00"}}), None),
            (serde_json::json!({"tags": {"DURATION": "nan:00:00"}}), None),
            (serde_json::json!({"duration": "-3"}), None),
            (serde_json::json!({}), None),
        ] {
            assert_eq!(duration(&stream), expected, "{stream}");
        }
    }

    #[test]
    fn odd_answers_give_unknowns_and_no_panic() {
        for answer in ["{}", "[]", r#"{"streams": 3, "format": []}"#] {
            assert_eq!(read(answer.as_bytes(), &[]).unwrap(), Facts::default(), "{answer}");
        }
        let odd = r#"{"streams": [{"codec_type": "video", "width": -3, "height": 99999999999, "index": -1,
                      "sample_aspect_ratio": "0:1", "avg_frame_rate": "0/0", "nb_frames": "many"}]}"#;
        let video = read(odd.as_bytes(), &[]).unwrap().video.remove(0);
        assert_eq!((video.size, video.sample_aspect), (Size { width: 0, height: 0 }, (1, 1)));
        assert_eq!((video.frame_rate_average, video.frames), (None, None));
        assert!(read(b"not json", &[]).is_err());
    }
    #[test]
    fn grading_comes_from_the_stream_or_the_container() {
        let answer = serde_json::json!({
            "format": {"format_name": "mov,mp4,m4a,3gp,3g2,mj2"},
            "streams": [{"index": 1, "codec_type": "video", "color_transfer": "bt709", "side_data_list": [
                {"side_data_type": "Mastering display metadata", "red_x": "34000/50000", "red_y": "16000/50000",
                 "green_x": "265/1000", "green_y": "69/100", "blue_x": "7500/50000", "blue_y": "3000/50000",
                 "white_point_x": "15635/50000", "white_point_y": "16450/50000", "min_luminance": "5/1000",
                 "max_luminance": "10000000/10000"},
                {"side_data_type": "Content light level metadata", "max_content": 1100, "max_average": 180}]}],
            "container": {"streams": [{"index": 1, "color_transfer": "bt709"}]},
            "headers": {"1": ["[trace_headers] 237 transfer_characteristics 00010000 = 16"]}});
        let video = read(answer.to_string().as_bytes(), &[]).unwrap().video.remove(0);
        let mastering = MasteringDisplay {
            primaries: [(34000, 16000), (13250, 34500), (7500, 3000)],
            white: (15635, 16450),
            luminance_max: 10_000_000,
            luminance_min: 50,
        };
        assert_eq!(video.mastering, Some(mastering));
        assert_eq!(video.light, Some(ContentLight { max: 1100, frame_average_max: 180 }));
        assert_eq!(video.colour.transfer.as_deref(), Some("smpte2084"), "the stream is believed");
        let container = video.container_colour.unwrap();
        assert_eq!(container.transfer.as_deref(), Some("bt709"));
    }
}
