//! One of several games on a device, as a device of its own.

use crate::error::Result;
use crate::gpu::Waiter;
use crate::gpu::replicas::group::{Coming, Mailbox, Request, Shared};
use crate::plan::{BufferId, Capacity, Device, Dispatch, Memory, Plan, PlanId, Readback, Spans, Tensor};
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// How long a member sleeps at most before it looks whether its answer has come.
const NAP: Duration = Duration::from_millis(2);

/// One of several games on a device. It names buffers and plans as if it were alone, and knows what the group calls them.
pub struct Replica {
    number: u32,
    count: u32,
    shared: Arc<Shared>,
    waiter: Waiter,
    buffers: Vec<BufferId>,
    plans: Vec<PlanId>,
}

impl Replica {
    pub(super) fn new(number: u32, count: u32, shared: &Arc<Shared>, waiter: &Waiter) -> Replica {
        let turn = Turn { number, shared: shared.clone() };
        Replica { number, count, shared: shared.clone(), waiter: waiter.clone().in_turn(turn), buffers: vec![], plans: vec![] }
    }

    /// What lets a thread wait for this game.
    pub fn waiter(&self) -> Waiter {
        self.waiter.clone()
    }

    /// The same tensor under the group's name for its buffer.
    fn shared(&self, tensor: &Tensor) -> Tensor {
        tensor.within(self.buffers[tensor.buffer().0])
    }

    /// The same plan over the group's buffers.
    fn shared_plan(&self, plan: &Plan) -> Plan {
        let shared = |dispatch: &Dispatch| {
            let bindings = dispatch.bindings.iter().map(|(slot, tensor)| (*slot, self.shared(tensor))).collect();
            Dispatch { bindings, ..dispatch.clone() }
        };
        Plan { name: plan.name.clone(), dispatches: plan.dispatches.iter().map(shared).collect() }
    }

    /// Asks the group, which answers by mail.
    fn ask(&self, request: Request) {
        let mut group = self.shared.lock();
        group.ask(self.number, request);
        self.shared.go_on(group);
    }

    fn ask_for(&self, request: impl FnOnce(Mailbox) -> Request) -> Readback {
        let answer = Mailbox::default();
        self.ask(request(answer.clone()));
        let mut coming: Option<Coming> = None;
        Box::pin(poll_fn(move |context| {
            if coming.is_none() {
                coming = answer.take(context.waker());
            }
            coming.as_mut().map_or(Poll::Pending, |coming| coming.as_mut().poll(context))
        }))
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let mut group = self.shared.lock();
        group.leave(self.number);
        self.shared.go_on(group);
    }
}

impl Device for Replica {
    fn identity(&self) -> String {
        self.shared.lock().device.identity()
    }

    fn in_flight(&self) -> usize {
        self.shared.lock().device.in_flight()
    }

    /// A share of what the device offers.
    fn capacity(&self) -> Capacity {
        let Capacity { memory, buffer, binding } = self.shared.lock().device.capacity();
        let share = |bytes: u64| bytes / u64::from(self.count);
        Capacity { memory: memory.map(share), buffer: share(buffer), binding }
    }

    fn beside(&self, plan: &Plan) -> Result<u64> {
        self.shared.lock().device.beside(plan)
    }

    fn leaves_out(&self, plan: &Plan) -> Result<Vec<Tensor>> {
        self.shared.lock().device.leaves_out(plan)
    }

    fn allocate(&mut self, memory: &Memory) -> Result<()> {
        let wanted = &memory.buffers()[self.buffers.len()..];
        self.shared.lock().give(wanted, &mut self.buffers)
    }

    /// What the whole group has taken.
    fn allocated(&self) -> Vec<(&'static str, u64)> {
        self.shared.lock().device.allocated()
    }

    fn prepare(&mut self, plan: &Plan) -> Result<PlanId> {
        let plan = self.shared_plan(plan);
        let id = self.shared.lock().plan(self.number, plan, &self.plans)?;
        self.plans.push(id);
        Ok(PlanId(self.plans.len() - 1))
    }

    fn write(&mut self, tensor: &Tensor, bytes: &[u8]) {
        self.ask(Request::Write { tensor: self.shared(tensor), bytes: bytes.to_vec() });
    }

    fn submit(&mut self, plan: PlanId, times: u32, read: &[&Tensor]) -> Readback {
        let (plan, read) = (self.plans[plan.0], read.iter().map(|tensor| self.shared(tensor)).collect());
        self.ask_for(|answer| Request::Replay { plan, times, read, answer })
    }

    fn submissions(&self, plan: PlanId) -> Vec<Duration> {
        self.shared.lock().device.submissions(self.plans[plan.0])
    }

    fn lose_after(&mut self, kernels: u64) {
        self.shared.lock().device.lose_after(kernels);
    }

    /// Nothing: the games of a group are not told apart by their time.
    fn time(&mut self, _: PlanId) -> Spans {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn read(&mut self, tensors: &[&Tensor]) -> Readback {
        let tensors = tensors.iter().map(|tensor| self.shared(tensor)).collect();
        self.ask_for(|answer| Request::Read { tensors, answer })
    }
}

/// A member's place in the group, for whoever waits for it.
#[derive(Clone)]
pub(in crate::gpu) struct Turn {
    number: u32,
    shared: Arc<Shared>,
}

impl Turn {
    /// Sleeps for a moment if the member waits for another one rather than for the device; says whether it did.
    pub fn sleep(&self) -> bool {
        let group = self.shared.lock();
        let waits = group.keeps_waiting(self.number);
        if waits {
            drop(self.shared.moved.wait_timeout(group, NAP).unwrap_or_else(PoisonError::into_inner));
        }
        waits
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "replica {}", self.number)
    }
}
