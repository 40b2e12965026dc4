//! Media types by file extension.

/// The media type of the object called `name`.
pub(crate) fn of(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "mp4" => "video/mp4",
        "m4a" => "audio/mp4",
        "m4s" => "video/iso.segment",
        "m3u8" => "application/vnd.apple.mpegurl", // RFC 8216 section 10
        "mpd" => "application/dash+xml",           // ISO/IEC 23009-1 annex C
        "vtt" => "text/vtt; charset=utf-8",
        "jpg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_extension() {
        for (name, expected) in [
            ("video-1080p.mp4", "video/mp4"),
            ("master.m3u8", "application/vnd.apple.mpegurl"),
            ("a.mp4.json", "application/json"),
            ("mp4", "application/octet-stream"),
            ("page.html", "application/octet-stream"),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }
}
