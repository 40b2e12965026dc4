//! How long a response may be kept (RFC 9111, RFC 8246).

/// What a response holds, as far as its lifetime depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Bytes at a path that never has others.
    Immutable,
    /// Such bytes, for who has a token alone.
    Guarded,
    /// Something that has the same path when it changes: keep it, but ask before each use.
    Changing,
    /// Word that there is nothing: soon there may be, and until then a crowd must not reach the store.
    Absent,
    /// What holds for this moment or this viewer alone.
    Passing,
}

/// The value of `Cache-Control` for a response that holds `content`.
pub fn cache_control(content: Content) -> &'static str {
    match content {
        // A year stands for ever, as in the examples of RFC 8246 section 2.
        Content::Immutable => "public, max-age=31536000, immutable",
        Content::Guarded => "private, max-age=31536000, immutable",
        Content::Changing => "no-cache",
        Content::Absent => "public, max-age=5",
        Content::Passing => "no-store",
    }
}
