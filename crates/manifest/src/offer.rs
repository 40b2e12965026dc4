//! Offer: the part of a title that manifests tell one device of, and in which of its forms.
//!
//! Owns what is offered. What a device can play is decided in [`crate::device`].

use media::package::{AudioTrack, Package, TextTrack, Track, VideoTrack};
use media::protection::KeySystem;

/// What manifests are written from: a package, or some of it. Tracks keep the package's order.
#[derive(Debug, Clone)]
pub struct Offer<'a> {
    /// The title, for all that is not a track.
    pub package: &'a Package,
    /// Video tracks.
    pub video: Vec<&'a VideoTrack>,
    /// Audio tracks; the first is the default one.
    pub audio: Vec<&'a AudioTrack>,
    /// Text tracks.
    pub text: Vec<&'a TextTrack>,
    /// The key systems that protected tracks are signalled for.
    pub systems: Vec<KeySystem>,
    /// The form that text has.
    pub text_form: TextForm,
    /// What the names of the package's files follow: empty for manifests in its own folder, else that folder's address
    /// with `/` at its end. Steering has addresses of its own, for all but HLS's chapters and thumbnails.
    pub base_url: &'a str,
    /// Where else the same files are, and who says which to use.
    pub steering: Option<&'a Steering>,
}

impl<'a> Offer<'a> {
    /// All of a package, for all key systems, with text in segments where there are such.
    pub fn whole(package: &'a Package) -> Offer<'a> {
        Offer {
            package,
            video: package.video.iter().collect(),
            audio: package.audio.iter().collect(),
            text: package.text.iter().collect(),
            systems: KeySystem::ALL.to_vec(),
            text_form: TextForm::Segmented,
            base_url: "",
            steering: None,
        }
    }
}

/// The form of a text track. A track that has not the form is offered as a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextForm {
    /// One WebVTT file: what browsers take.
    #[default]
    File,
    /// WebVTT in segments: what HLS players of television sets and telephones take. In DASH a file.
    Segmented,
    /// WebVTT in CMAF tracks.
    Wvtt,
    /// IMSC 1 text in CMAF tracks.
    Imsc,
}

impl TextForm {
    /// All.
    pub const ALL: [TextForm; 4] = [TextForm::File, TextForm::Segmented, TextForm::Wvtt, TextForm::Imsc];

    /// The form in which a track is offered: this one if the track has it.
    pub fn of(self, text: &TextTrack) -> TextForm {
        let forms = &text.forms;
        let has = match self {
            TextForm::File => true,
            TextForm::Segmented => forms.segmented.is_some(),
            TextForm::Wvtt => forms.wvtt.is_some(),
            TextForm::Imsc => forms.imsc.is_some(),
        };
        if has { self } else { TextForm::File }
    }

    /// The CMAF track of a text in this form, if it is one.
    pub fn track(self, text: &TextTrack) -> Option<&Track> {
        match self {
            TextForm::File | TextForm::Segmented => None,
            TextForm::Wvtt => text.forms.wvtt.as_ref(),
            TextForm::Imsc => text.forms.imsc.as_ref(),
        }
    }
}

/// Several places that have the same files, and who says which to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steering {
    /// Where players ask for the [`crate::steering`] manifest while they play (RFC 8216bis, section 7; ETSI TS 103 998).
    /// `None`: they begin with the first place, and go to another where it fails.
    pub server_url: Option<String>,
    /// Places that have all files, at least one. Players begin with the first.
    pub pathways: Vec<Pathway>,
    /// Whether DASH players ask before they fetch the first segment.
    pub query_before_start: bool,
}

/// A place that has a package's files: a *pathway* of HLS, a *service location* of DASH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pathway {
    /// Its name, of `[A-Za-z0-9._-]` (RFC 8216bis, section 7.2).
    pub id: String,
    /// The package's folder there, with `/` at its end.
    pub base_url: String,
}
