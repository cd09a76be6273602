//! Memory that a driver may refuse although it should be there: that is caught where it is asked for, so that the device lives on.
//!
//! Whether a game fits is found before anything is allocated; here is what happens when the driver sees it otherwise.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use wgpu::ErrorFilter;

/// Makes a buffer or a texture. None if the driver has no memory for it.
pub(super) fn granted<T>(device: &wgpu::Device, make: impl FnOnce(&wgpu::Device) -> T) -> Option<T> {
    if cfg!(target_family = "wasm") {
        // A browser answers later: to the handler of all errors, as long as no scope is in the way.
        return Some(make(device));
    }
    let scope = device.push_error_scope(ErrorFilter::OutOfMemory);
    let made = make(device);
    match pin!(scope.pop()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Some(_)) => None,
        Poll::Ready(None) | Poll::Pending => Some(made),
    }
}
