//! The jobs: one file a stage. Each fetches, asks the room of the same name, runs steps, hands on.

pub mod ingest;
pub mod analyse;
pub mod ladder;
pub mod encode;
pub mod assemble;
pub mod quality;
pub mod package;
pub mod publish;
pub mod check;
pub mod aside;
pub mod sidecar;
pub mod markers;
pub mod picture;
pub mod track;
pub mod protect;

pub use analyse::Analyse;
pub use assemble::Assemble;
pub use encode::Encode;
pub use ingest::Ingest;
pub use ladder::Ladder;
pub use package::Package;
pub use publish::Publish;
pub use quality::Quality;
