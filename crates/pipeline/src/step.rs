//! Steps: the unit of work that is done once, named by the hash of what goes in.
//!
//! Owns the name and the record of a step. Does not run it: see [`crate::workshop`].

use media::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Key;

/// What a step is made of. Two steps with the same parts have the same key, and so the same outputs.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is done: `encode`. Names the step's folder in the store.
    pub kind: &'static str,
    /// Raised whenever our own code would make other bytes from the same parts.
    pub version: u32,
    /// Parameters in a fixed order.
    pub params: Vec<(&'static str, String)>,
    /// Content digests of the files that go in.
    pub inputs: Vec<Digest>,
    /// Name and version of the tool that does it; empty where we do it ourselves.
    pub tool: String,
}

impl Step {
    /// The step's key: a digest over all parts, each preceded by its length so that no two lists run together.
    pub fn key(&self) -> Digest {
        let mut text = Vec::new();
        let mut part = |bytes: &[u8]| {
            text.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            text.extend_from_slice(bytes);
        };
        part(self.kind.as_bytes());
        part(&self.version.to_le_bytes());
        part(self.tool.as_bytes());
        part(&(self.params.len() as u64).to_le_bytes());
        for (name, value) in &self.params {
            part(name.as_bytes());
            part(value.as_bytes());
        }
        for input in &self.inputs {
            part(&input.0);
        }
        store::digest::of_bytes(&text)
    }
}

/// What a finished step left behind, as stored beside its outputs. It is written last: where it is, the outputs are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Outputs by file name.
    pub outputs: BTreeMap<String, OutputRecord>,
    /// What it cost when it was made.
    pub cost: Cost,
}

/// One output in a [`Record`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputRecord {
    /// Content digest, as hexadecimal text.
    pub digest: String,
    /// Length.
    pub bytes: u64,
}

/// What a step cost.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Cost {
    /// Seconds from start to end.
    pub wall_s: f64,
    /// Processor seconds of its child processes.
    pub cpu_s: f64,
    /// Highest resident memory of any one child process, in bytes.
    pub memory_bytes_peak: u64,
}

impl Cost {
    /// The cost of two pieces of work done one after the other.
    pub fn then(self, next: Cost) -> Cost {
        Cost {
            wall_s: self.wall_s + next.wall_s,
            cpu_s: self.cpu_s + next.cpu_s,
            memory_bytes_peak: self.memory_bytes_peak.max(next.memory_bytes_peak),
        }
    }
}

/// A stored output of a finished step.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Where it is in the store.
    pub key: Key,
    /// Content digest.
    pub digest: Digest,
    /// Length.
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step() -> Step {
        Step {
            kind: "encode",
            version: 1,
            params: vec![("crf", "23".to_owned()), ("size", "640x360".to_owned())],
            inputs: vec![Digest([1; 32])],
            tool: "ffmpeg 9".to_owned(),
        }
    }

    #[test]
    fn every_part_is_in_the_key() {
        let change: [fn(&mut Step); 7] = [
            |s| s.kind = "score",
            |s| s.version = 2,
            |s| s.params[0].1 = "24".to_owned(),
            |s| s.params[0].0 = "crg",
            |s| s.inputs.push(Digest([2; 32])),
            |s| s.inputs[0] = Digest([2; 32]),
            |s| s.tool.push('x'),
        ];
        let mut keys = vec![step().key()];
        for change in change {
            let mut other = step();
            change(&mut other);
            keys.push(other.key());
        }
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn neighbouring_parts_do_not_run_together() {
        let (mut a, mut b) = (step(), step());
        a.params = vec![("crf", "2".to_owned()), ("3", String::new())];
        b.params = vec![("crf", "23".to_owned()), ("", String::new())];
        assert_ne!(a.key(), b.key());
    }
}
