//! A file server for one folder, for this machine only: GET and HEAD, one
//! request per connection, the security headers of a real host.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::{mime, strict};

/// The longest request head that is read, in bytes.
const LONGEST_HEAD: u64 = 16_384;

/// A server that has its port and answers once it runs.
pub(crate) struct Server {
    listener: TcpListener,
    folder: Arc<PathBuf>,
}

impl Server {
    /// Takes the port on the loopback address.
    pub(crate) fn bind(port: u16, folder: &Path) -> Outcome<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
            Failure::new(match error.kind() {
                std::io::ErrorKind::AddrInUse => format!(
                    "port {port} is in use: stop what runs there, or choose another with --port {}",
                    port.checked_add(1).unwrap_or(8080)
                ),
                _ => format!("cannot listen on 127.0.0.1:{port}: {error}"),
            })
        })?;
        Ok(Self {
            listener,
            folder: Arc::new(folder.to_path_buf()),
        })
    }

    /// Answers requests for ever, each on a thread of its own.
    pub(crate) fn run(&self) {
        for stream in self.listener.incoming().flatten() {
            let folder = Arc::clone(&self.folder);
            std::thread::spawn(move || {
                // A browser that hangs up early is no event here.
                let _ = serve(&stream, &folder);
            });
        }
    }
}

fn serve(mut stream: &TcpStream, folder: &Path) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut head = BufReader::new(stream.take(LONGEST_HEAD)).lines();
    let request = head.next().transpose()?.unwrap_or_default();
    for line in head {
        if line?.is_empty() {
            break;
        }
    }
    stream.write_all(&Answer::to(&request, folder).bytes())?;
    stream.flush()
}

/// One response.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: &'static str,
    kind: &'static str,
    length: usize,
    body: Vec<u8>,
}

impl Answer {
    /// Answers a request line such as `GET /index.html HTTP/1.1`.
    fn to(request: &str, folder: &Path) -> Self {
        let mut words = request.split(' ');
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        if !matches!(method, "GET" | "HEAD") {
            return Self::text("405 Method Not Allowed", "only GET and HEAD are answered\n");
        }
        let Some(path) = resolve(target, folder) else {
            return Self::text("400 Bad Request", "this path is refused\n");
        };
        let Ok(body) = std::fs::read(&path) else {
            return Self::text("404 Not Found", "there is no such file\n");
        };
        let length = body.len();
        Self {
            status: "200 OK",
            kind: mime::of(&path),
            length,
            body: if method == "HEAD" { Vec::new() } else { body },
        }
    }

    fn text(status: &'static str, body: &str) -> Self {
        Self {
            status,
            kind: "text/plain; charset=utf-8",
            length: body.len(),
            body: body.as_bytes().to_vec(),
        }
    }

    /// `Access-Control-Allow-Origin` lets the page run in a sandboxed frame,
    /// whose own files are another origin's to it.
    fn bytes(&self) -> Vec<u8> {
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\
             Content-Security-Policy: {}\r\nX-Content-Type-Options: nosniff\r\n\
             Referrer-Policy: no-referrer\r\nAccess-Control-Allow-Origin: *\r\n\
             Cache-Control: no-cache\r\nConnection: close\r\n\r\n",
            self.status,
            self.kind,
            self.length,
            strict::POLICY
        );
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// The file that a request means; `None` where it would leave the folder.
fn resolve(target: &str, folder: &Path) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?;
    let path = decode(path.strip_prefix('/')?)?;
    if path.contains(['\\', '\0', ':']) {
        return None;
    }
    let path = if path.is_empty() || path.ends_with('/') {
        path + "index.html"
    } else {
        path
    };
    let relative = Path::new(&path);
    relative
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
        .then(|| folder.join(relative))
}

/// Undoes percent-encoding.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(target: &str) -> Option<PathBuf> {
        resolve(target, Path::new("/srv"))
    }

    #[test]
    fn a_folder_means_its_index() {
        assert_eq!(resolved("/"), Some(PathBuf::from("/srv/index.html")));
        assert_eq!(
            resolved("/?server=saiki&url=ws://h/../x"),
            Some(PathBuf::from("/srv/index.html"))
        );
    }

    #[test]
    fn a_name_may_be_encoded() {
        assert_eq!(resolved("/a%20b.css"), Some(PathBuf::from("/srv/a b.css")));
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        for target in [
            "/../secret",
            "/a/../../secret",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "//etc/passwd",
            "/%2fetc/passwd",
            "/..\\secret",
            "/C:/secret",
            "/a%00b",
            "/%zz",
            "secret",
            "",
        ] {
            assert_eq!(resolved(target), None, "{target}");
        }
    }

    #[test]
    fn an_answer_carries_the_security_headers() {
        let answer = Answer::to(
            "GET /csp.txt HTTP/1.1",
            Path::new(env!("CARGO_MANIFEST_DIR")),
        );
        let text = String::from_utf8(answer.bytes()).expect("text");
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"));
        assert!(text.contains(&format!("Content-Security-Policy: {}\r\n", strict::POLICY)));
        assert!(text.contains("X-Content-Type-Options: nosniff\r\n"));
        assert!(text.ends_with(strict::POLICY));
    }

    #[test]
    fn head_has_the_length_and_no_body() {
        let answer = Answer::to(
            "HEAD /csp.txt HTTP/1.1",
            Path::new(env!("CARGO_MANIFEST_DIR")),
        );
        assert_eq!(answer.length, strict::POLICY.len());
        assert!(answer.body.is_empty());
    }

    #[test]
    fn other_methods_and_missing_files_are_refused() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(
            Answer::to("POST / HTTP/1.1", folder).status,
            "405 Method Not Allowed"
        );
        assert_eq!(
            Answer::to("GET /none HTTP/1.1", folder).status,
            "404 Not Found"
        );
        assert_eq!(Answer::to("", folder).status, "405 Method Not Allowed");
    }

    #[test]
    fn a_taken_port_names_the_next_one() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = taken.local_addr().expect("an address").port();
        let failure = Server::bind(port, Path::new(".")).err().expect("taken");
        assert!(failure.to_string().contains("is in use"));
    }
}
