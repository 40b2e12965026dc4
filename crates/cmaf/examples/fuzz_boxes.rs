//! Fuzzes this crate on a stable compiler: `fuzz_boxes SECONDS CORPUS [SEED]` (docs/reference/fuzzing.md).
//!
//! Ends with a failure at the first input that panics or hangs, and says where it lies.

#[path = "../../../fuzz/mutate.rs"]
mod mutate;
#[path = "../../../fuzz/targets/boxes.rs"]
mod boxes;

fn main() -> std::process::ExitCode {
    mutate::main(boxes::run)
}
