//! From a request's path to an object's key.

use store::Key;

/// The key below `folder` that `path` names, where it begins with `prefix`. Keys hold only characters that need no
/// escape in a URL, so an escaped path names nothing: `%2e%2e%2f` cannot lead out, and each object has one URL.
pub(crate) fn key_of(path: &str, prefix: &str, folder: &Key) -> Option<Key> {
    folder.join(path.strip_prefix(prefix)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<&str>) {
        let key = key_of(path, "/media/", &Key::new("packages").unwrap());
        assert_eq!(key.as_ref().map(Key::as_str), expected, "{path}");
    }

    #[test]
    fn paths_of_objects() {
        check("/media/ab12/video-1080p.mp4", Some("packages/ab12/video-1080p.mp4"));
        check("/media/a", Some("packages/a"));
    }

    #[test]
    fn no_path_leads_elsewhere() {
        for path in [
            "/",
            "",
            "/media",
            "/media/",
            "/other/a",
            "/mediaa/a",
            "media/a",
            "/media/../steps/a",
            "/media/a/../../b",
            "/media/./a",
            "/media//etc/passwd",
            "/media/a/",
            "/media/.tmp/0",
            "/media/%2e%2e/steps/a",
            "/media/..%2fsteps",
            "/media/a%2fb",
            "/media/a%00",
            "/media/a\0",
            "/media/a\\b",
            "/media/%61",
            "/media/a;b",
            "/media/ä",
        ] {
            check(path, None);
        }
    }
}
