//! The mirror that the tests download from: an HTTP server on 127.0.0.1 that misbehaves as told.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What a mirror does with one request for a file.
#[derive(Clone, Copy)]
pub enum Answer {
    /// Sends what was asked for, ranges too.
    Serve,
    /// Sends the whole file, range or not.
    ServeWhole,
    /// Promises what was asked for, and closes the connection after so many bytes of it.
    CutAfter(usize),
    /// Sends what was asked for, its last byte changed.
    Corrupt,
    /// Sends the whole file, but says that it has so many bytes.
    SayLength(u64),
    /// Sends bytes without saying how many, until the client hangs up.
    Endless,
    /// Sends the client to `/elsewhere/…`, and from there to `/elsewhere/…` again.
    RedirectForever,
    /// Sends the client to `/elsewhere/…`, and serves the file there.
    RedirectOnce,
    /// Answers with this status and a page of text.
    Status(u16),
    /// Takes the request and says nothing.
    Silence,
}

/// A request as a mirror saw it: its path, and where its range began.
pub type Seen = (String, Option<usize>);

/// An HTTP server on a port of its own, which stops when it is dropped.
pub struct Mirror {
    address: SocketAddr,
    pub seen: Arc<Mutex<Vec<Seen>>>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Mirror {
    /// Serves `content` under every path. The requests get these answers in turn, and the last of them for ever after.
    pub fn new(content: &[u8], answers: &[Answer]) -> Mirror {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, stopping) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (content, answers, log, stop) = (content.to_vec(), answers.to_vec(), seen.clone(), stopping.clone());
        let serve = move || {
            for connection in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                // A client that hangs up in the middle is part of the game.
                let _ = answer(connection.unwrap(), &content, &answers, &log, &stop);
            }
        };
        Mirror { address, seen, stopping, thread: Some(std::thread::spawn(serve)) }
    }

    pub fn url(&self) -> String {
        format!("http://{}/sets", self.address)
    }

    /// Where the range of each request began.
    pub fn ranges(&self) -> Vec<Option<usize>> {
        self.seen.lock().unwrap().iter().map(|(_, range)| *range).collect()
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().unwrap().join();
    }
}

fn answer(mut socket: TcpStream, content: &[u8], answers: &[Answer], log: &Mutex<Vec<Seen>>, stop: &AtomicBool) -> std::io::Result<()> {
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    socket.set_write_timeout(Some(Duration::from_secs(5)))?;
    let (mut path, mut range) = (String::new(), None);
    for line in BufReader::new(socket.try_clone()?).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        } else if path.is_empty() {
            path = line.split(' ').nth(1).unwrap_or("").to_string();
        } else if let Some(from) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            range = from.trim_end_matches('-').parse::<usize>().ok();
        }
    }
    let mut seen = log.lock().unwrap();
    let answer = answers[seen.len().min(answers.len() - 1)];
    seen.push((path.clone(), range));
    drop(seen);

    let redirect = "HTTP/1.1 302 Found\r\nlocation: /elsewhere/file\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    match answer {
        Answer::Serve => send(&mut socket, content, range, usize::MAX),
        Answer::ServeWhole => send(&mut socket, content, None, usize::MAX),
        Answer::CutAfter(bytes) => send(&mut socket, content, range, bytes),
        Answer::Corrupt => {
            let mut corrupt = content.to_vec();
            *corrupt.last_mut().unwrap() ^= 1;
            send(&mut socket, &corrupt, range, usize::MAX)
        }
        Answer::SayLength(length) => {
            write!(socket, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n")?;
            socket.write_all(content)
        }
        Answer::Endless => {
            write!(socket, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
            // 64 MiB stand for eternity.
            (0..1024).try_for_each(|_| socket.write_all(&[7; 1 << 16]))
        }
        Answer::RedirectForever => socket.write_all(redirect.as_bytes()),
        Answer::RedirectOnce if path.starts_with("/elsewhere") => send(&mut socket, content, range, usize::MAX),
        Answer::RedirectOnce => socket.write_all(redirect.as_bytes()),
        Answer::Status(status) => {
            write!(socket, "HTTP/1.1 {status} Sorry\r\ncontent-length: 5\r\nconnection: close\r\n\r\nsorry")
        }
        Answer::Silence => {
            let begun = Instant::now();
            while !stop.load(Ordering::SeqCst) && begun.elapsed() < Duration::from_secs(5) {
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok(())
        }
    }
}

/// Sends `content` from where the range begins, but no more than `most` bytes of it, whatever the head says.
fn send(socket: &mut TcpStream, content: &[u8], range: Option<usize>, most: usize) -> std::io::Result<()> {
    let from = range.unwrap_or(0);
    if from >= content.len() {
        return socket.write_all(b"HTTP/1.1 416 Range Not Satisfiable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }
    let rest = &content[from..];
    match range {
        None => write!(socket, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", rest.len())?,
        Some(_) => {
            write!(socket, "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes {from}-{}/{}\r\n", content.len() - 1, content.len())?;
            write!(socket, "content-length: {}\r\nconnection: close\r\n\r\n", rest.len())?;
        }
    }
    socket.write_all(&rest[..rest.len().min(most)])
}
