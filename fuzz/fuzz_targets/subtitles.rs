//! The target `subtitles` for libFuzzer.

#![no_main]

#[path = "../targets/subtitles.rs"]
mod subtitles;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    subtitles::run(bytes);
});
