//! The built-in entry of kaiten, each of its variants from the catalog to working tools and back,
//! over a source folder of the real project's shape.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

mod container;
mod python;
