//! Programs of other projects that a bench runs beside ours: built from crates.io into the tools' folder when first asked
//! for, at a pinned version.

use crate::root::tools;
use crate::shell::{Result, cargo, quiet};
use std::path::PathBuf;

/// A crate with a program of its name.
pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// Options of `cargo install`.
    pub(super) options: &'static [&'static str],
}

impl Peer {
    /// The program, installed where it is not there yet.
    pub(super) fn program(&self) -> Result<PathBuf> {
        let program = tools().join("bin").join(self.name);
        if !program.exists() {
            println!("installing {}", self.name);
            let crate_version = format!("{}@{}", self.name, self.version);
            let mut install = cargo();
            install
                .args(["install", "--locked", "--root"])
                .arg(tools())
                .args(self.options)
                .arg(crate_version);
            quiet(&mut install)?;
        }
        Ok(program)
    }
}
