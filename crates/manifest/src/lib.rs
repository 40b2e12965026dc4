//! Manifests: HLS, DASH, thumbnails.
