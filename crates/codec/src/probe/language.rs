//! Languages: what containers write (ISO 639-2, three letters) to what the web wants (BCP 47, RFC 5646).
//!
//! RFC 5646 section 2.2.1 asks for the two-letter code where there is one. Codes without one pass as they are.

/// ISO 639-2 codes (bibliographic and terminological) of the languages that films come in, with their ISO 639-1 code.
#[rustfmt::skip]
const TWO_LETTERS: &[(&str, &str)] = &[
    ("afr", "af"), ("alb", "sq"), ("amh", "am"), ("ara", "ar"), ("arm", "hy"), ("aze", "az"), ("baq", "eu"),
    ("bel", "be"), ("ben", "bn"), ("bos", "bs"), ("bul", "bg"), ("bur", "my"), ("cat", "ca"), ("ces", "cs"),
    ("chi", "zh"), ("cym", "cy"), ("cze", "cs"), ("dan", "da"), ("deu", "de"), ("dut", "nl"), ("ell", "el"),
    ("eng", "en"), ("epo", "eo"), ("est", "et"), ("eus", "eu"), ("fas", "fa"), ("fin", "fi"), ("fra", "fr"),
    ("fre", "fr"), ("geo", "ka"), ("ger", "de"), ("gle", "ga"), ("glg", "gl"), ("gre", "el"), ("guj", "gu"),
    ("heb", "he"), ("hin", "hi"), ("hrv", "hr"), ("hun", "hu"), ("hye", "hy"), ("ice", "is"), ("ind", "id"),
    ("isl", "is"), ("ita", "it"), ("jpn", "ja"), ("kan", "kn"), ("kat", "ka"), ("kaz", "kk"), ("khm", "km"),
    ("kor", "ko"), ("lat", "la"), ("lav", "lv"), ("lit", "lt"), ("mac", "mk"), ("mal", "ml"), ("mar", "mr"),
    ("may", "ms"), ("mkd", "mk"), ("mon", "mn"), ("msa", "ms"), ("nld", "nl"), ("nor", "no"), ("per", "fa"),
    ("pol", "pl"), ("por", "pt"), ("ron", "ro"), ("rum", "ro"), ("rus", "ru"), ("slk", "sk"), ("slo", "sk"),
    ("slv", "sl"), ("spa", "es"), ("sqi", "sq"), ("srp", "sr"), ("swa", "sw"), ("swe", "sv"), ("tam", "ta"),
    ("tel", "te"), ("tha", "th"), ("tur", "tr"), ("ukr", "uk"), ("vie", "vi"), ("wel", "cy"), ("zho", "zh"),
];

/// Codes that name no language: undetermined, not applicable, several, uncoded.
const NONE: [&str; 5] = ["und", "zxx", "mul", "mis", "unk"];

/// The BCP 47 tag for a container's language; `None` where it names none or is no tag.
pub(super) fn tag(code: &str) -> Option<String> {
    let lower = code.trim().to_ascii_lowercase();
    let (primary, rest) = match lower.split_once(['-', '_']) {
        Some((primary, rest)) => (primary, Some(rest)),
        None => (lower.as_str(), None),
    };
    let is_code = (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_lowercase());
    if !is_code || NONE.contains(&primary) {
        return None;
    }
    let two = TWO_LETTERS.iter().find(|(three, _)| *three == primary).map_or(primary, |(_, two)| two);
    Some(rest.and_then(subtags).map_or_else(|| two.into(), |rest| format!("{two}-{rest}")))
}

/// Script in title case, region in upper case (RFC 5646 section 2.1.1); `None` where it is neither.
fn subtags(rest: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in rest.split(['-', '_']) {
        let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic());
        match part.len() {
            4 if letters => parts.push(format!("{}{}", part[..1].to_ascii_uppercase(), &part[1..])),
            2 if letters => parts.push(part.to_ascii_uppercase()),
            3 if part.bytes().all(|byte| byte.is_ascii_digit()) => parts.push(part.into()),
            _ => return None,
        }
    }
    Some(parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_tags() {
        for (code, expected) in [
            ("eng", Some("en")),
            ("ger", Some("de")),
            ("deu", Some("de")),
            ("zh-hant", Some("zh-Hant")),
            ("pt_br", Some("pt-BR")),
            ("es-419", Some("es-419")),
            ("en-x-@", Some("en")),
            ("haw", Some("haw")),
            ("und", None),
            ("", None),
            ("```", None),
            ("english", None),
        ] {
            assert_eq!(tag(code).as_deref(), expected, "{code:?}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_without_doubles() {
        assert!(TWO_LETTERS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
