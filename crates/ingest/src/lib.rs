//! Ingest rules: probe facts to findings and a Master.
