//! Starting a registered command as a client would, over the official MCP SDK.

mod bridged;
mod lines;
mod session;
mod start;

pub use start::RmcpStarter;
