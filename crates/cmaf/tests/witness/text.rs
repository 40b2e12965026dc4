//! Tracks of text: ffprobe must find the coding, the language, and every sample with its time and length.

use crate::support::{ffprobe, folder};
use cmaf::entry::text::{TextCoding, TextEntry};
use cmaf::text::{CueBox, TextSample, cues, track};

#[test]
fn ffprobe_finds_every_sample() {
    let folder = folder("text");
    let cue = |payload| cues(&[CueBox { source_id: Some(0), settings: "", payload }]);
    let sample = |duration, bytes: Vec<u8>| TextSample { duration, bytes };
    let segments = [
        vec![sample(500, cues(&[])), sample(1500, cue("Hello"))],
        vec![sample(1000, cue("Hello")), sample(3000, cues(&[]))],
    ];
    let packets: Vec<_> = [(0, 500), (500, 1500), (2000, 1000), (3000, 3000)].into_iter().collect();
    for (coding, file, told) in
        [(TextCoding::WebVtt, "wvtt.mp4", "wvtt,deu"), (TextCoding::Imsc, "imsc.mp4", "stpp,deu")]
    {
        let entry = TextEntry { coding, role: "caption" };
        let (bytes, _) = track(entry, 1000, Some("deu"), &segments).unwrap();
        std::fs::write(folder.join(file), bytes).unwrap();
        assert_eq!(ffprobe(&folder, file, "stream=codec_tag_string:stream_tags=language"), [told], "{file}");
        let found = ffprobe(&folder, file, "packet=pts,duration,size");
        let sizes = segments.iter().flatten().map(|sample| sample.bytes.len());
        let expected: Vec<_> = packets
            .iter()
            .zip(sizes)
            .map(|((pts, duration), size)| format!("{pts},{duration},{size}"))
            .collect();
        assert_eq!(found, expected, "{file}");
    }
}
