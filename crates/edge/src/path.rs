//! From a request's path to an object's key.

use std::ops::Range;

use store::Key;

/// The key below `folder` that `path` names. Keys hold only characters that need no
/// escape in a URL, so an escaped path names nothing: `%2e%2e%2f` cannot lead out, and each object has one URL.
pub(crate) fn key_of(path: &str, folder: &Key) -> Option<Key> {
    folder.join(path.strip_prefix('/')?).ok()
}

/// What stands before a token that is the first segment of a path.
const TOKEN_MARK: &str = "/~";

/// A path may begin with an access token, `/~TOKEN/a/b`, so that what a manifest names relative to itself carries it
/// too. The token, and the path without it.
pub(crate) fn split_token(path: &str) -> (Option<&str>, &str) {
    let marked = path.strip_prefix(TOKEN_MARK).and_then(|rest| Some(rest.split_at(rest.find('/')?)));
    match marked {
        Some((token, path)) => (Some(token), path),
        None => (None, path),
    }
}

/// A path may end in bytes of the object that it names, `/a/b.mp4/700-1699`: first and last, both counted. So a part of a
/// file has an address of its own, for players that fetch whole addresses alone. The path without it, and the bytes.
pub(crate) fn split_part(path: &str) -> (&str, Option<Range<u64>>) {
    let part = path.rsplit_once('/').and_then(|(path, part)| {
        let (first, last) = part.split_once('-')?;
        let number =
            |text: &str| text.parse::<u64>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
        let (first, end) = (number(first)?, number(last)?.checked_add(1)?);
        (first < end).then_some((path, Some(first..end)))
    });
    part.unwrap_or((path, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_at_the_end() {
        for (path, expected) in [
            ("/0f/a.mp4/700-1699", ("/0f/a.mp4", Some(700..1700))),
            ("/0f/a.mp4/0-0", ("/0f/a.mp4", Some(0..1))),
            ("/0f/a.mp4/2-1", ("/0f/a.mp4/2-1", None)),
            ("/0f/a.mp4/+1-2", ("/0f/a.mp4/+1-2", None)),
            ("/0f/a.mp4/0-18446744073709551615", ("/0f/a.mp4/0-18446744073709551615", None)),
            ("/0f/a-b.mp4", ("/0f/a-b.mp4", None)),
            ("", ("", None)),
        ] {
            assert_eq!(split_part(path), expected, "{path}");
        }
    }

    #[test]
    fn tokens_stand_in_front() {
        for (path, expected) in [
            ("/~abc/0f/a.mp4", (Some("abc"), "/0f/a.mp4")),
            ("/~/a", (Some(""), "/a")),
            ("/~abc", (None, "/~abc")),
            ("/0f/~abc/a", (None, "/0f/~abc/a")),
            ("/~a/~b/c", (Some("a"), "/~b/c")),
            ("", (None, "")),
        ] {
            assert_eq!(split_token(path), expected, "{path}");
        }
    }

    fn check(path: &str, expected: Option<&str>) {
        let key = key_of(path, &Key::new("packages").unwrap());
        assert_eq!(key.as_ref().map(Key::as_str), expected, "{path}");
    }

    #[test]
    fn paths_of_objects() {
        check("/ab12/video-1080p.mp4", Some("packages/ab12/video-1080p.mp4"));
        check("/a", Some("packages/a"));
    }

    #[test]
    fn no_path_leads_elsewhere() {
        for path in [
            "",
            "/",
            "*",
            "a",
            "/../steps/a",
            "/a/../../b",
            "/./a",
            "//etc/passwd",
            "/a/",
            "/.tmp/0",
            "/%2e%2e/steps/a",
            "/..%2fsteps",
            "/a%2fb",
            "/a%00",
            "/a\0",
            "/a\\b",
            "/%61",
            "/a;b",
            "/ä",
        ] {
            check(path, None);
        }
    }
}
