//! Chapters: what the master's container names, put onto the film's timeline.
//!
//! Owns which of them are told. How manifests tell them is `manifest`'s.

use media::facts::ChapterFacts;
use media::package::Chapter;

/// Most chapters that are told: discs allow 99, and each is in every playlist.
const CHAPTERS_MAX: usize = 200;

/// Chapters closer than this are one: nobody can choose between them.
const DISTANCE_S_MIN: f64 = 0.5;

/// The chapters of a film that begins at `picture_start_s` of the master's timestamps and lasts `duration_s`, in order. A
/// single chapter from the beginning divides nothing: then there are none. One without a name gets its number.
pub fn chapters(facts: &[ChapterFacts], picture_start_s: f64, duration_s: f64) -> Vec<Chapter> {
    let on_film = |chapter: &ChapterFacts| (chapter.start_s - picture_start_s).max(0.0);
    let mut sorted: Vec<&ChapterFacts> = facts.iter().filter(|chapter| chapter.start_s.is_finite()).collect();
    sorted.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    let mut chapters: Vec<Chapter> = Vec::new();
    for chapter in sorted {
        let start_s = on_film(chapter);
        let follows = chapters.last().is_none_or(|last| start_s - last.start_s >= DISTANCE_S_MIN);
        if follows && start_s < duration_s && chapters.len() < CHAPTERS_MAX {
            let number = chapters.len() + 1;
            let title = chapter.title.clone().unwrap_or_else(|| format!("Chapter {number}"));
            chapters.push(Chapter { start_s, title, language: chapter.language.clone() });
        }
    }
    match chapters.as_slice() {
        [only] if only.start_s < DISTANCE_S_MIN => Vec::new(),
        _ => chapters,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(facts: &[(f64, Option<&str>)], expected: &[(f64, &str)]) {
        let facts: Vec<_> = facts
            .iter()
            .map(|(start_s, title)| ChapterFacts {
                start_s: *start_s,
                title: title.map(str::to_owned),
                language: None,
            })
            .collect();
        // The picture begins a second after the timestamps, and lasts a minute.
        let chapters = chapters(&facts, 1.0, 60.0);
        let told: Vec<_> = chapters.iter().map(|chapter| (chapter.start_s, chapter.title.as_str())).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn chapters_lie_on_the_film() {
        check(&[], &[]);
        check(&[(1.0, Some("All"))], &[]);
        check(&[(31.0, Some("Half"))], &[(30.0, "Half")]);
        check(&[(0.0, None), (11.0, Some("Dam"))], &[(0.0, "Chapter 1"), (10.0, "Dam")]);
        check(&[(11.0, Some("B")), (1.0, Some("A"))], &[(0.0, "A"), (10.0, "B")]);
        check(&[(0.0, Some("A")), (1.2, Some("too near")), (6.0, None)], &[(0.0, "A"), (5.0, "Chapter 2")]);
        check(
            &[(1.0, Some("A")), (41.0, Some("B")), (61.0, Some("after")), (f64::NAN, None)],
            &[(0.0, "A"), (40.0, "B")],
        );
    }
}
