//! Encode plan: where shots and keyframes are, which settings a rung has.
