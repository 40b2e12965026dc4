//! ISO base media files (ISO/IEC 14496-12): boxes as values, read so that one mistake does not hide the next.
//!
//! Clauses cited without a document are of ISO/IEC 14496-12:2022.

pub(crate) mod boxes;
pub(crate) mod codecs;
pub(crate) mod entry;
pub(crate) mod fragment;
pub(crate) mod header;
pub(crate) mod index;
pub(crate) mod samples;
pub(crate) mod scan;
