//! The contract as Rust: what `build.rs` makes of `proto/`, and its descriptor bytes. Nothing is written by hand here;
//! translating to and from the domain belongs to `grpc::convert`.

#[expect(
    missing_docs,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::default_trait_access,
    clippy::doc_lazy_continuation,
    clippy::struct_excessive_bools,
    reason = "generated from the commented .proto files"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/bonro_modules.rs"));
}

pub use generated::{bonro, google};

/// The messages, clients and servers of `bonro.v1`.
pub use generated::bonro::v1;

/// The encoded `FileDescriptorSet` of the contract and its imports with comments and options: for reflection and for the
/// rights beside each RPC.
pub const DESCRIPTOR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bonro_descriptor.bin"));
