//! The files of a presentation: each is read once, checked by itself, and kept as a summary.

use crate::bmff::boxes::BoxView;
use crate::bmff::fragment::Fragment;
use crate::bmff::header::Header;
use crate::bmff::index::Index;
use crate::bmff::scan::{Scan, Stop, TopBox};
use crate::cmaf;
use crate::log::{Log, Place};
use crate::rule::{Rule, cmaf as rule};
use crate::source::{Source, Unreadable};
use crate::uri;
use media::ByteRange;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Bytes of a manifest or playlist that are read; the playlist of a day has 6 MB.
const TEXT_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A file or a part of it that a manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    /// The file, resolved.
    pub(crate) uri: String,
    /// The part; all of it where `None`.
    pub(crate) range: Option<ByteRange>,
    /// Where it is named.
    pub(crate) named: Place,
}

/// What kind of file something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Boxes.
    Bmff,
    /// A WebVTT file.
    WebVtt,
    /// Something that is not looked into.
    Other,
}

/// A media file.
#[derive(Debug, Clone)]
pub(crate) struct MediaFile {
    pub(crate) kind: Kind,
    pub(crate) file_bytes: u64,
    /// Its header, where it has one.
    pub(crate) header: Option<Rc<Header>>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) fragments: Vec<Fragment>,
    /// Where boxes of the top level begin, and the file's end.
    pub(crate) edges: Vec<u64>,
    /// The first bytes.
    pub(crate) start: Vec<u8>,
}

impl MediaFile {
    /// The fragments that lie whole in these bytes.
    pub(crate) fn within(&self, start: u64, end: u64) -> &[Fragment] {
        let first = self.fragments.partition_point(|fragment| fragment.offset < start);
        let after = self.fragments.partition_point(|fragment| fragment.end() <= end);
        self.fragments.get(first..after).unwrap_or_default()
    }
}

/// What an unreadable file breaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Missing {
    /// Where it cannot be fetched.
    pub(crate) resource: &'static Rule,
    /// Where it is not looked at.
    pub(crate) not_checked: &'static Rule,
}

/// All files that were asked for, and the log.
pub(crate) struct Library<'a> {
    source: &'a dyn Source,
    files: BTreeMap<String, Option<Rc<MediaFile>>>,
    /// Manifests and playlists that were read.
    texts: BTreeSet<String>,
    pub(crate) log: Log,
}

impl<'a> Library<'a> {
    pub(crate) fn new(source: &'a dyn Source) -> Library<'a> {
        Library { source, files: BTreeMap::new(), texts: BTreeSet::new(), log: Log::default() }
    }

    /// The log, at the end.
    pub(crate) fn into_log(self) -> Log {
        self.log
    }

    /// Whether a file was looked into.
    pub(crate) fn knows(&self, uri: &str) -> bool {
        self.files.contains_key(uri)
    }

    /// A text as a whole.
    ///
    /// # Errors
    /// Where it cannot be read or is too long.
    pub(crate) fn text(&mut self, uri: &str) -> Result<Vec<u8>, Unreadable> {
        let part = self.source.read(uri, ByteRange { offset: 0, length: TEXT_BYTES_MAX })?;
        if part.file_bytes > TEXT_BYTES_MAX {
            return Err(Unreadable::Failed(format!("it has more than {TEXT_BYTES_MAX} bytes")));
        }
        if self.texts.insert(uri.to_owned()) {
            self.log.manifests += 1;
        }
        Ok(part.bytes)
    }

    /// A media file; `header` is the one that its fragments belong to, where it is another file's. `None` where it cannot
    /// be read, of which the log knows then.
    pub(crate) fn media(
        &mut self,
        resource: &Resource,
        header: Option<&Rc<Header>>,
        missing: Missing,
    ) -> Option<Rc<MediaFile>> {
        let Resource { uri, range, named } = resource;
        if !self.files.contains_key(uri) {
            let read = self.scan(uri, header);
            let file = match read {
                Ok(file) => Some(Rc::new(file)),
                Err(Unreadable::Elsewhere) => {
                    let message = format!("{uri} lies outside of what is checked");
                    self.log.add(missing.not_checked, named.clone(), message);
                    None
                }
                Err(error) => {
                    self.log.add(missing.resource, named.clone(), format!("{uri}: {error}"));
                    None
                }
            };
            self.files.insert(uri.clone(), file);
        }
        let file = self.files.get(uri).cloned().flatten()?;
        if let Some(range) = range
            && range
                .offset
                .checked_add(range.length)
                .is_none_or(|end| end > file.file_bytes || range.length == 0)
        {
            let (first, bytes) = (range.offset, file.file_bytes);
            let message =
                format!("{} bytes from byte {first} on are asked of {uri}, which has {bytes}", range.length);
            self.log.add(missing.resource, named.clone(), message);
        }
        Some(file)
    }

    fn scan(&mut self, uri: &str, header: Option<&Rc<Header>>) -> Result<MediaFile, Unreadable> {
        let mut scan = Scan::open(self.source, uri)?;
        self.log.media_files += 1;
        let start = scan.start();
        let mut file = MediaFile {
            kind: kind(uri, &start),
            file_bytes: scan.file_bytes,
            header: None,
            indexes: Vec::new(),
            fragments: Vec::new(),
            edges: Vec::new(),
            start,
        };
        if file.kind == Kind::Bmff {
            let mut reading = Reading {
                uri,
                log: &mut self.log,
                file: &mut file,
                context: header,
                own: Header::default(),
                before: None,
            };
            if let Err(stop) = reading.all(&mut scan) {
                reading.stopped(stop)?;
            }
            cmaf::file::check(uri, &file, header, &mut self.log);
        }
        Ok(file)
    }
}

/// What a file seems to be.
fn kind(uri: &str, start: &[u8]) -> Kind {
    const FIRST: [&[u8; 4]; 11] =
        [b"ftyp", b"styp", b"moof", b"sidx", b"moov", b"emsg", b"prft", b"free", b"skip", b"mdat", b"uuid"];
    const EXTENSIONS: [&str; 9] = ["mp4", "m4s", "m4v", "m4a", "m4f", "cmfv", "cmfa", "cmft", "cmfm"];
    let first = start.get(4..8).unwrap_or_default();
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    if text.starts_with(b"WEBVTT") || uri::extension(uri) == "vtt" {
        Kind::WebVtt
    } else if FIRST.iter().any(|kind| *kind == first) || EXTENSIONS.contains(&uri::extension(uri).as_str()) {
        Kind::Bmff
    } else {
        Kind::Other
    }
}

struct Reading<'a> {
    uri: &'a str,
    log: &'a mut Log,
    file: &'a mut MediaFile,
    /// The header of another file.
    context: Option<&'a Rc<Header>>,
    /// The header of this file, so far.
    own: Header,
    /// The type of the box before.
    before: Option<[u8; 4]>,
}

impl Reading<'_> {
    fn all(&mut self, scan: &mut Scan<'_>) -> Result<(), Stop> {
        while let Some(top) = scan.next_box()? {
            self.file.edges.push(top.offset);
            let before = self.before.replace(top.kind);
            match &top.kind {
                b"mdat" => self.media_data(&top),
                b"ftyp" | b"styp" | b"moov" | b"moof" | b"sidx" => {
                    let body = scan.body(&top)?;
                    let view = BoxView { kind: top.kind, offset: top.offset, head: top.head, body: &body };
                    self.one(&view, before);
                }
                _ => {}
            }
        }
        self.file.edges.push(scan.file_bytes);
        if scan.file_bytes == 0 {
            self.broken("file", 0, "the file is empty");
        }
        Ok(())
    }

    fn stopped(&mut self, stop: Stop) -> Result<(), Unreadable> {
        match stop {
            Stop::Unreadable(error) => return Err(error),
            Stop::Broken(offset) => {
                self.broken("file", offset, "there is no box here, or it is longer than the file")
            }
            Stop::Limit(offset) => {
                let place = Place::of_box(self.uri, "file", offset);
                self.log.add(
                    rule::LIMIT,
                    place,
                    "more or larger boxes than this check reads; the rest is not looked at",
                );
            }
        }
        Ok(())
    }

    fn broken(&mut self, path: &str, offset: u64, message: &str) {
        self.log.add(rule::BOX, Place::of_box(self.uri, path, offset), message);
    }

    fn media_data(&mut self, top: &TopBox) {
        match self.file.fragments.last_mut() {
            Some(last) if last.mdat.is_none() && last.end() == top.offset => {
                last.mdat = Some((top.head, top.length))
            }
            _ => {
                let place = Place::of_box(self.uri, "mdat", top.offset);
                self.log.add(rule::FRAGMENT, place, "this `mdat` does not follow a `moof`");
            }
        }
    }

    fn one(&mut self, view: &BoxView<'_>, before: Option<[u8; 4]>) {
        match &view.kind {
            b"ftyp" => self.own.read_type(view),
            b"styp" => cmaf::file::segment_type(self.uri, view, before, self.log),
            b"moov" => self.movie(view),
            b"sidx" => match Index::read(view) {
                Some(index) => self.file.indexes.push(index),
                None => self.broken("sidx", view.offset, "its fields end too soon"),
            },
            _ => self.movie_fragment(view),
        }
    }

    fn movie(&mut self, view: &BoxView<'_>) {
        self.own.file = self.uri.to_owned();
        if self.file.header.is_some() {
            return self.log.add(
                rule::MOOV,
                Place::of_box(self.uri, "moov", view.offset),
                "this is a second `moov`",
            );
        }
        for (path, offset) in self.own.read_movie(view) {
            self.broken(&path, offset, "it lacks boxes that it needs, or its fields end too soon");
        }
        cmaf::header::check(&self.own, self.log);
        self.file.header = Some(Rc::new(self.own.clone()));
    }

    fn movie_fragment(&mut self, view: &BoxView<'_>) {
        self.log.fragments += 1;
        let none = Rc::new(Header::default());
        let header = self.file.header.as_ref().or(self.context).unwrap_or(&none);
        let (fragment, samples) = Fragment::read(view, header);
        for (path, offset) in &fragment.broken {
            let message = "its fields end too soon, or it counts more samples than there can be";
            self.log.add(rule::BOX, Place::of_box(self.uri, path, *offset), message);
        }
        cmaf::protection::check(self.uri, view, &fragment, &samples, header, self.log);
        self.file.fragments.push(fragment);
    }
}
