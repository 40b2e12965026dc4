//! References of manifests, resolved against the file that has them (RFC 3986, 5.2).

/// What `reference` means in the file `base`. Without a scheme in both, the result is a path from the source's root;
/// steps above the root are kept, so that the source can refuse them.
pub(crate) fn resolve(base: &str, reference: &str) -> String {
    let reference = reference.split('#').next().unwrap_or_default();
    if reference.is_empty() {
        return base.to_owned();
    }
    if scheme(reference).is_some() {
        return reference.to_owned();
    }
    let (root, path) = split_root(base);
    if let Some(host_and_path) = reference.strip_prefix("//") {
        let scheme = scheme(base).unwrap_or("http");
        return format!("{scheme}://{host_and_path}");
    }
    let path = path.split('?').next().unwrap_or_default();
    let top = if root.is_empty() { "" } else { "/" };
    let folder = path.rfind('/').map_or(top, |slash| &path[..=slash]);
    let joined =
        if reference.starts_with('/') { reference.to_owned() } else { format!("{folder}{reference}") };
    let (joined, query) = match joined.split_once('?') {
        Some((path, query)) => (path.to_owned(), format!("?{query}")),
        None => (joined, String::new()),
    };
    format!("{root}{}{query}", without_dots(&joined, root.is_empty()))
}

/// The scheme of a URI, where it has one (RFC 3986, 3.1).
pub(crate) fn scheme(uri: &str) -> Option<&str> {
    let (scheme, _) = uri.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    is_scheme.then_some(scheme)
}

/// Scheme and authority, and what follows them.
fn split_root(uri: &str) -> (&str, &str) {
    match uri.find("://") {
        Some(colon) if scheme(uri).is_some() => {
            let authority = colon + 3;
            let end = uri[authority..].find('/').map_or(uri.len(), |slash| authority + slash);
            uri.split_at(end)
        }
        _ => ("", uri),
    }
}

/// Removes `.` and `..` (RFC 3986, 5.2.4); with `keep_above`, steps above the root stay.
fn without_dots(path: &str, keep_above: bool) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let absolute = path.starts_with('/');
    for part in path.trim_start_matches('/').split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if !keep_above => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute { format!("/{joined}") } else { joined }
}

/// The file name's extension in lower case, without a query.
pub(crate) fn extension(uri: &str) -> String {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last eight are from RFC 3986, 5.4.
    #[test]
    fn references_are_resolved() {
        for (base, reference, expected) in [
            ("master.m3u8", "video.m3u8", "video.m3u8"),
            ("a/master.m3u8", "../b/v.m3u8?x=1", "b/v.m3u8?x=1"),
            ("master.m3u8", "../up.mp4", "../up.mp4"),
            ("master.m3u8", "file:///etc/passwd", "file:///etc/passwd"),
            ("http://a/b/c/d?q=/x/", "g", "http://a/b/c/g"),
            ("http://a/b/c/d;p?q", "./g", "http://a/b/c/g"),
            ("http://a/b/c/d;p?q", "/g", "http://a/g"),
            ("http://a/b/c/d;p?q", "//g", "http://g"),
            ("http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"),
            ("http://a/b/c/d;p?q", "../../../g", "http://a/g"),
            ("http://a/b/c/d;p?q", "g;x=1/../y", "http://a/b/c/y"),
            ("http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"),
            ("http://a", "g", "http://a/g"),
        ] {
            let actual = resolve(base, reference);
            assert_eq!(actual, expected, "{base} + {reference}");
        }
    }

    #[test]
    fn extensions() {
        for (uri, expected) in [("a/b.M3U8?c.d", "m3u8"), ("a.b/c", ""), ("x.mp4", "mp4")] {
            assert_eq!(extension(uri), expected, "{uri}");
        }
    }
}
