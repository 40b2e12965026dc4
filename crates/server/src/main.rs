//! The `matinee` binary.
fn main() {}
