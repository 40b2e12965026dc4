//! How many connections this process may have files for.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Connections that this process may have files for, after it was given as many as the system lets it: each holds `each`, and
/// `others` are open for other reasons.
pub(in crate::commands) fn connections_within_files(others: u64, each: u64) -> usize {
    let mut files = getrlimit(Resource::Nofile);
    files.current = files.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, files) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
    connections_of(getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX), others, each)
}

/// Connections for which so many files are enough; at least one.
fn connections_of(files: u64, others: u64, each: u64) -> usize {
    let connections = files.saturating_sub(others) / each;
    usize::try_from(connections).unwrap_or(usize::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_all_else() {
        for (files, expected) in [(0, 1), (256, 1), (1024, 384), (1 << 20, 524_160)] {
            assert_eq!(connections_of(files, 256, 2), expected, "{files} files");
        }
    }
}
