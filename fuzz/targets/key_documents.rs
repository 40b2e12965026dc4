//! `cpix` on one input: what is read can be written, and what was written is read to the same.
//!
//! Filters are written in the order of the schema, and those that cannot be used not at all, so the first writing may differ.

/// Reads `bytes` as a document. What it gives tells what was found.
pub(crate) fn run(bytes: &[u8]) -> u64 {
    match cpix::read(bytes) {
        Ok(document) => {
            let written = cpix::write(&document);
            let again = cpix::read(written.as_bytes()).map(|again| cpix::write(&again));
            assert_eq!(again.as_ref(), Ok(&written), "what was written is not what is read");
            document.rules.iter().for_each(|rule| drop(rule.classes()));
            let counts =
                [document.keys.len(), document.systems.len(), document.periods.len(), document.rules.len()];
            counts.iter().fold(1, |way, count| way * 17 + *count as u64)
        }
        Err(cpix::Error::TooLarge { .. } | cpix::Error::NotCpix(_)) => 0,
        Err(cpix::Error::Xml { at, .. }) => 2 + (at / 64).min(32),
        Err(cpix::Error::Element { element, .. }) => {
            element.bytes().fold(99, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
        }
    }
}
