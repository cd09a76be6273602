//! Readback without stalling: tensors are copied out behind a submission and mapped when it is done.

use crate::error::{Error, Result};
use crate::gpu::fault::Fault;
use futures_intrusive::channel::shared::oneshot_channel;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::ops::Range;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// How long a submission may take before the device counts as hung. Submissions are kept to a tenth of a second where that is possible, and drivers give
/// up after 2 to 10 s where they watch at all; a large game on a software adapter has kernels of many seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits, for those who may block.
#[derive(Clone, Debug)]
pub struct Waiter {
    submissions: Submissions,
    fault: Fault,
}

/// Submissions that nobody has waited for, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Submissions(Arc<Mutex<VecDeque<wgpu::SubmissionIndex>>>);

impl Submissions {
    /// Takes note of a submission.
    pub fn push(&self, index: wgpu::SubmissionIndex) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(index);
    }

    fn pop(&self) -> Option<wgpu::SubmissionIndex> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl Waiter {
    pub(super) fn new(submissions: &Submissions, fault: &Fault) -> Waiter {
        Waiter { submissions: submissions.clone(), fault: fault.clone() }
    }

    /// Blocks until the oldest submission is done, and lets its readbacks come in. A failure shows in the readback: so does a submission that is not done
    /// within two minutes.
    pub fn wait(&self) {
        let poll = wgpu::PollType::Wait { submission_index: self.submissions.pop(), timeout: Some(PATIENCE) };
        // Any other refusal leaves the readback pending; the next call polls again.
        if let Err(wgpu::PollError::Timeout) = self.fault.poll(poll) {
            self.fault.hang(format!("the device hangs: a submission is not done after {} s", PATIENCE.as_secs()));
        }
    }
}

/// Staging buffers, to be used again and again.
#[derive(Clone, Debug, Default)]
pub(super) struct Staging(Arc<Mutex<Pool>>);

#[derive(Debug, Default)]
struct Pool {
    free: Vec<wgpu::Buffer>,
    bytes: u64,
}

impl Staging {
    /// A buffer of exactly this size.
    pub fn take(&self, device: &wgpu::Device, size: u64) -> wgpu::Buffer {
        let mut pool = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = pool.free.iter().position(|buffer| buffer.size() == size) {
            return pool.free.swap_remove(at);
        }
        pool.bytes += size;
        device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("staging"),
            size,
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        })
    }

    /// Bytes of all buffers that were ever made: none is given up.
    pub fn bytes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    fn give_back(&self, buffer: wgpu::Buffer) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).free.push(buffer);
    }
}

/// Maps a staging buffer once the device has filled it, and copies the parts out.
pub(super) fn map(
    staging: wgpu::Buffer,
    parts: Vec<Range<usize>>,
    pool: Staging,
    fault: Fault,
) -> impl Future<Output = Result<Vec<Vec<u8>>>> {
    let (sender, receiver) = oneshot_channel();
    staging.map_async(wgpu::MapMode::Read, .., move |result| {
        // Nobody listens any more: nothing to do.
        drop(sender.send(result));
    });
    async move {
        let mut answer = pin!(receiver.receive());
        let mapped = poll_fn(|context| match fault.check() {
            // A device that is gone may never answer.
            Err(error) => Poll::Ready(Err(error)),
            Ok(()) => answer.as_mut().poll(context).map(Ok),
        });
        let mapped = mapped.await?;
        fault.check()?;
        // The device may be gone before anybody has been told: a refusal is often the first sign.
        let failed = |what: String| Error::Lost(format!("the device can no longer be read: {what}"));
        mapped.ok_or_else(|| failed("it never answered".into()))?.map_err(|error| failed(error.to_string()))?;
        let view = staging.get_mapped_range(..).map_err(|error| failed(error.to_string()))?;
        let bytes = parts.into_iter().map(|part| view[part].to_vec()).collect();
        drop(view);
        staging.unmap();
        pool.give_back(staging);
        Ok(bytes)
    }
}
