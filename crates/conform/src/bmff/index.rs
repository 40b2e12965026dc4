//! Segment indexes (clause 8.16.3).

use super::boxes::BoxView;

/// A `sidx` box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Index {
    /// First byte in the file.
    pub(crate) offset: u64,
    /// Bytes of the box.
    pub(crate) length: u64,
    pub(crate) reference_id: u32,
    pub(crate) timescale: u32,
    pub(crate) earliest: u64,
    /// Bytes from the end of the box to the first that is referred to.
    pub(crate) first_offset: u64,
    pub(crate) references: Vec<Reference>,
}

/// A reference of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Whether it refers to another index and not to media.
    pub(crate) to_index: bool,
    pub(crate) bytes: u32,
    pub(crate) duration: u32,
    pub(crate) starts_with_sap: bool,
    pub(crate) sap_type: u8,
}

impl Index {
    /// Reads an index; `None` where its fields end too soon.
    pub(crate) fn read(view: &BoxView<'_>) -> Option<Index> {
        let (version, _, mut fields) = view.full()?;
        let (reference_id, timescale) = (fields.u32()?, fields.u32()?);
        let (earliest, first_offset) = (fields.word(version)?, fields.word(version)?);
        fields.u16()?; // reserved
        let count = fields.u16()?;
        let mut references = Vec::new();
        for _ in 0..count {
            let (size, duration, sap) = (fields.u32()?, fields.u32()?, fields.u32()?);
            references.push(Reference {
                to_index: size >> 31 == 1,
                bytes: size & 0x7fff_ffff,
                duration,
                starts_with_sap: sap >> 31 == 1,
                sap_type: (sap >> 28 & 7) as u8,
            });
        }
        let length = view.head + view.body.len() as u64;
        Some(Index {
            offset: view.offset,
            length,
            reference_id,
            timescale,
            earliest,
            first_offset,
            references,
        })
    }

    /// The byte after the box.
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.length
    }
}
