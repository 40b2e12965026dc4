//! Fuzzes this crate on a stable compiler: `fuzz_requests SECONDS CORPUS [SEED]` (docs/reference/fuzzing.md).
//!
//! Ends with a failure at the first input that panics or hangs, and says where it lies.

#[path = "../../../fuzz/mutate.rs"]
mod mutate;
#[path = "../../../fuzz/targets/requests.rs"]
mod requests;

fn main() -> std::process::ExitCode {
    mutate::main(requests::run)
}
