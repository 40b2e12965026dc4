//! Where packages are served, when several edges have them.

use crate::MediaUrl;
use media::Digest;

/// The addresses of all edges that viewers may ask, at least one, the preferred one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaUrls {
    preferred: MediaUrl,
    others: Vec<MediaUrl>,
}

impl MediaUrls {
    /// `urls` as [`MediaUrl::new`] has them; none is `/`.
    pub fn new<T: AsRef<str>>(urls: &[T]) -> MediaUrls {
        let mut urls = urls.iter().map(|url| MediaUrl::new(url.as_ref()));
        MediaUrls { preferred: urls.next().unwrap_or_else(|| MediaUrl::new("")), others: urls.collect() }
    }

    /// The first.
    pub fn preferred(&self) -> &MediaUrl {
        &self.preferred
    }

    /// All but the first.
    pub fn others(&self) -> &[MediaUrl] {
        &self.others
    }

    /// All, the preferred one first.
    pub fn all(&self) -> impl Iterator<Item = &MediaUrl> {
        std::iter::once(&self.preferred).chain(&self.others)
    }

    /// Whether a package has the same path at all of them, so that one token opens it at each.
    pub fn share_a_path(&self) -> bool {
        let path = |url: &MediaUrl| url.package_path(&Digest([0; 32]));
        self.others.iter().all(|other| path(other) == path(&self.preferred))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_preferred() {
        for (urls, preferred, others, share) in [
            (&["/media/"][..], "/media/", &[][..], true),
            (&["https://a.example/media", "/media/"], "https://a.example/media/", &["/media/"], true),
            (&["/media/", "https://a.example/films/"], "/media/", &["https://a.example/films/"], false),
            (&[], "/", &[], true),
        ] {
            let media_urls = MediaUrls::new(urls);
            assert_eq!(media_urls.preferred(), &MediaUrl::new(preferred));
            let expected: Vec<_> = others.iter().map(|url| MediaUrl::new(url)).collect();
            assert_eq!(media_urls.others(), expected);
            assert_eq!(media_urls.all().count(), 1 + others.len());
            assert_eq!(media_urls.share_a_path(), share, "{urls:?}");
        }
    }
}
