//! Relational truth.
