//! The target `boxes` for libFuzzer.

#![no_main]

#[path = "../targets/boxes.rs"]
mod boxes;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    boxes::run(bytes);
});
