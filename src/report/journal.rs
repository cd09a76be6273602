//! What `run.log` tells of a run: on which device it was trained in which sessions, how fast, on which data.

/// What a log tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    /// The version of gander that trained last.
    pub version: Option<String>,
    /// The sha256 of the data.
    pub checksum: Option<String>,
    /// Every start of the program, in order.
    pub sessions: Vec<Session>,
}

/// From one start of the program to its end, or to the last thing it wrote down.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// The device, in words.
    pub device: String,
    /// The iteration it began at.
    pub first: u64,
    /// The iteration it came to.
    pub last: u64,
    /// Seconds between the two.
    pub seconds: f64,
}

impl Session {
    /// Iterations per second, where it trained for a measurable time.
    pub fn rate(&self) -> Option<f64> {
        let trained = self.last.saturating_sub(self.first);
        (trained > 0 && self.seconds > 0.0).then(|| trained as f64 / self.seconds)
    }
}

impl Journal {
    /// Reads a log, or as much of it as there is. Lines that tell nothing are passed over.
    pub fn parse(text: &str) -> Journal {
        let mut journal = Journal::default();
        for (seconds, line) in text.lines().filter_map(stamped) {
            journal.read(seconds, line);
        }
        journal
    }

    fn read(&mut self, seconds: f64, line: &str) {
        if let Some(device) = line.strip_prefix("training on ") {
            self.sessions.push(Session { device: device.into(), ..Session::default() });
        }
        if let Some(version) = line.strip_prefix("gander ").and_then(|rest| rest.split(',').next()) {
            self.version = Some(version.into());
            self.checksum = line.split_once("data sha256 ").map(|(_, checksum)| checksum.trim().into());
        }
        let Some(session) = self.sessions.last_mut() else { return };
        if let Some(iteration) = number_after(line, "goes on at iteration ") {
            (session.first, session.last) = (iteration, iteration);
        }
        let written = ["wrote the sheet of iteration ", "saved the checkpoint of iteration "];
        if let Some(iteration) = written.iter().find_map(|begin| number_after(line, begin)) {
            (session.last, session.seconds) = (iteration, seconds);
        }
        if let Some((trained, took)) =
            line.split_once(" iterations in ").and_then(|(trained, rest)| Some((trained.parse::<u64>().ok()?, rest.split_once(" s,")?.0)))
            && let Ok(took) = took.parse()
        {
            (session.last, session.seconds) = (session.first.saturating_add(trained), took);
        }
    }
}

/// The seconds and the text of a line like `[    49.90 s] wrote the sheet of iteration 1000`.
fn stamped(line: &str) -> Option<(f64, &str)> {
    let (seconds, text) = line.strip_prefix('[')?.split_once(" s] ")?;
    Some((seconds.trim().parse().ok().filter(|seconds: &f64| seconds.is_finite())?, text))
}

fn number_after(line: &str, begin: &str) -> Option<u64> {
    line.strip_prefix(begin)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
[     0.00 s] training on host twin (f32, 2 threads)
[     0.03 s] gander 0.1.0, seed 1, 71 dispatches per iteration, data sha256 5b92
[    49.90 s] wrote the sheet of iteration 1000
[    50.00 s] saved the checkpoint of iteration 1000
nonsense [ s] and \u{1b}[31m
[     0.00 s] training on llvmpipe
[     0.01 s] goes on at iteration 1000
[    20.01 s] wrote the sheet of iteration 1200
[    20.02 s] 200 iterations in 20.0 s, 100.00 ms each; see runs/x
";

    #[test]
    fn sessions_have_their_devices_and_their_pace() {
        let journal = Journal::parse(LOG);
        assert_eq!((journal.version.as_deref(), journal.checksum.as_deref()), (Some("0.1.0"), Some("5b92")));
        let [first, second] = &journal.sessions[..] else { panic!("two sessions: {journal:?}") };
        assert_eq!(*first, Session { device: "host twin (f32, 2 threads)".into(), first: 0, last: 1000, seconds: 50.0 });
        assert_eq!(*second, Session { device: "llvmpipe".into(), first: 1000, last: 1200, seconds: 20.0 });
        assert_eq!((first.rate(), second.rate()), (Some(20.0), Some(10.0)));
    }

    #[test]
    fn any_cut_of_a_log_can_be_read() {
        for at in (0..LOG.len()).filter(|at| LOG.is_char_boundary(*at)) {
            for session in Journal::parse(&LOG[..at]).sessions.iter().chain(&Journal::parse(&LOG[at..]).sessions) {
                assert!(session.rate().is_none_or(|rate| rate > 0.0 && rate.is_finite()));
            }
        }
        assert_eq!(Journal::parse("[1 s] 99999999999999999999 iterations in 1 s, x"), Journal::default());
    }
}
