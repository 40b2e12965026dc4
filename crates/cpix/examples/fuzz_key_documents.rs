//! Fuzzes this crate on a stable compiler: `fuzz_key_documents SECONDS CORPUS [SEED]` (docs/reference/fuzzing.md).
//!
//! Ends with a failure at the first input that panics or hangs, and says where it lies.

#[path = "../../../fuzz/mutate.rs"]
mod mutate;
#[path = "../../../fuzz/targets/key_documents.rs"]
mod key_documents;

fn main() -> std::process::ExitCode {
    mutate::main(key_documents::run)
}
