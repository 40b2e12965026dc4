//! Content digests (BLAKE3): how artefacts get their names.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use media::Digest;

use crate::Result;

/// Bytes hashed between two calls of the progress function: some milliseconds of work.
const STEP_BYTES: usize = 1 << 20;

/// The digest of `bytes`.
pub fn of_bytes(bytes: &[u8]) -> Digest {
    Digest(*blake3::hash(bytes).as_bytes())
}

/// The digest of the content of `file`, read on a blocking thread in constant memory. Calls `progress` with the number
/// of bytes hashed so far; pass `|_| ()` where nobody watches.
pub async fn of_file(file: &Path, progress: impl FnMut(u64) + Send + 'static) -> Result<Digest> {
    let path = file.to_owned();
    let doing = format!("cannot read {} to compute its digest", file.display());
    crate::local::blocking(doing, move || hash(File::open(path)?, progress)).await
}

/// Digest of an open file, from where it stands; blocks.
///
/// # Errors
/// Where it cannot be read.
pub fn of_open(file: File) -> std::io::Result<Digest> {
    hash(file, |_| ())
}

fn hash(mut file: File, mut progress: impl FnMut(u64)) -> std::io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; STEP_BYTES];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Digest(*hasher.finalize().as_bytes())),
            Ok(read) => {
                hasher.update(&buffer[..read]);
                progress(hasher.count());
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn the_empty_digest_is_the_one_of_the_specification() {
        // BLAKE3 test_vectors.json, input_len 0.
        let expected = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(of_bytes(b"").to_string(), expected);
    }

    #[tokio::test]
    async fn a_file_has_the_digest_of_its_bytes() {
        let bytes = vec![7; STEP_BYTES + 1];
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        let (steps, seen) = mpsc::sync_channel(8);
        let digest = of_file(file.path(), move |done| steps.send(done).unwrap()).await.unwrap();
        assert_eq!(digest, of_bytes(&bytes));
        assert_eq!(seen.iter().last(), Some(bytes.len() as u64));
    }

    #[tokio::test]
    async fn a_missing_file_is_named() {
        let error = of_file(Path::new("no/such/file"), |_| ()).await.unwrap_err();
        assert!(
            matches!(&error, crate::Error::Io { doing, .. } if doing.contains("no/such/file")),
            "{error}"
        );
    }
}
