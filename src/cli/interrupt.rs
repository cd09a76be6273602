//! Signals that ask a training to stop: the first lets the submission under way end and the run be saved, the second ends the process at once.
//!
//! SIGINT (Ctrl-C), SIGTERM, and where there is one SIGHUP (the terminal was closed), each with the exit code that shells give it, 128 + its number.
//! While nothing is trained, there is nothing to save, and the first ends the process as well.

use crate::error::{Error, Result};
use signal_hook::{consts, flag};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[cfg(unix)]
const SIGNALS: [i32; 3] = [consts::SIGINT, consts::SIGTERM, consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: [i32; 2] = [consts::SIGINT, consts::SIGTERM];

/// Whether the user has asked to stop.
#[derive(Clone, Debug)]
pub(super) struct Interrupt {
    /// The exit code of the signal that came; 0 for none.
    code: Arc<AtomicUsize>,
    /// The next signal ends the process.
    at_once: Arc<AtomicBool>,
    /// How many have something to save.
    held: Arc<AtomicUsize>,
}

/// While one of these lives, the first signal only asks.
pub(super) struct Held(Interrupt);

impl Drop for Held {
    fn drop(&mut self) {
        if self.0.held.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.at_once.store(true, Ordering::SeqCst);
        }
    }
}

impl Interrupt {
    /// Listens for all of them but those that whoever started us turned off, as `nohup` does with SIGHUP.
    /// # Errors
    /// if the operating system does not let us.
    pub fn listen() -> Result<Interrupt> {
        let interrupt = Interrupt { code: Arc::default(), at_once: Arc::new(AtomicBool::new(true)), held: Arc::default() };
        let refused = |error| Error::Device(format!("cannot listen for signals: {error}"));
        SIGNALS.into_iter().filter(|signal| !ignored(*signal)).try_for_each(|signal| interrupt.register(signal)).map_err(refused)?;
        Ok(interrupt)
    }

    /// What happens at a signal, in this order.
    fn register(&self, signal: i32) -> std::io::Result<()> {
        let code = 128 + signal;
        flag::register_conditional_shutdown(signal, code, self.at_once.clone())?;
        flag::register_usize(signal, self.code.clone(), code as usize)?;
        flag::register(signal, self.at_once.clone()).map(drop)
    }

    /// From here on there is something to save.
    pub fn hold(&self) -> Held {
        if self.held.fetch_add(1, Ordering::SeqCst) == 0 {
            self.at_once.store(false, Ordering::SeqCst);
        }
        Held(self.clone())
    }

    /// The exit code to stop with, once it is time to stop.
    pub fn asked(&self) -> Option<u8> {
        // Signals have numbers below 65.
        Some(self.code.load(Ordering::SeqCst) as u8).filter(|code| *code > 0)
    }
}

/// Lets a file that grows beyond `ulimit -f` be an error of whoever writes it; the signal for it would end the process.
/// # Errors
/// if the operating system does not let us.
pub(super) fn outlive_large_files() -> Result<()> {
    #[cfg(unix)]
    flag::register(consts::SIGXFSZ, Arc::default()).map_err(|error| Error::Device(format!("cannot listen for signals: {error}")))?;
    Ok(())
}

/// Whether a signal was turned off before we were started.
#[cfg(target_os = "linux")]
fn ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Whether a signal was turned off before we were started: elsewhere that cannot be asked in safe Rust, but `nohup` also turns the terminal away.
#[cfg(all(unix, not(target_os = "linux")))]
fn ignored(signal: i32) -> bool {
    signal == consts::SIGHUP && !std::io::IsTerminal::is_terminal(&std::io::stderr())
}

/// Windows turns none off.
#[cfg(not(unix))]
fn ignored(_: i32) -> bool {
    false
}
