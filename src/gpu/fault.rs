//! What went wrong on a device, remembered until somebody asks.

use crate::error::{Error, Result};
use std::sync::{Arc, Mutex, PoisonError};

/// The first fault of a device: an error outside any call that could return it, or the loss of the device.
#[derive(Clone, Debug, Default)]
pub(super) struct Fault(Arc<Mutex<Option<String>>>);

impl Fault {
    /// Listens to a device.
    pub fn watch(device: &wgpu::Device) -> Fault {
        let fault = Fault::default();
        let (uncaptured, lost) = (fault.clone(), fault.clone());
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| uncaptured.set(error.to_string())));
        device.set_device_lost_callback(move |reason, message| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                lost.set(format!("the device was lost: {message}"));
            }
        });
        fault
    }

    /// The fault, if there was one.
    pub fn check(&self) -> Result<()> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(message) => {
                Err(Error::Device(format!("the device failed: {message}; resume from the last checkpoint, or use --adapter host")))
            }
            None => Ok(()),
        }
    }

    fn set(&self, message: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(message);
    }
}
