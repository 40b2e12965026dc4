//! Description: a whole package as JSON, for the database and whoever else must have it back as it was.
//!
//! The wire's shape is the records' in `record`, versioned; [`Package`] itself is free to change.

mod record;

use media::package::Package;
use record::PackageRecord;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Version of the records. Raised when an older program could no longer read them.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    package: PackageRecord,
}

/// What every version of the document has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Why a text is not a description that this program can use.
#[derive(Debug)]
pub enum Error {
    /// Not JSON, or not of the records' shape.
    Json(serde_json::Error),
    /// Written by a newer program.
    Version(u32),
    /// A value that no package can have.
    Value(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Json(error) => write!(f, "not a package description: {error}"),
            Error::Version(version) => {
                write!(
                    f,
                    "a package description of version {version}; this program reads {VERSION}: update it"
                )
            }
            Error::Value(what) => write!(f, "a package description with {what}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Json(error) => Some(error),
            Error::Version(_) | Error::Value(_) => None,
        }
    }
}

/// Writes a package, all of whose numbers must be finite.
pub fn write(package: &Package) -> String {
    let document = Document { version: VERSION, package: PackageRecord::from(package) };
    #[expect(
        clippy::expect_used,
        reason = "records have text keys and plain values only, which JSON holds all"
    )]
    serde_json::to_string(&document).expect("a package is JSON")
}

/// Reads what [`write()`] wrote.
///
/// # Errors
/// Where the text is no description, of another version, or has values that would break those who use it: a
/// timescale or a frame rate of zero, or a path that leads out of the package's folder.
pub fn read(text: &str) -> Result<Package, Error> {
    let Versioned { version } = serde_json::from_str(text).map_err(Error::Json)?;
    if version != VERSION {
        return Err(Error::Version(version));
    }
    let document: Document = serde_json::from_str(text).map_err(Error::Json)?;
    let package = Package::from(document.package);
    check(&package).map(|()| package)
}

fn check(package: &Package) -> Result<(), Error> {
    let video = package.video.iter().map(|video| &video.track);
    let forms = || package.text.iter().map(|text| &text.forms);
    let text = || forms().flat_map(|forms| [&forms.wvtt, &forms.imsc]).flatten();
    let tracks = || video.clone().chain(package.audio.iter().map(|audio| &audio.track)).chain(text());
    let segmented = || forms().filter_map(|forms| forms.segmented.as_ref());
    let sheets = package.thumbnails.iter().flat_map(|thumbnails| &thumbnails.sheets);
    let paths = tracks().map(|track| &track.path).chain(package.text.iter().map(|text| &text.path));
    let paths = paths.chain(segmented().map(|text| &text.path));
    let mut paths = paths.chain(package.poster.iter().map(|poster| &poster.path)).chain(sheets);
    if !paths.all(|path| is_plain(path)) {
        return Err(Error::Value("a path out of its folder"));
    }
    if tracks().any(|track| track.index.timescale == 0) || segmented().any(|text| text.timescale == 0) {
        return Err(Error::Value("a timescale of zero"));
    }
    if package.video.iter().any(|video| video.rate.num == 0 || video.rate.den == 0) {
        return Err(Error::Value("a frame rate of zero"));
    }
    Ok(())
}

/// Whether a path is a file name of what packages use.
fn is_plain(path: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !path.is_empty() && !path.starts_with('.') && path.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_package_survives_its_text() {
        let mut odd = sample::package();
        odd.duration_s = 0.1 + 0.2; // a number whose shortest text has 17 digits
        odd.audio[0].name = "\"Ünder\"\n".to_owned();
        odd.audio[0].language = None;
        (odd.poster, odd.thumbnails) = (None, None);
        odd.text.clear();
        let protected = sample::protected_package(media::protection::Scheme::Cenc);
        for package in [sample::package(), sample::rich_package(), protected, sample::marked_package(), odd] {
            assert_eq!(read(&write(&package)).unwrap(), package);
        }
    }

    /// What programs that read descriptions rely on: this text may grow, but not change, while the version is
    /// 1.
    #[test]
    fn the_text_keeps_its_shape() {
        let mut package = sample::package();
        package.video.truncate(1);
        package.audio.truncate(1);
        package.text.truncate(1);
        let value: serde_json::Value = serde_json::from_str(&write(&package)).unwrap();
        let text = serde_json::to_string_pretty(&value).unwrap() + "\n";
        expect_test::expect_file!["../golden/description-1.json"].assert_eq(&text);
    }

    /// Descriptions are in databases from before there were formats other than H.264 and AAC: they name none.
    #[test]
    fn a_text_without_formats_is_read() {
        let mut value: serde_json::Value = serde_json::from_str(&write(&sample::package())).unwrap();
        let old = [("video", &["format"][..]), ("audio", &["codec", "joc_objects"])];
        for (kind, fields) in old {
            for track in value["package"][kind].as_array_mut().unwrap() {
                let track = track.as_object_mut().unwrap();
                assert!(fields.iter().all(|field| track.remove(*field).is_some()), "{kind}");
            }
        }
        assert_eq!(read(&value.to_string()).unwrap(), sample::package());
    }

    #[test]
    fn other_texts_are_refused() {
        let changed = |from: &str, to: &str| {
            let text = write(&sample::marked_package());
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        };
        for (text, expected) in [
            (String::new(), "not a package description"),
            ("{}".to_owned(), "missing field `version`"),
            ("{\"version\":1}".to_owned(), "missing field `package`"),
            ("{\"version\":2,\"all\":\"new\"}".to_owned(), "version 2"),
            (changed("poster.jpg", "../poster.jpg"), "a path out of its folder"),
            (changed("sheet-001.jpg", ".."), "a path out of its folder"),
            (changed("text-0-en.segments.vtt", "../a.vtt"), "a path out of its folder"),
            (changed("text-0-en.imsc.mp4", "/a.mp4"), "a path out of its folder"),
            (changed("\"timescale\":1000", "\"timescale\":0"), "a timescale of zero"),
            (changed("\"timescale\":24000", "\"timescale\":0"), "a timescale of zero"),
            (changed("[24000,1001]", "[24000,0]"), "a frame rate of zero"),
            (changed("\"h264\"", "\"h266\""), "unknown variant `h266`"),
            (changed("\"sdr\"", "\"SDR\""), "unknown variant `SDR`"),
        ] {
            let error = read(&text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
