//! Clients of others, over TLS: curl and nghttp2's get the bytes of the file, whatever they ask for and however they take it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::disallowed_methods,
    reason = "the tests ask clients as witnesses, for a file that they made"
)]

mod curl;
mod nghttp2;
mod served;
