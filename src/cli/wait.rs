//! Waiting for a device: the library never blocks, the command line does.

use crate::gpu::Waiter;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Runs a future to its end. Whenever it is not ready, the GPU's oldest submission is waited for; the host device is always ready.
pub fn wait<F: Future>(waiter: Option<&Waiter>, future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        match waiter {
            Some(waiter) => waiter.wait(),
            None => std::thread::yield_now(),
        }
    }
}
