//! Per-title ladder: choose probes, hull and rungs.
