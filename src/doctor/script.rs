//! What is asked of a device, written down: to be asked of another one, dispatch by dispatch.
//!
//! A [`Scribe`] is the host twin, which takes note of all that is written to it and of every plan it replays. Whatever trains or evaluates on a device
//! can so be looked at without knowing that it is.

use crate::error::Result;
use crate::host::HostDevice;
use crate::plan::{Capacity, Device, Memory, Plan, PlanId, Readback, Spans, Tensor};
use std::sync::Arc;

/// One thing that is asked of a device.
#[derive(Clone, Debug)]
pub enum Event {
    /// To take these bytes.
    Write(Tensor, Vec<u8>),
    /// To replay a plan once.
    Replay(Arc<Plan>),
}

/// What a script is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A preset's architecture.
    Presets,
    /// A small game, or a few kernels.
    Small,
    /// A game whose tensors exceed [`LIMIT`](crate::doctor::LIMIT).
    Large,
}

/// What is asked of a device, in order.
#[derive(Clone, Debug)]
pub struct Script {
    /// What it is for.
    pub name: String,
    /// What it is part of.
    pub part: Part,
    /// What is asked.
    pub events: Vec<Event>,
}

/// A device that takes note.
#[derive(Default)]
pub struct Scribe {
    host: HostDevice<f32>,
    plans: Vec<Arc<Plan>>,
    events: Vec<Event>,
}

impl Scribe {
    /// Ends a script: what was asked since the last one.
    pub fn finish(&mut self, name: &str, part: Part) -> Script {
        Script { name: name.into(), part, events: std::mem::take(&mut self.events) }
    }
}

impl Device for Scribe {
    fn identity(&self) -> String {
        self.host.identity()
    }

    fn in_flight(&self) -> usize {
        self.host.in_flight()
    }

    fn capacity(&self) -> Capacity {
        self.host.capacity()
    }

    fn beside(&self, plan: &Plan) -> Result<u64> {
        self.host.beside(plan)
    }

    fn allocate(&mut self, memory: &Memory) -> Result<()> {
        self.host.allocate(memory)
    }

    fn allocated(&self) -> Vec<(&'static str, u64)> {
        self.host.allocated()
    }

    fn prepare(&mut self, plan: &Plan) -> Result<PlanId> {
        self.plans.push(Arc::new(plan.clone()));
        self.host.prepare(plan)
    }

    fn write(&mut self, tensor: &Tensor, bytes: &[u8]) {
        self.events.push(Event::Write(tensor.clone(), bytes.into()));
        self.host.write(tensor, bytes);
    }

    fn submit(&mut self, plan: PlanId, times: u32, read: &[&Tensor]) -> Readback {
        let replayed = &self.plans[plan.0];
        self.events.extend((0..times).map(|_| Event::Replay(replayed.clone())));
        self.host.submit(plan, times, read)
    }

    fn time(&mut self, plan: PlanId) -> Spans {
        self.events.push(Event::Replay(self.plans[plan.0].clone()));
        self.host.time(plan)
    }

    fn read(&mut self, tensors: &[&Tensor]) -> Readback {
        self.host.read(tensors)
    }
}
