//! Checks of media files, by themselves and beside those that a player switches to.

pub(crate) mod file;
pub(crate) mod header;
pub(crate) mod protection;
pub(crate) mod set;
