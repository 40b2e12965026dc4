//! Package plan: where segments begin and end.
