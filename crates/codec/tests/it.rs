//! The command lines run for real: generated pictures and sound in, files and numbers out.
//!
//! Needs `.tools/bin` (`cargo xtask setup`). Clips from outside the repository are used where they are and passed
//! over, with a word, where not.

#[cfg(test)]
mod it {
    mod bench;
    mod children;
    mod corpus;
    mod conformed;
    mod exact;
    mod hdr;
    mod mezzanine;
    mod sandbox;
    mod scores;
    mod sounds;
    mod stills;
}
