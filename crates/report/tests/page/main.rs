//! The report of an invented film, rendered both ways.

#![expect(clippy::expect_used, reason = "helpers of a test fail as tests do")]

mod film;

/// Counts of opening and closing tags must agree; void elements are left out.
#[track_caller]
fn check_balanced(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(1).filter(|tag| !tag.starts_with('!')) {
        let (tag, _) = tag.split_once('>').expect("every tag ends");
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "…{}", open.join(">"));
        } else if !tag.ends_with('/') && !["meta", "br"].contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_page_is_whole_and_fetches_nothing() {
    let page = report::html(&film::report());
    check_balanced(&page);
    for outside in ["<script", "<link", "<img", "http://", "https://", "url(", "@import", " on"] {
        let found = page.split('<').any(|tag| {
            let tag = tag.split('>').next().unwrap_or_default();
            format!("<{tag}").contains(outside)
        });
        assert!(!found, "{outside}");
    }
    assert!(!page.contains("NaN") && !page.contains("inf\""), "a number went wrong");
}

#[test]
fn the_page_says_what_the_film_came_to() {
    let page = report::html(&film::report());
    for expected in [
        "The Meadow &amp; the &lt;Moth&gt;", // escaped
        "<dd>0:32.5<small>12 shots</small>", // 780 frames at 24
        "<b>94.7</b>",                       // 95.0 - 0.3
        "1.28 Mb/s",
        "audio-late",
        "shot 7 stays under 79.3",
        "From the store",
        "vmaf_v1.0.16_3d0h",
        "trial 640x360 at CRF 28.0: 201 kb/s, VMAF 68.7",
        "<dd>8 %<small>of the encodes&#39; processor time, 120 probes", // 139.8 / 1830
        "fixed ladder, 720p: 2.50 Mb/s, VMAF",
        "ends at VMAF 94.7, 1.28 Mb/s",
        "<th class=\"group\" colspan=\"13\">av1</th>",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    assert_eq!(page.matches("class=\"trial ").count(), 2 * 12 + 12, "a dot for every trial and rendition");
    assert_eq!(page.matches("class=\"rung ").count(), 2 * 6, "a ring for every rung");
    assert_eq!(page.matches("class=\"motion\"").count(), 12, "a bar for every shot");
    assert_eq!(
        page.matches("<polyline").count(),
        2 * (1 + 1 + 2 * 6),
        "for each format the hull, its line among the formats, and two lines for every rung"
    );
}

#[test]
fn renditions_with_fewer_frames_than_the_film_are_named() {
    let mut report = film::report();
    let all = report::html(&report) + &report::text(&report);
    assert!(!all.contains("frames a second:"), "all have all");
    for rendition in report.renditions.iter_mut().filter(|rendition| rendition.size.height <= 540) {
        rendition.rate = media::FrameRate { num: 12, den: 1 };
    }
    let (page, text) = (report::html(&report), report::text(&report));
    check_balanced(&page);
    assert!(page.contains(">960x540, 12 fps</td>"));
    for expected in ["12 frames a second: 540p, 540p-2.", "VMAF is of the frames there are"] {
        assert!(page.contains(expected) && text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn a_report_of_nothing_is_still_a_page() {
    let mut report = film::report();
    report.shots.shots.clear();
    for ladder in &mut report.ladders {
        ladder.trials.clear();
        ladder.hull.clear();
        ladder.rungs.clear();
    }
    report.renditions.clear();
    report.stages.clear();
    report.master.duration_s = 0.0;
    let page = report::html(&report);
    check_balanced(&page);
    assert!(!page.contains("NaN"));
    assert!(report::text(&report).contains("0 rungs from 0 trials"));
    report.ladders.clear();
    check_balanced(&report::html(&report));
}

#[test]
fn the_terminal_gets_columns_and_no_control_characters() {
    let mut report = film::report();
    report.master.name = "a\u{1b}[31m.mp4".into();
    let text = report::text(&report);
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(
        text.contains(
            "  1080p     1920x1080  26.8  1.28 Mb/s  2.43 Mb/s   94.7   94.1   88.6   93.3   39.5  5.20 MB"
        ),
        "{text}"
    );
    // 540p of 371 kb/s and VMAF 81.9 and 360p of 201 kb/s and 68.7 predict the fixed 480p of 1 Mb/s.
    assert!(text.contains("  480p needs 1.00 Mb/s  for VMAF "), "{text}");
    assert!(text.contains("search    120 probes, 2 min 20 s of processor time"), "{text}");
}

/// The whole text beside `film.txt`, which was read by a person. Where they differ on purpose, copy the file that the
/// message names.
#[test]
fn the_text_is_as_it_was_read() {
    let text = report::text(&film::report());
    if text != include_str!("film.txt") {
        let actual = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("film.txt");
        std::fs::write(&actual, text).expect("the folder for test files can be written");
        panic!("the text is now {}", actual.display());
    }
}
