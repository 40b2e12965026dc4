//! Package plan: where segments begin and end, and what the files of a package are called.
//!
//! Pure. Writes no box and no manifest (see `cmaf` and `manifest`) and places no keyframe (see `encode`).

pub mod segment;
pub mod names;
pub mod track;
