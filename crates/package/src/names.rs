//! Names: what tracks are called in a package, and what viewers call languages.

use media::codec::AudioCodec;

/// Id and file name of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Unique within the package.
    pub id: String,
    /// File name; holds only `[A-Za-z0-9._-]`.
    pub path: String,
}

/// The video track of the rung called `rung`: `video-1080p.mp4`, `video-av1-1080p.mp4`.
pub fn video(rung: &str) -> Named {
    named(format!("video-{}", plain(rung)), "mp4")
}

/// Sound track `number` (from 0, over all codecs) in `language` (BCP 47): `audio-0-en-aac.mp4`.
pub fn audio(number: usize, language: Option<&str>, codec: AudioCodec) -> Named {
    named(format!("{}-{codec}", numbered("audio", number, language)), "mp4")
}

/// Text track `number` (from 0) in `language` (BCP 47): `text-0-en.vtt`.
pub fn text(number: usize, language: Option<&str>) -> Named {
    named(numbered("text", number, language), "vtt")
}

/// Endonyms of languages that films are often in, by ISO 639-1 code.
const LANGUAGES: &[(&str, &str)] = &[
    ("ar", "العربية"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("es", "Español"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hu", "Magyar"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("nl", "Nederlands"),
    ("no", "Norsk"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ru", "Русский"),
    ("sv", "Svenska"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
];

/// The language `tag` (BCP 47) as its speakers call it, by its first subtag; the tag itself where it is not
/// known.
pub fn language(tag: &str) -> String {
    let primary = tag.split('-').next().unwrap_or(tag).to_ascii_lowercase();
    let known = LANGUAGES.iter().find(|(code, _)| *code == primary);
    known.map_or_else(|| tag.to_owned(), |(_, name)| (*name).to_owned())
}

fn named(id: String, extension: &str) -> Named {
    let path = format!("{id}.{extension}");
    Named { id, path }
}

fn numbered(kind: &str, number: usize, language: Option<&str>) -> String {
    match language.map(plain).filter(|language| !language.is_empty()) {
        Some(language) => format!("{kind}-{number}-{language}"),
        None => format!("{kind}-{number}"),
    }
}

/// Only what may be in a file name.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_plain_names() {
        assert_eq!(video("1080p").path, "video-1080p.mp4");
        assert_eq!(video("av1-pq-1080p").id, "video-av1-pq-1080p");
        assert_eq!(audio(0, Some("pt-BR"), AudioCodec::Aac).path, "audio-0-pt-BR-aac.mp4");
        assert_eq!(audio(1, None, AudioCodec::Eac3).id, "audio-1-eac3");
        assert_eq!(text(2, Some("../x")).path, "text-2-x.vtt");
    }

    #[test]
    fn languages_have_the_names_of_their_speakers() {
        for (tag, expected) in [("de", "Deutsch"), ("pt-BR", "Português"), ("EN", "English"), ("tlh", "tlh")]
        {
            assert_eq!(language(tag), expected);
        }
    }
}
