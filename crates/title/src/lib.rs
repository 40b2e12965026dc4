//! The nouns of the catalogue: what a viewer finds and plays.
//!
//! Owns plain values. Does no IO and knows nothing of how a title was prepared.

use media::Digest;
use media::package::Package;
use std::path::Path;

/// A title's name in addresses and commands: lower-case letters, digits and hyphens, such as
/// `big-buck-bunny-3f2a9c01`. Never changes once given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TitleId(pub String);

impl TitleId {
    /// Longest part of the name that is kept, in characters: addresses stay readable.
    const SLUG_CHARS_MAX: usize = 48;

    /// The id of the title made from the master with digest `master`, first called `name`.
    pub fn new(name: &str, master: &Digest) -> TitleId {
        let mut slug = String::new();
        for c in name.chars().flat_map(char::to_lowercase) {
            if slug.len() >= Self::SLUG_CHARS_MAX {
                break;
            }
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug = slug.trim_end_matches('-');
        let hash = master.short(8);
        TitleId(if slug.is_empty() { hash } else { format!("{slug}-{hash}") })
    }
}

impl std::fmt::Display for TitleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A film in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// Its id.
    pub id: TitleId,
    /// Its name, as viewers read it.
    pub name: String,
    /// Content digest of the master it was made from.
    pub master: Digest,
}

impl Title {
    /// The title that the master with digest `master` makes, which was in the file `file` and is to be called `name`: the one
    /// that it made before (`known`), under its new name if it is given one; else a new one, called after the file where it has
    /// no name. `None` where that leaves it without a name.
    pub fn of_master(master: Digest, known: Option<Title>, name: Option<&str>, file: &Path) -> Option<Title> {
        let of_file = || file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = name.map(str::to_owned).or_else(|| known.as_ref().map(|title| title.name.clone()));
        let name = name.unwrap_or_else(of_file).trim().to_owned();
        let id = known.map_or_else(|| TitleId::new(&name, &master), |title| title.id);
        (!name.is_empty()).then_some(Title { id, name, master })
    }
}

/// One published package of a title. Publishing again adds a release; viewers get the newest.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// The title.
    pub title: Title,
    /// Digest of the package: names its folder in the store, which never changes.
    pub package_digest: Digest,
    /// What is in it.
    pub package: Package,
    /// When it became visible, in milliseconds since 1970 (UTC).
    pub published_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_ascii() {
        let master = Digest([0x3f; 32]);
        for (name, expected) in [
            ("Big Buck Bunny", "big-buck-bunny-3f3f3f3f"),
            ("  --Ça va?  ", "a-va-3f3f3f3f"),
            ("影武者", "3f3f3f3f"),
            (&"x".repeat(300), &format!("{}-3f3f3f3f", "x".repeat(48))),
        ] {
            assert_eq!(TitleId::new(name, &master).0, expected, "{name:?}");
        }
    }
    #[test]
    fn a_master_is_one_title() {
        let master = Digest([0x3f; 32]);
        let known = || Some(Title { id: TitleId("old-3f3f3f3f".to_owned()), name: "Old".to_owned(), master });
        for (known, name, file, expected) in [
            (None, Some(" New "), "a/film.mov", Some(("new-3f3f3f3f", "New"))),
            (None, None, "a/film.mov", Some(("film-3f3f3f3f", "film"))),
            (known(), None, "a/film.mov", Some(("old-3f3f3f3f", "Old"))),
            (known(), Some("New"), "a/film.mov", Some(("old-3f3f3f3f", "New"))),
            (None, Some(" "), "a/film.mov", None),
            (None, None, "/", None),
        ] {
            let title = Title::of_master(master, known, name, Path::new(file));
            let found = title.map(|title| (title.id.0, title.name));
            assert_eq!(
                found,
                expected.map(|(id, name)| (id.to_owned(), name.to_owned())),
                "{name:?}, {file}"
            );
        }
    }
}
