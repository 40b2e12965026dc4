//! Where packages are served: by this process, or by an edge elsewhere.

use media::Digest;

/// The URL below which each package has a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaUrl(String);

impl MediaUrl {
    /// `url` is a path of this server (`/media/`) or a whole URL (`https://edge.example/media/`); a slash at its end
    /// may be left out.
    pub fn new(url: &str) -> MediaUrl {
        MediaUrl(format!("{}/", url.trim_end_matches('/')))
    }

    /// The folder of a package; ends in a slash.
    pub fn package(&self, digest: &Digest) -> String {
        format!("{}{digest}/", self.0)
    }

    /// The folder of a package for who has `token`, which stands in front of it: what manifests name relative to
    /// themselves carries it too. Ends in a slash.
    pub fn guarded_package(&self, digest: &Digest, token: &str) -> String {
        format!("{}~{token}/{digest}/", self.0)
    }

    /// What follows this URL in the address of a folder: `[~TOKEN/]DIGEST/`.
    pub fn below<'a>(&self, folder: &'a str) -> Option<&'a str> {
        folder.strip_prefix(&self.0)
    }

    /// The path of a package's folder at its edge; ends in a slash.
    pub fn package_path(&self, digest: &Digest) -> String {
        let origin = self.origin().map_or(0, str::len);
        format!("{}{digest}/", &self.0[origin..])
    }

    /// The origin (RFC 6454) of the edge, where it is another server.
    pub fn origin(&self) -> Option<&str> {
        let host = self.0.find("://")? + "://".len();
        let end = self.0[host..].find('/').map_or(self.0.len(), |slash| host + slash);
        Some(&self.0[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_and_origins() {
        let digest = Digest([0xab; 32]);
        for (url, base, origin) in [
            ("/media/", "/media/", None),
            ("/media", "/media/", None),
            ("", "/", None),
            (
                "https://edge.example:8443/films/media",
                "https://edge.example:8443/films/media/",
                Some("https://edge.example:8443"),
            ),
            ("http://edge.example", "http://edge.example/", Some("http://edge.example")),
        ] {
            let media = MediaUrl::new(url);
            assert_eq!(media.package(&digest), format!("{base}{}/", "ab".repeat(32)), "{url}");
            assert_eq!(media.origin(), origin, "{url}");
            let path = media.package_path(&digest);
            assert_eq!(format!("{}{path}", origin.unwrap_or_default()), media.package(&digest), "{url}");
            assert_eq!(
                media.below(&media.guarded_package(&digest, "t")),
                Some(&*("~t/".to_owned() + &"ab".repeat(32) + "/"))
            );
            assert_eq!(media.guarded_package(&digest, "t"), base.to_owned() + "~t/" + &"ab".repeat(32) + "/");
        }
    }
}
