//! What the games of one device have asked for and not been given yet, and who is served next.

use crate::error::Result;
use crate::gpu::GpuDevice;
use crate::gpu::device::Answer;
use crate::plan::{Buffer, BufferId, Device, Memory, Plan, PlanId, Tensor};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// The group, and what tells its members that something was submitted.
pub(super) struct Shared {
    group: Mutex<Group>,
    /// Something was submitted, or somebody left.
    pub moved: Condvar,
}

impl Shared {
    /// The group of so many games on a device.
    pub fn new(device: GpuDevice, count: u32) -> Shared {
        let members = (0..count).map(|_| Some(VecDeque::new())).collect();
        let group = Group { device, memory: Memory::default(), plans: vec![], members };
        Shared { group: Mutex::new(group), moved: Condvar::new() }
    }

    /// The group, for one thread at a time.
    pub fn lock(&self) -> MutexGuard<'_, Group> {
        self.group.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what can be done now, and tells everybody.
    pub fn go_on(&self, mut group: MutexGuard<'_, Group>) {
        group.go_on();
        drop(group);
        self.moved.notify_all();
    }
}

/// What was copied out for a member, once the device has come that far.
pub(super) type Coming = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Where a member looks for its answer, and whom to wake when it can be waited for.
#[derive(Clone, Default)]
pub(super) struct Mailbox(Arc<Mutex<(Option<Coming>, Option<Waker>)>>);

impl Mailbox {
    fn put(&self, coming: Coming) {
        let mut letter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letter.0 = Some(coming);
        if let Some(waker) = letter.1.take() {
            waker.wake();
        }
    }

    /// What has come, or nothing yet: then the waker is remembered.
    pub fn take(&self, waker: &Waker) -> Option<Coming> {
        let mut letter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letter.1 = Some(waker.clone());
        letter.0.take()
    }
}

/// What a member asks for, with the group's names for buffers and plans.
pub(super) enum Request {
    /// Replay a plan so many times, then copy out tensors.
    Replay { plan: PlanId, times: u32, read: Vec<Tensor>, answer: Mailbox },
    /// Copy out tensors.
    Read { tensors: Vec<Tensor>, answer: Mailbox },
    /// Write a whole tensor.
    Write { tensor: Tensor, bytes: Vec<u8> },
}

/// A device, and the games on it.
pub(super) struct Group {
    pub device: GpuDevice,
    memory: Memory,
    plans: Vec<Plan>,
    /// Of each member that has not left, what it has asked for and not been given yet.
    members: Vec<Option<VecDeque<Request>>>,
}

impl Group {
    /// Gives a member buffers like these behind those that it has, each one that it has not got yet, made if there is none.
    /// # Errors
    /// if the device has no room for them; nothing is given then.
    pub fn give(&mut self, wanted: &[Buffer], taken: &mut Vec<BufferId>) -> Result<()> {
        let (mut memory, mut all) = (self.memory.clone(), taken.clone());
        for buffer in wanted {
            let there = memory.ids().find(|id| !all.contains(id) && memory.buffer(*id) == buffer);
            all.push(there.unwrap_or_else(|| memory.add(buffer.clone())));
        }
        // What was refused is asked for again before anything else, so that the names of buffers stay those of the device.
        self.memory = memory;
        self.device.allocate(&self.memory)?;
        *taken = all;
        Ok(())
    }

    /// A plan with the same dispatches over the same buffers that the member has not got yet, with this member's arguments; made if there is none.
    /// # Errors
    /// if the device refuses it.
    pub fn plan(&mut self, replica: u32, plan: Plan, taken: &[PlanId]) -> Result<PlanId> {
        let there = (0..self.plans.len()).map(PlanId).find(|id| !taken.contains(id) && self.plans[id.0].is_like(&plan));
        if let Some(id) = there {
            self.device.adopt(id, replica, &plan)?;
            return Ok(id);
        }
        let id = self.device.prepare(&plan)?;
        self.plans.push(plan);
        Ok(id)
    }

    /// Takes a member's request.
    pub fn ask(&mut self, replica: u32, request: Request) {
        self.queue(replica).push_back(request);
    }

    /// Whether a member has asked for something that was not submitted yet.
    pub fn keeps_waiting(&self, replica: u32) -> bool {
        self.members[replica as usize].as_ref().is_some_and(|queue| !queue.is_empty())
    }

    /// Goes on without a member.
    pub fn leave(&mut self, replica: u32) {
        self.members[replica as usize] = None;
    }

    fn queue(&mut self, replica: u32) -> &mut VecDeque<Request> {
        self.members[replica as usize].as_mut().expect("who asks has not left")
    }

    /// Submits what can be submitted: what concerns one game alone at once, and replays as soon as every member has asked for one.
    fn go_on(&mut self) {
        loop {
            (0..self.members.len() as u32).for_each(|replica| self.serve(replica));
            let heads: Option<Vec<(u32, PlanId, u32)>> = self.heads().collect();
            match heads.as_deref() {
                None | Some([]) => return,
                Some(heads @ [(_, plan, _), ..]) if heads.iter().all(|(_, other, _)| other == plan) => {
                    let times = heads.iter().map(|(_, _, times)| *times).min().expect("there is one");
                    self.replay_together(*plan, times, heads);
                }
                Some(heads) => {
                    // Who is behind catches up: the plan that all have in common was prepared first.
                    let (replica, ..) = *heads.iter().max_by_key(|(_, plan, _)| plan.0).expect("there is one");
                    self.replay_alone(replica);
                }
            }
        }
    }

    /// The replay that each member waits for: replica, plan, times. None for one that waits for nothing.
    fn heads(&self) -> impl Iterator<Item = Option<(u32, PlanId, u32)>> {
        let members = self.members.iter().enumerate().filter_map(|(replica, queue)| Some((replica as u32, queue.as_ref()?)));
        members.map(|(replica, queue)| match queue.front() {
            Some(Request::Replay { plan, times, .. }) => Some((replica, *plan, *times)),
            _ => None,
        })
    }

    /// Does what a member has asked for before its next replay.
    fn serve(&mut self, replica: u32) {
        let Some(queue) = &mut self.members[replica as usize] else { return };
        while let Some(request) = queue.pop_front_if(|request| !matches!(request, Request::Replay { .. })) {
            match request {
                Request::Read { tensors, answer } => {
                    answer.put(Box::pin(self.device.read_slice(replica, &tensors.iter().collect::<Vec<_>>())));
                }
                Request::Write { tensor, bytes } => self.device.write_slice(replica, &tensor, &bytes),
                Request::Replay { .. } => unreachable!("it stays where it is"),
            }
        }
    }

    /// Replays a plan of all games, and answers those whose replays are done.
    fn replay_together(&mut self, plan: PlanId, times: u32, heads: &[(u32, PlanId, u32)]) {
        let mut done = vec![];
        for (replica, _, wanted) in heads {
            if *wanted == times {
                if let Some(Request::Replay { read, answer, .. }) = self.queue(*replica).pop_front() {
                    done.push((*replica, read, answer));
                }
            } else if let Some(Request::Replay { times: left, .. }) = self.queue(*replica).front_mut() {
                *left -= times;
            }
        }
        let reads: Vec<(u32, Vec<&Tensor>)> = done.iter().map(|(replica, read, _)| (*replica, read.iter().collect())).collect();
        let reads: Vec<(u32, &[&Tensor])> = reads.iter().map(|(replica, read)| (*replica, &read[..])).collect();
        let coming = self.device.submit_slices(plan, times, &reads);
        done.iter().zip(coming).for_each(|((_, _, answer), coming)| answer.put(Box::pin(coming)));
    }

    /// Replays what a member waits for, while the other games stand still.
    fn replay_alone(&mut self, replica: u32) {
        if let Some(Request::Replay { plan, times, read, answer }) = self.queue(replica).pop_front() {
            let coming = self.device.submit_slice(replica, plan, times, &read.iter().collect::<Vec<_>>());
            answer.put(Box::pin(coming));
        }
    }
}
