//! Readback without stalling: tensors are copied out behind a submission and mapped when it is done.

use crate::error::{Error, Result};
use crate::gpu::fault::Fault;
use crate::gpu::replicas::Turn;
use futures_intrusive::channel::shared::oneshot_channel;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::ops::Range;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

/// How long a submission may take before the device counts as hung. Submissions are kept to a tenth of a second where that is possible, and drivers give
/// up after 2 to 10 s where they watch at all; a large game on a software adapter has kernels of many seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits, for those who may block.
#[derive(Clone, Debug)]
pub struct Waiter {
    submissions: Submissions,
    fault: Fault,
    patience: Duration,
    /// Of a game that shares its device with others.
    turn: Option<Turn>,
}

/// Steps of a plan that were submitted together.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The plan.
    pub plan: usize,
    /// The steps.
    pub steps: Range<usize>,
    /// How many steps the plan had: they are numbered anew when one is divided.
    pub of: usize,
}

/// Submissions that nobody has waited for, oldest first, and how long others took.
#[derive(Clone, Debug, Default)]
pub(super) struct Submissions(Arc<Mutex<Ledger>>);

#[derive(Debug, Default)]
struct Ledger {
    /// With the number of each.
    waiting: VecDeque<(u64, wgpu::SubmissionIndex)>,
    /// Submissions in all.
    count: u64,
    /// When the last was done.
    done: Option<Instant>,
    took: Vec<(Piece, Duration)>,
}

impl Submissions {
    /// Submits commands, and takes note of it. A piece is timed: from when it was submitted, or the one before it was done, until somebody finds it done, at
    /// the latest whoever submits the next. (Some drivers in software let that one wait.)
    pub fn submit(&self, queue: &wgpu::Queue, commands: wgpu::CommandBuffer, piece: Option<Piece>) {
        if cfg!(target_family = "wasm") {
            // A browser has no such clock, and nobody waits there.
            queue.submit([commands]);
            return;
        }
        let begin = Instant::now();
        let index = queue.submit([commands]);
        let number = self.waiting(index);
        let submissions = self.clone();
        queue.on_submitted_work_done(move || submissions.done(number, piece, begin));
    }

    /// Lets a submission be waited for. Returns its number.
    fn waiting(&self, index: wgpu::SubmissionIndex) -> u64 {
        let mut ledger = self.lock();
        ledger.count += 1;
        let number = ledger.count;
        ledger.waiting.push_back((number, index));
        number
    }

    /// The pieces that have been timed since the last time.
    pub fn timed(&self) -> Vec<(Piece, Duration)> {
        std::mem::take(&mut self.lock().took)
    }

    fn pop(&self) -> Option<wgpu::SubmissionIndex> {
        self.lock().waiting.pop_front().map(|(_, index)| index)
    }

    /// Takes note that the submission of a number, handed over at `begin`, is done, and so are all before it.
    fn done(&self, number: u64, piece: Option<Piece>, begin: Instant) {
        let (mut ledger, now) = (self.lock(), Instant::now());
        while ledger.waiting.front().is_some_and(|(waiting, _)| *waiting <= number) {
            ledger.waiting.pop_front();
        }
        let begin = ledger.done.map_or(begin, |done| done.max(begin));
        ledger.took.extend(piece.map(|piece| (piece, now.saturating_duration_since(begin))));
        ledger.done = Some(now);
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter {
    pub(super) fn new(submissions: &Submissions, fault: &Fault) -> Waiter {
        Waiter { submissions: submissions.clone(), fault: fault.clone(), patience: PATIENCE, turn: None }
    }

    /// The same, but a submission may take so long before the device counts as hung; two minutes if nothing is said.
    pub fn patient_for(self, patience: Duration) -> Waiter {
        Waiter { patience, ..self }
    }

    /// The same for one of several games on a device.
    pub(super) fn in_turn(self, turn: Turn) -> Waiter {
        Waiter { turn: Some(turn), ..self }
    }

    /// Blocks until the oldest submission is done, and lets its readbacks come in; or for a moment, while other games have to come as far as this one.
    /// A failure shows in the readback: so does a submission that takes too long.
    pub fn wait(&self) {
        if self.turn.as_ref().is_some_and(Turn::sleep) {
            return;
        }
        let poll = wgpu::PollType::Wait { submission_index: self.submissions.pop(), timeout: Some(self.patience) };
        // Any other refusal leaves the readback pending; the next call polls again.
        if let Err(wgpu::PollError::Timeout) = self.fault.poll(poll) {
            self.fault.hang(format!("the device hangs: a submission is not done after {:?}", self.patience));
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
