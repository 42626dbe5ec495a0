//! The local server: a folder, the headers a good host sends, and nothing else. What is answered
//! lives in `answer`, which headers go along in `headers`; here are sockets and threads.

mod answer;
mod headers;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use tiny_http::{Header, Request, Response, Server};

use self::answer::{Answer, Asked, Shelf};

/// How many requests each address answers at the same time.
const THREADS: usize = 4;

/// Sockets that are held, so that a taken port is noticed before anything is built.
pub struct Place {
    host: String,
    listeners: Vec<TcpListener>,
    port: u16,
}

impl Place {
    /// Takes a port on every address of `host`. Port 0 takes any free one.
    ///
    /// # Errors
    /// When the host is unknown or the port is taken.
    pub fn take(host: &str, port: u16) -> Result<Self> {
        let addresses: Vec<SocketAddr> = (host, port)
            .to_socket_addrs()
            .with_context(|| format!("the host name {host} is unknown here"))?
            .collect();
        let mut listeners = Vec::new();
        let mut chosen = port;
        for mut address in addresses {
            address.set_port(chosen);
            match TcpListener::bind(address) {
                Ok(listener) => {
                    chosen = listener.local_addr().context("the socket has no address")?.port();
                    listeners.push(listener);
                }
                // A name may stand for an address that this machine does not have, such as ::1.
                Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {}
                Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
                    "port {chosen} on {host} is taken by another program. Stop it, or choose \
                     another port with --port"
                ),
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot listen on {address}"));
                }
            }
        }
        ensure!(!listeners.is_empty(), "{host} is no address of this machine");
        Ok(Self { host: host.to_owned(), listeners, port: chosen })
    }

    /// Serves `folder` under `under` ("/" or "/some/path/") and returns once it answers.
    ///
    /// # Errors
    /// When the server cannot be started or does not answer.
    pub fn serve(self, folder: PathBuf, under: &str) -> Result<Running> {
        ensure!(
            under.starts_with('/') && under.ends_with('/'),
            "--under must start and end with a slash, such as /shelf/headstart/"
        );
        let shelf = Arc::new(Shelf::new(folder, under));
        let address = format!("http://{}:{}{under}", self.host, self.port);
        let mut threads = Vec::new();
        let mut local = None;
        for listener in self.listeners {
            local = local.or(listener.local_addr().ok());
            let server = Server::from_listener(listener, None)
                .map_err(|error| anyhow!("the server cannot start: {error}"))?;
            let server = Arc::new(server);
            for _ in 0..THREADS {
                let (server, shelf) = (Arc::clone(&server), Arc::clone(&shelf));
                threads.push(thread::spawn(move || {
                    for request in server.incoming_requests() {
                        respond(request, &shelf);
                    }
                }));
            }
        }
        let local = local.context("the server has no address")?;
        check_answer(local, under).with_context(|| format!("{address} does not answer"))?;
        Ok(Running { address, threads })
    }
}

/// A server that answers.
pub struct Running {
    address: String,
    threads: Vec<JoinHandle<()>>,
}

impl Running {
    /// Where a browser finds the site.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Serves until the process is ended.
    ///
    /// # Errors
    /// When a thread of the server panicked.
    pub fn wait(self) -> Result<()> {
        for thread in self.threads {
            thread.join().map_err(|_| anyhow!("the server broke down; start it again"))?;
        }
        Ok(())
    }
}

fn respond(request: Request, shelf: &Shelf) {
    let header = |name: &'static str| {
        let found = request.headers().iter().find(|header| header.field.equiv(name));
        found.map(|header| header.value.as_str())
    };
    let answer = shelf.answer(&Asked {
        method: request.method().as_str(),
        url: request.url(),
        accepted_encodings: header("Accept-Encoding").unwrap_or_default(),
        known_tag: header("If-None-Match").unwrap_or_default(),
    });
    // The browser may have gone away meanwhile, which is its right.
    let _ = request.respond(response(answer));
}

fn response(answer: Answer) -> Response<std::io::Cursor<Vec<u8>>> {
    let mut response = Response::from_data(answer.body)
        .with_status_code(answer.status)
        .with_chunked_threshold(usize::MAX);
    for (name, value) in answer.headers {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    response
}

/// Asks our own server for the page, as a browser will.
fn check_answer(address: SocketAddr, under: &str) -> Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET {under} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    ensure!(&start == b"HTTP/1.1 200", "it said {}", String::from_utf8_lossy(&start));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_site_answers_under_its_path_once_serve_returns() -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("index.html"), "<!doctype html>")?;
        let place = Place::take("127.0.0.1", 0)?;
        let port = place.port;
        let running = place.serve(folder.path().to_path_buf(), "/shelf/headstart/")?;
        assert_eq!(running.address(), format!("http://127.0.0.1:{port}/shelf/headstart/"));
        Ok(())
    }

    #[test]
    fn a_taken_port_is_named_with_a_way_out() -> Result<()> {
        let first = Place::take("127.0.0.1", 0)?;
        let error = Place::take("127.0.0.1", first.port).err();
        let message = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(
            message.contains(&first.port.to_string()) && message.contains("--port"),
            "{message}"
        );
        Ok(())
    }

    #[test]
    fn a_folder_without_a_page_is_not_announced() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let place = Place::take("127.0.0.1", 0)?;
        assert!(place.serve(folder.path().to_path_buf(), "/").is_err());
        Ok(())
    }
}
