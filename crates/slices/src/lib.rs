//! Slices of objects on disk.
