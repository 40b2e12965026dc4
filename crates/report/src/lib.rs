//! The preparation report as HTML and SVG.
