//! Quality gate: pool VMAF, pass or re-encode.
