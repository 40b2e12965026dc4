//! The target `key_documents` for libFuzzer.

#![no_main]

#[path = "../targets/key_documents.rs"]
mod key_documents;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    key_documents::run(bytes);
});
