//! The target `requests` for libFuzzer.

#![no_main]

#[path = "../targets/requests.rs"]
mod requests;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    requests::run(bytes);
});
