//! Sample entries (clause 8.5.2): what a manifest says of a track too, and how the track is protected.

use super::boxes::{BoxView, Fields};
use super::codecs;

/// A sample entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// First byte in the file.
    pub(crate) offset: u64,
    /// Its type as written, `encv` of protected video.
    pub(crate) stored: [u8; 4],
    /// Its type without protection.
    pub(crate) format: [u8; 4],
    /// The codecs parameter; `None` where the configuration is missing or broken.
    pub(crate) codecs: Option<String>,
    /// Width and height, of video.
    pub(crate) size: Option<(u16, u16)>,
    /// `hSpacing` and `vSpacing`, where said.
    pub(crate) pixel_aspect: Option<(u32, u32)>,
    /// `transfer_characteristics` of `colr`, where said.
    pub(crate) transfer: Option<u16>,
    /// Samples per second, of sound.
    pub(crate) sample_rate_hz: Option<u32>,
    /// `sinf`, of a protected entry.
    pub(crate) protection: Option<Protection>,
}

/// How a track is protected (clause 8.12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Protection {
    /// `frma`.
    pub(crate) original: Option<[u8; 4]>,
    /// `schm`: type and version.
    pub(crate) scheme: Option<([u8; 4], u32)>,
    /// `tenc`.
    pub(crate) defaults: Option<Defaults>,
}

/// `tenc` (ISO/IEC 23001-7, 8.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Defaults {
    /// First byte in the file.
    pub(crate) offset: u64,
    pub(crate) version: u8,
    pub(crate) crypt_blocks: u8,
    pub(crate) skip_blocks: u8,
    pub(crate) protected: bool,
    pub(crate) iv_bytes: u8,
    pub(crate) key_id: [u8; 16],
    /// Length of the constant initialisation vector, where there is one.
    pub(crate) constant_iv_bytes: Option<u8>,
}

impl Entry {
    /// Reads an entry of a track with the handler.
    pub(crate) fn read(view: &BoxView<'_>, handler: [u8; 4]) -> Entry {
        const VISUAL_BYTES: usize = 78; // clause 12.1.3
        const AUDIO_BYTES: usize = 28; // clause 12.2.3
        const PLAIN_BYTES: usize = 8; // clause 8.5.2
        let skip = match &handler {
            b"vide" => VISUAL_BYTES,
            b"soun" => AUDIO_BYTES,
            _ => PLAIN_BYTES,
        };
        let boxes = view.children_after(skip);
        let find = |kind: &[u8; 4]| boxes.iter().find(|child| child.kind == *kind).copied();
        let protection = find(b"sinf").map(|sinf| Protection::read(&sinf));
        let format = protection.as_ref().and_then(|p| p.original).unwrap_or(view.kind);
        let codecs = if handler == *b"vide" || handler == *b"soun" {
            codecs::of(format, &boxes)
        } else {
            Some(format.escape_ascii().to_string())
        };
        Entry {
            offset: view.offset,
            stored: view.kind,
            format,
            codecs,
            size: (handler == *b"vide").then(|| size(view)).flatten(),
            pixel_aspect: find(b"pasp").and_then(|pasp| pair(pasp.fields())),
            transfer: boxes.iter().filter(|child| child.kind == *b"colr").find_map(transfer),
            sample_rate_hz: (handler == *b"soun").then(|| sample_rate(view)).flatten(),
            protection,
        }
    }

    /// Whether samples are encrypted: the entry's type says so.
    pub(crate) fn is_protected(&self) -> bool {
        matches!(&self.stored, b"encv" | b"enca" | b"enct" | b"encs" | b"encu")
    }

    /// The size at which the picture is shown (square pixels).
    pub(crate) fn display_size(&self) -> Option<(u64, u64)> {
        let (width, height) = self.size?;
        let (h, v) = self.pixel_aspect.filter(|(h, v)| *h > 0 && *v > 0).unwrap_or((1, 1));
        Some(((u64::from(width) * u64::from(h) + u64::from(v) / 2) / u64::from(v), u64::from(height)))
    }
}

impl Protection {
    fn read(sinf: &BoxView<'_>) -> Protection {
        let scheme = sinf.find(b"schm").and_then(|schm| {
            let (_, _, mut fields) = schm.full()?;
            Some((fields.array()?, fields.u32()?))
        });
        Protection {
            original: sinf.find(b"frma").and_then(|frma| frma.fields().array()),
            scheme,
            defaults: sinf.descend(&[b"schi", b"tenc"]).and_then(|tenc| Defaults::read(&tenc)),
        }
    }
}

impl Defaults {
    fn read(tenc: &BoxView<'_>) -> Option<Defaults> {
        let (version, _, mut fields) = tenc.full()?;
        let [_, pattern, protected, iv_bytes] = fields.array()?;
        let key_id = fields.array()?;
        let constant = protected == 1 && iv_bytes == 0;
        let (crypt_blocks, skip_blocks) = if version == 0 { (0, 0) } else { (pattern >> 4, pattern & 15) };
        Some(Defaults {
            offset: tenc.offset,
            version,
            crypt_blocks,
            skip_blocks,
            protected: protected == 1,
            iv_bytes,
            key_id,
            constant_iv_bytes: if constant { fields.u8() } else { None },
        })
    }
}

fn size(view: &BoxView<'_>) -> Option<(u16, u16)> {
    let mut fields = view.fields();
    fields.take(24)?;
    Some((fields.u16()?, fields.u16()?))
}

fn pair(mut fields: Fields<'_>) -> Option<(u32, u32)> {
    Some((fields.u32()?, fields.u32()?))
}

/// Clause 12.1.5.
fn transfer(colr: &BoxView<'_>) -> Option<u16> {
    let mut fields = colr.fields();
    let kind: [u8; 4] = fields.array()?;
    fields.u16()?; // colour_primaries
    fields.u16().filter(|_| &kind == b"nclx" || &kind == b"nclc")
}

/// Clause 12.2.3; 16.16, of which sound has no fraction.
fn sample_rate(view: &BoxView<'_>) -> Option<u32> {
    let mut fields = view.fields();
    fields.take(24)?;
    fields.u32().map(|rate| rate >> 16).filter(|rate| *rate > 0)
}
