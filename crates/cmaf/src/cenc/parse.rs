//! Reads the boxes of protection back: `sinf` of a sample entry, `senc` and `seig` of a fragment.
//!
//! Everything read is untrusted; what is not of the kind that [`super::boxes`] writes is told as unsupported.

use super::map::Subsample;
use crate::boxes::{BoxView, FourCc};
use crate::cursor::Cursor;
use crate::error::{Error, Problem};
use media::protection::{KeyId, Scheme};

/// How samples are protected, as `tenc` or `seig` say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    /// Whether they are.
    pub protected: bool,
    /// Blocks encrypted and blocks passed over; both 0 where there is no pattern.
    pub pattern: (u8, u8),
    /// Bytes of each sample's own vector: 0, 8 or 16.
    pub iv_bytes: u8,
    /// Identifier of the key.
    pub key_id: KeyId,
    /// The vector of all samples, where they have none of their own; 8 bytes are followed by zeros.
    pub constant_iv: Option<[u8; 16]>,
}

/// What a protected sample entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtectedEntry {
    /// The scheme.
    pub scheme: Scheme,
    /// What holds where no group says otherwise.
    pub parameters: Parameters,
}

/// A sample's own part of `senc`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SampleInfo {
    /// Its vector; empty where it has none of its own.
    pub iv: Vec<u8>,
    /// Its subsamples; none where the whole sample is protected.
    pub map: Vec<Subsample>,
}

impl Parameters {
    /// Of samples of a clear lead.
    pub(crate) const CLEAR: Parameters = Parameters {
        protected: false,
        pattern: (0, 0),
        iv_bytes: 0,
        key_id: KeyId([0; 16]),
        constant_iv: None,
    };

    /// Reads from the reserved byte on (clauses 6 and 8.2). In version 0 of `tenc` the pattern's byte is reserved.
    fn parse(fields: &mut Cursor<'_>) -> Result<Parameters, Error> {
        fields.u8()?; // reserved
        let pattern = fields.u8()?;
        let (protected, iv_bytes) = (fields.u8()? != 0, fields.u8()?);
        if !matches!(iv_bytes, 0 | 8 | 16) {
            return Err(fields.error(Problem::Invalid("a vector of neither 8 nor 16 bytes")));
        }
        let key_id = KeyId(fields.array()?);
        let constant_iv = if protected && iv_bytes == 0 { Some(constant_iv(fields)?) } else { None };
        Ok(Parameters { protected, pattern: (pattern >> 4, pattern & 0xf), iv_bytes, key_id, constant_iv })
    }
}

fn constant_iv(fields: &mut Cursor<'_>) -> Result<[u8; 16], Error> {
    let mut iv = [0; 16];
    match fields.u8()? {
        bytes @ (8 | 16) => iv[..bytes.into()].copy_from_slice(fields.take(bytes.into())?),
        _ => return Err(fields.error(Problem::Invalid("a vector of neither 8 nor 16 bytes"))),
    }
    Ok(iv)
}

/// Reads `sinf`: the type that the sample entry had, and how it is protected.
pub(crate) fn protection_info(sinf: &BoxView<'_>) -> Result<(FourCc, ProtectedEntry), Error> {
    let original = sinf.require(b"frma")?.fields().four_cc()?;
    let schm = sinf.require(b"schm")?;
    let mut fields = schm.fields();
    fields.version_and_flags()?;
    let name = fields.four_cc()?.0;
    let scheme = Scheme::ALL.into_iter().find(|scheme| scheme.name().as_bytes() == name);
    let scheme = scheme.ok_or(schm.error(Problem::Unsupported("this protection scheme")))?;
    let tenc = sinf.require(b"schi")?.require(b"tenc")?;
    let mut fields = tenc.fields();
    let (version, _) = fields.version_and_flags()?;
    let mut parameters = Parameters::parse(&mut fields)?;
    if version == 0 {
        parameters.pattern = (0, 0);
    }
    Ok((original, ProtectedEntry { scheme, parameters }))
}

/// Reads the parameters of a fragment whose samples are all of one `seig` group that it describes itself; `None` where it
/// has no such group.
pub(crate) fn group(traf: &BoxView<'_>) -> Result<Option<Parameters>, Error> {
    for child in traf.children() {
        let sgpd = child?;
        let mut fields = sgpd.fields();
        if sgpd.kind.0 != *b"sgpd" {
            continue;
        }
        let (version, _) = fields.version_and_flags()?;
        if fields.four_cc()?.0 != *b"seig" {
            continue;
        }
        let default_length = if version >= 1 { fields.u32()? } else { 0 };
        if fields.u32()? != 1 {
            return Err(sgpd.error(Problem::Unsupported("more than one key in a fragment")));
        }
        if version >= 1 && default_length == 0 {
            fields.u32()?; // description_length
        }
        return Parameters::parse(&mut fields).map(Some);
    }
    Ok(None)
}

/// Reads `senc` (7.2), where there is one.
pub(crate) fn sample_infos(traf: &BoxView<'_>, iv_bytes: u8) -> Result<Vec<SampleInfo>, Error> {
    let Some(senc) = traf.find(b"senc")? else {
        return Ok(Vec::new());
    };
    let mut fields = senc.fields();
    let (_, flags) = fields.version_and_flags()?;
    let count = fields.u32()?;
    let mapped = flags & 0b10 != 0;
    if iv_bytes == 0 && !mapped {
        return Ok(Vec::new()); // nothing is said of any sample
    }
    let sample = |_| {
        let iv = fields.take(iv_bytes.into())?.to_vec();
        let subsamples = if mapped { fields.u16()? } else { 0 };
        let subsample = |_| Ok(Subsample { clear: fields.u16()?, protected: fields.u32()? });
        Ok(SampleInfo { iv, map: (0..subsamples).map(subsample).collect::<Result<_, Error>>()? })
    };
    (0..count).map(sample).collect() // each takes bytes, so a false count ends with them
}
