//! Segment index (clause 8.16.3): one `sidx` that refers to every fragment of the file.

use super::header::TRACK_ID;
use crate::write::Writer;

/// One segment, as the index sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reference {
    /// Length of `moof` and `mdat`, below 2^31.
    pub(super) bytes: u32,
    /// Ticks presented.
    pub(super) duration: u32,
}

/// `starts_with_SAP` 1, `SAP_type` 1, `SAP_delta_time` 0: decoding and showing start at the first sample.
const STARTS_WITH_SAP_1: u32 = 0x9000_0000;

/// Writes the index. The first segment follows it at once and is presented from tick 0 on.
pub(super) fn write(timescale: u32, references: &[Reference]) -> Vec<u8> {
    Writer::build(|w| {
        w.full(b"sidx", 1, 0, |w| {
            w.u32(TRACK_ID); // reference_ID
            w.u32(timescale);
            w.u64(0); // earliest_presentation_time
            w.u64(0); // first_offset
            w.u16(0); // reserved
            w.u16(references.len() as u16);
            for reference in references {
                w.u32(reference.bytes); // reference_type 0: media
                w.u32(reference.duration);
                w.u32(STARTS_WITH_SAP_1);
            }
        });
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand from clause 8.16.3.2.
    #[test]
    fn an_index_has_its_bytes() {
        let bytes = write(48_000, &[Reference { bytes: 0x1234, duration: 95_232 }]);
        #[rustfmt::skip]
        let expected = [
            &[0, 0, 0, 52][..], b"sidx", &[1, 0, 0, 0], &[0, 0, 0, 1], &[0, 0, 0xbb, 0x80],
            &[0; 8], &[0; 8], &[0, 0], &[0, 1],
            &[0, 0, 0x12, 0x34], &[0, 1, 0x74, 0x00], &[0x90, 0, 0, 0],
        ]
        .concat();
        assert_eq!(bytes, expected);
    }
}
