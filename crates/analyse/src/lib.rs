//! Shot boundaries and complexity from frame scores.
