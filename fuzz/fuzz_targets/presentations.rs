//! The target `presentations` for libFuzzer.

#![no_main]

#[path = "../targets/presentations.rs"]
mod presentations;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    presentations::run(bytes);
});
