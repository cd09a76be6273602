//! What went wrong on a device, remembered until somebody asks.

use crate::error::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use wgpu::{PollError, PollStatus, PollType};

/// How long a device that refused something may take for what it has begun.
const DYING: Duration = Duration::from_secs(10);

/// The first fault of a device: an error outside any call that could return it, or the loss of the device, which outweighs any other.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    device: wgpu::Device,
    first: First,
}

/// What the device's callbacks hold: not the device, which would never be closed then.
#[derive(Clone, Debug, Default)]
struct First(Arc<Mutex<Option<Kind>>>);

#[derive(Clone, Debug)]
enum Kind {
    /// A call was refused.
    Failed(String),
    /// Nothing that the device holds can be had any more.
    Lost(String),
    /// It does not answer, and may not even let itself be closed.
    Hangs(String),
}

impl Fault {
    /// Listens to a device.
    pub fn watch(device: &wgpu::Device) -> Fault {
        let first = First::default();
        let (uncaptured, lost) = (first.clone(), first.clone());
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| uncaptured.set(Kind::Failed(error.to_string()))));
        device.set_device_lost_callback(move |reason, message| {
            let separator = if message.is_empty() { "" } else { ": " };
            lost.set(Kind::Lost(format!("the device was lost ({reason:?}{separator}{message})")));
        });
        Fault { device: device.clone(), first }
    }

    /// Lets the device's callbacks come in, waiting for what `how` says.
    /// # Errors
    /// if that has not come in time.
    pub fn poll(&self, how: PollType) -> std::result::Result<PollStatus, PollError> {
        // wgpu panics where a driver reports the loss of its device, which is no mistake of ours. (Never build with `panic = "abort"`.)
        catch_unwind(AssertUnwindSafe(|| self.device.poll(how))).unwrap_or_else(|_| {
            self.first.set(Kind::Lost("the device was lost while it was waited for".into()));
            Ok(PollStatus::QueueEmpty)
        })
    }

    /// Takes note that the device does not answer, in words.
    pub fn hang(&self, how: String) {
        self.first.set(Kind::Hangs(how));
    }

    /// Whether the device does not answer.
    pub fn hangs(&self) -> bool {
        matches!(*self.first.lock(), Some(Kind::Hangs(_)))
    }

    /// The fault, if there was one.
    pub fn check(&self) -> Result<()> {
        if matches!(*self.first.lock(), Some(Kind::Failed(_))) {
            // What is refused may be refused because the device is gone, which is told when the last of its work is done. Here, where nothing goes on anyway, that
            // is waited for.
            drop(self.poll(PollType::Wait { submission_index: None, timeout: Some(DYING) }));
        }
        match &*self.first.lock() {
            Some(Kind::Failed(message)) => {
                Err(Error::Device(format!("the device failed: {message}; resume from the last checkpoint, or use --adapter host")))
            }
            Some(Kind::Lost(message) | Kind::Hangs(message)) => Err(Error::Lost(message.clone())),
            None => Ok(()),
        }
    }
}

impl First {
    fn set(&self, kind: Kind) {
        let mut fault = self.lock();
        if matches!((&*fault, &kind), (None, _) | (Some(Kind::Failed(_)), Kind::Lost(_) | Kind::Hangs(_))) {
            *fault = Some(kind);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Kind>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
