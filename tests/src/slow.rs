//! The registry of the run behind a slow line.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use berth_testkit::ground;

/// What goes through at once, in bytes, and how long the line rests after it.
const PIECE: usize = 64 * 1024;
const REST: Duration = Duration::from_millis(20);

/// The address, `127.0.0.1:port`, of a line to the registry that carries about 3 MB a second on
/// each connection. On the registry's own line an image is here before anybody has seen it come.
/// It is there as long as the test's process.
///
/// # Panics
/// When no port is free.
#[must_use]
pub fn registry() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // The engine sees a connection that ends, and says so.
            let Ok(server) = TcpStream::connect(ground::registry()) else {
                continue;
            };
            let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) else {
                continue;
            };
            thread::spawn(move || carry(from, to, Duration::ZERO));
            thread::spawn(move || carry(server, client, REST));
        }
    });
    address.to_string()
}

/// Until one of the two ends.
fn carry(mut from: TcpStream, mut to: TcpStream, rest: Duration) {
    let mut piece = vec![0; PIECE];
    while let Ok(read @ 1..) = from.read(&mut piece) {
        if to.write_all(&piece[..read]).is_err() {
            break;
        }
        thread::sleep(rest);
    }
    let _ = to.shutdown(Shutdown::Write);
    let _ = from.shutdown(Shutdown::Read);
}
