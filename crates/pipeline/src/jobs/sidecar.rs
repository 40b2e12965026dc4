//! Sidecars: subtitle files handed in beside the master, kept in the store by their digest as the master is.
//!
//! Does not read them: see [`super::aside`].

use crate::flow::{Context, Failure, Sidecar};
use crate::step::Output;
use anyhow::{Context as _, anyhow};
use store::Key;

/// A subtitle file in the store.
#[derive(Debug, Clone)]
pub struct StoredSidecar {
    /// The name under which it was handed in, without folders.
    pub name: String,
    /// Its language (BCP 47), where said.
    pub language: Option<String>,
    /// Its bytes.
    pub output: Output,
}

/// Stores the files.
///
/// # Errors
/// Where one cannot be read, or is longer than any subtitles are.
pub async fn keep(ctx: &Context, sidecars: Vec<Sidecar>) -> Result<Vec<StoredSidecar>, Failure> {
    let mut stored = Vec::with_capacity(sidecars.len());
    for Sidecar { file, language } in sidecars {
        let doing = || format!("reading the subtitles {}", file.display());
        let bytes = tokio::fs::metadata(&file).await.with_context(doing)?.len();
        if bytes > text::BYTES_MAX as u64 {
            return Err(anyhow!("{} has {bytes} bytes: too many for subtitles", file.display()).into());
        }
        let content = tokio::fs::read(&file).await.with_context(doing)?;
        let digest = store::digest::of_bytes(&content);
        let key = Key::new(format!("subtitles/{digest}"))?;
        let bytes = content.len() as u64;
        if ctx.workshop.store.head(&key).await?.is_none() {
            ctx.workshop.store.put(&key, content.into()).await?;
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        stored.push(StoredSidecar { name, language, output: Output { key, digest, bytes } });
    }
    Ok(stored)
}
