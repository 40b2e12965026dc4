//! What a player tells of itself with a request: Common Media Client Data (CTA-5004).
//!
//! Owns where it stands in a request and its form. Keys and values are opaque: an edge hands them on to its log, and
//! knows of none what it means.

use std::collections::BTreeMap;
use std::fmt;

/// The headers that carry it, in lower case.
pub const HEADERS: [&str; 4] = ["cmcd-object", "cmcd-request", "cmcd-session", "cmcd-status"];

/// The query parameter that does.
const PARAMETER: &str = "CMCD";

/// Longest text of one header or parameter that is read, in bytes: all keys of the specification with the longest
/// values take about half of it. Bounds what strangers put into a log.
const TEXT_BYTES_MAX: usize = 2048;

/// Most keys of one request; the specification's first version has 18.
const KEYS_MAX: usize = 64;

/// Longest key, in bytes: those of the specification have up to three, custom ones a domain name before them.
const KEY_BYTES_MAX: usize = 64;

/// Keys with their values as they are written; a key without value, which says yes, has an empty one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cmcd(BTreeMap<String, String>);

impl Cmcd {
    /// What is in a request's `query` and in the values of those of its headers that are [`HEADERS`]. What is
    /// malformed or beyond the limits is left out; of a key that comes twice the first one counts.
    pub fn read<'a>(query: Option<&str>, headers: impl IntoIterator<Item = &'a [u8]>) -> Cmcd {
        let mut cmcd = Cmcd::default();
        if let Some(text) = query.and_then(parameter) {
            cmcd.add(&text);
        }
        headers.into_iter().for_each(|text| cmcd.add(text));
        cmcd
    }

    /// Whether a request with this `query` and headers of these names has any, well-formed or not.
    pub fn is_in<'a>(query: Option<&str>, mut names: impl Iterator<Item = &'a str>) -> bool {
        names.any(|name| HEADERS.contains(&name)) || query.is_some_and(|query| query.contains("CMCD="))
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of `key` as it is written; empty where the key says yes.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The text that the value of `key` is, without its quotes and escapes (RFC 8941, 3.3.3).
    pub fn text(&self, key: &str) -> Option<String> {
        let quoted = self.get(key)?.strip_prefix('"')?.strip_suffix('"')?;
        let mut is_escaped = false;
        Some(quoted.chars().filter(|&c| stands_for_itself(c, &mut is_escaped)).collect())
    }

    fn add(&mut self, text: &[u8]) {
        if text.len() > TEXT_BYTES_MAX {
            return;
        }
        for (key, value) in elements(text).filter_map(pair) {
            if self.0.len() < KEYS_MAX {
                self.0.entry(key.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
    }
}

/// Whether a character of a quoted text stands for itself: all but a backslash before another character.
fn stands_for_itself(c: char, is_escaped: &mut bool) -> bool {
    *is_escaped = c == '\\' && !*is_escaped;
    !*is_escaped
}

/// In order of keys, whatever order they came in.
impl fmt::Display for Cmcd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (key, value)) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let equals = if value.is_empty() { "" } else { "=" };
            write!(f, "{comma}{key}{equals}{value}")?;
        }
        Ok(())
    }
}

/// The parameter's value, its percent-encoding taken away.
fn parameter(query: &str) -> Option<Vec<u8>> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(PARAMETER)?.strip_prefix('='))?;
    // Three characters may stand for one.
    if value.len() > 3 * TEXT_BYTES_MAX {
        return None;
    }
    decoded(value)
}

/// `text` with its percent-encoding (RFC 3986, 2.1) taken away; `None` where that is malformed.
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => digit(bytes.next()?)? << 4 | digit(bytes.next()?)?,
            plain => plain,
        });
    }
    Some(decoded)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The elements of a list: what stands between commas that are not in quotes.
fn elements(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |&byte| {
        let is_plain = !std::mem::take(&mut is_escaped);
        match byte {
            b'\\' if is_quoted && is_plain => is_escaped = true,
            b'"' if is_plain => is_quoted = !is_quoted,
            b',' => return !is_quoted,
            _ => {}
        }
        false
    })
}

/// Key and value of an element, where it is well-formed.
fn pair(element: &[u8]) -> Option<(&str, &str)> {
    let element = std::str::from_utf8(element).ok()?.trim_matches([' ', '\t']);
    let (key, value) = match element.split_once('=') {
        Some((key, value)) => (key, Some(value)),
        None => (element, None),
    };
    let is_key = (1..=KEY_BYTES_MAX).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte));
    (is_key && value.is_none_or(is_value)).then_some((key, value.unwrap_or_default()))
}

/// Whether a text is a value: characters that can be printed, and quotes in pairs.
fn is_value(text: &str) -> bool {
    // Only a text whose last quote is open hides a comma that is put behind it.
    let is_closed = elements(format!("{text},").as_bytes()).count() > 1;
    !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && is_closed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: Option<&str>, headers: &[&[u8]], expected: &str) {
        let cmcd = Cmcd::read(query, headers.iter().copied());
        assert_eq!(cmcd.to_string(), expected, "{query:?} {headers:?}");
        assert_eq!(cmcd.is_empty(), expected.is_empty());
    }

    #[test]
    fn texts_lose_their_quotes() {
        let cmcd = Cmcd::read(None, [&br#"nor="..%2Fa.mp4",sid="a\"b\\c",br=32,bs"#[..]]);
        for (key, text, value) in [
            ("nor", Some("..%2Fa.mp4"), Some("\"..%2Fa.mp4\"")),
            ("sid", Some("a\"b\\c"), Some(r#""a\"b\\c""#)),
            ("br", None, Some("32")),
            ("bs", None, Some("")),
            ("st", None, None),
        ] {
            assert_eq!((cmcd.text(key).as_deref(), cmcd.get(key)), (text, value), "{key}");
        }
    }

    #[test]
    fn in_headers() {
        // Of the examples of CTA-5004, with a custom key.
        check(
            None,
            &[
                b"br=3200,bs,d=4004,ot=v,tb=6000",
                b"bl=21300,dl=18500,mtp=48100",
                b"cid=\"faec5fc2-ac30-11ea-bb37-0242ac130002\", sid=\"6e2fb550-c457-11e9-bb97-0800200c9a66\"",
                b"com.example-myStringKey=\"a,b\\\"c\"",
            ],
            "bl=21300,br=3200,bs,cid=\"faec5fc2-ac30-11ea-bb37-0242ac130002\",\
             com.example-myStringKey=\"a,b\\\"c\",d=4004,dl=18500,mtp=48100,ot=v,\
             sid=\"6e2fb550-c457-11e9-bb97-0800200c9a66\",tb=6000",
        );
    }

    #[test]
    fn in_a_query() {
        for (query, expected) in [
            ("CMCD=bl%3D21300%2Cnor%3D%22..%252F3.m4v%22%2Csu", "bl=21300,nor=\"..%2F3.m4v\",su"),
            ("a=1&CMCD=sid%3d%22x%22&b=2", "sid=\"x\""),
            ("CMCD=nor%3D(%22a%2Cb%22%20%22c%22)", "nor=(\"a,b\" \"c\")"),
            ("cmcd=bl%3D1", ""),
            ("CMCD=bl%3", ""),
            ("CMCD=bl%zz", ""),
            ("CMCD", ""),
            ("CMCD=", ""),
        ] {
            check(Some(query), &[], expected);
        }
        check(Some("CMCD=bl%3D1"), &[b"bl=2,br=3"], "bl=1,br=3");
    }

    #[test]
    fn what_is_malformed_is_left_out() {
        for (text, expected) in [
            (&b"bl=1,,br=2,"[..], "bl=1,br=2"),
            (b"bl=,br=2", "br=2"),
            (b"=1,br=2", "br=2"),
            (b"b l=1,br=2", "br=2"),
            (b"bl=1,sid=\"x,br=2", "bl=1"),
            (b"sid=\"x\\\",br=2", ""),
            (b"bl=\x07,br=2", "br=2"),
            (b"bl=\xff,br=2", "br=2"),
            (b"bl=\xc3\xa4,br=2", "br=2"),
            (b"", ""),
        ] {
            check(None, &[text], expected);
        }
    }

    #[test]
    fn limits() {
        let long = format!("sid=\"{}\"", "x".repeat(TEXT_BYTES_MAX - 6));
        check(None, &[long.as_bytes()], &long);
        check(None, &[format!("{long} ").as_bytes()], "");
        check(Some(&format!("CMCD={}", "%41".repeat(TEXT_BYTES_MAX + 1))), &[], "");
        check(None, &[format!("{},br=2", "k".repeat(KEY_BYTES_MAX + 1)).as_bytes()], "br=2");
        let many: String = (0..=KEYS_MAX).map(|i| format!("k{i},")).collect();
        assert_eq!(Cmcd::read(None, [many.as_bytes()]).0.len(), KEYS_MAX);
    }
}
