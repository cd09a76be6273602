//! Ctrl-C: the first asks to stop after the submission under way, the second stops at once.

use crate::error::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of an interrupted run: 128 + SIGINT.
pub(super) const INTERRUPTED: u8 = 130;

/// Whether the user has asked to stop.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens for Ctrl-C, and for the signals that end a process kindly.
    /// # Errors
    /// if the operating system does not let us.
    pub fn listen() -> Result<Interrupt> {
        let interrupt = Interrupt::default();
        let flag = interrupt.clone();
        let refused = |error| Error::Device(format!("cannot listen for Ctrl-C: {error}"));
        ctrlc::set_handler(move || {
            if flag.0.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(INTERRUPTED));
            }
        })
        .map_err(refused)?;
        Ok(interrupt)
    }

    /// Whether it is time to stop.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
