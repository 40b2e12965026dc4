//! The corpus of fuzzing and inputs near it: what was mended once stays so (docs/reference/fuzzing.md).

#[path = "../../../fuzz/mutate.rs"]
#[expect(dead_code, reason = "the search is for runs by hand")]
mod mutate;
#[path = "../../../fuzz/targets/requests.rs"]
mod requests;

use std::path::Path;
use stdx::random::Random;

/// Inputs beside the corpus itself.
const INPUTS: usize = 500;

#[test]
fn the_corpus_and_what_is_near_it_do_no_harm() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/requests");
    let corpus = mutate::files(&folder);
    assert!(!corpus.is_empty(), "{} has no files", folder.display());
    corpus.iter().for_each(|input| {
        requests::run(input);
    });
    let mut random = Random::new(1);
    for _ in 0..INPUTS {
        requests::run(&mutate::mutated(&corpus, corpus.len(), &mut random));
    }
}
