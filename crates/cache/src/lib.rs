//! What a cache decides of a request: keys, ranges, freshness.
