//! The Engine API as far as a session needs it, without a client library: the attached stream has
//! to be had raw, `wait` has to be known as registered before the container starts, and nothing
//! may be negotiated that is remembered.

mod connection;
mod endpoint;
mod http;

pub use connection::{Connection, End, Halves, connect, failure};
pub use endpoint::Endpoint;
pub use http::{Answer, Client, Line, Version};
