//! One HTTP request: adds what a mirror sends to the part file, and says why no more came.

use std::io::Read;
use std::time::Duration;

use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};

use super::part::Part;
use crate::Error;

/// How long a download waits, and how often it tries again.
#[derive(Clone, Debug)]
pub struct Patience {
    /// For a connection, secured where it is https.
    pub connect: Duration,
    /// For the answer's head, and then between two of its pieces.
    pub silence: Duration,
    /// For the whole of one answer; what has arrived by then is kept, and the next attempt goes on from there.
    pub answer: Duration,
    /// Requests to one mirror for one file.
    pub attempts: u32,
    /// Before the second request to a mirror; twice that before the third, and so on.
    pub pause: Duration,
    /// Redirects to follow in one request.
    pub redirects: u32,
}

impl Default for Patience {
    /// For a slow line: 15 s to connect, 30 s of silence, 15 min per answer, 4 requests per mirror 1, 2, 3 s apart, 5 redirects.
    fn default() -> Patience {
        Patience {
            connect: Duration::from_secs(15),
            silence: Duration::from_secs(30),
            answer: Duration::from_secs(15 * 60),
            attempts: 4,
            pause: Duration::from_secs(1),
            redirects: 5,
        }
    }
}

/// Why a request did not bring the rest of the file.
#[derive(Debug)]
pub(super) enum Failure {
    /// The mirror may do better when asked again.
    Passing(String),
    /// Asking this mirror again is of no use.
    Lasting(String),
    /// The fault is on this side: no mirror can help.
    Here(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Here(error)
    }
}

/// An HTTP client of that patience. It asks for the bytes as they are stored, so that lengths and ranges mean the file's own.
pub(super) fn agent(patience: &Patience) -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(patience.redirects)
        .timeout_resolve(Some(patience.connect))
        .timeout_connect(Some(patience.connect))
        .timeout_recv_response(Some(patience.silence))
        .timeout_per_read(Some(patience.silence))
        .timeout_recv_body(Some(patience.answer))
        .user_agent(concat!("gander/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .build()
        .new_agent()
}

/// Asks `url` for what `part` lacks, and appends it. Where the mirror sends the whole file instead, the part begins anew.
/// Calls `arrived` with the bytes there are and, where the mirror says so, the bytes there will be. Never keeps more than `most` bytes.
pub(super) fn transfer(
    agent: &Agent,
    url: &str,
    part: &mut Part,
    most: u64,
    arrived: &mut dyn FnMut(u64, Option<u64>),
) -> Result<(), Failure> {
    let mut request = agent.get(url);
    if part.bytes > 0 {
        request = request.header(header::RANGE, format!("bytes={}-", part.bytes));
    }
    let mut response = request.call().map_err(|e| refusal(&e))?;
    match response.status() {
        StatusCode::PARTIAL_CONTENT if range_start(&response) == Some(part.bytes) => {}
        StatusCode::OK => part.clear()?,
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if part.bytes > 0 => {
            let had = part.bytes;
            part.clear()?;
            return Err(Failure::Passing(format!("does not go on from byte {had} (HTTP status {})", response.status().as_u16())));
        }
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => return Err(Failure::Passing(describe(status))),
        status => return Err(Failure::Lasting(describe(status))),
    }
    receive(response.body_mut(), part, most, arrived)
}

/// Appends the answer's body to `part`.
fn receive(body: &mut Body, part: &mut Part, most: u64, arrived: &mut dyn FnMut(u64, Option<u64>)) -> Result<(), Failure> {
    let total = body.content_length().map(|rest| part.bytes.saturating_add(rest));
    if let Some(total) = total.filter(|total| *total > most) {
        return Err(Failure::Lasting(format!("offers {total} bytes, at most {most} are taken")));
    }
    arrived(part.bytes, total);
    let mut reader = body.as_reader();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = reader.read(&mut buffer).map_err(|e| Failure::Passing(format!("broke off after {} bytes ({e})", part.bytes)))?;
        if read == 0 {
            return Ok(());
        }
        if part.bytes + read as u64 > most {
            part.clear()?;
            return Err(Failure::Lasting(format!("sends more than the {most} bytes that are taken")));
        }
        part.append(&buffer[..read])?;
        arrived(part.bytes, total);
    }
}

/// Where the sent range begins: the 5 of `content-range: bytes 5-9/10`.
fn range_start(response: &Response<Body>) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

fn describe(status: StatusCode) -> String {
    format!("HTTP status {} ({})", status.as_u16(), status.canonical_reason().unwrap_or("unknown"))
}

/// A request that got no answer: which of them are worth another try.
fn refusal(error: &ureq::Error) -> Failure {
    let reason = error.to_string();
    match error {
        ureq::Error::Io(_) | ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed => Failure::Passing(reason),
        _ => Failure::Lasting(reason),
    }
}
