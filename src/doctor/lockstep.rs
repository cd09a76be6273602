//! A device and the twin, dispatch by dispatch.
//!
//! The twin computes with [`Bounded`] numbers. Before each dispatch it is given what the device holds, so errors never add up, and what lies on a kink for
//! the one lies on it for the other. Whole buffers are compared, not only what a dispatch was to write: a number beside it must be what it was.
//!
//! After a dispatch that differs, the device is given the twin's numbers and goes on, so that one wrong kernel does not hide another.

use crate::doctor::evidence::{Evidence, Part as EvidencePart};
use crate::doctor::findings::Compared;
use crate::doctor::{Event, Findings, Mismatch, Script, Subject};
use crate::error::Result;
use crate::host::{Bounded, HostDevice};
use crate::plan::{BufferId, Device, Element, Memory, Plan, PlanId, Tensor};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A subject beside the twin.
pub struct Lockstep<'a> {
    subject: &'a mut Subject,
    memory: &'a Memory,
    twin: HostDevice<Bounded>,
    /// What the device holds.
    mirror: BTreeMap<BufferId, Vec<u8>>,
    prepared: Vec<(Arc<Plan>, Prepared)>,
    findings: Findings,
}

/// A plan made ready: as a whole, and piece by piece.
#[derive(Clone)]
struct Prepared {
    whole: PlanId,
    units: Vec<((usize, usize), PlanId)>,
}

/// The number that is furthest from what it should be.
struct Worst {
    tensor: Tensor,
    index: usize,
    found: f64,
    expected: f64,
    bound: f64,
    ratio: f64,
}

impl<'a> Lockstep<'a> {
    /// Gives a device that has no memory yet, and the twin, the memory of the scripts.
    /// # Errors
    /// if the device refuses it.
    pub fn new(subject: &'a mut Subject, memory: &'a Memory) -> Result<Lockstep<'a>> {
        let mut twin = HostDevice::new();
        twin.allocate(memory)?;
        subject.device.allocate(memory)?;
        let mirror: BTreeMap<_, _> = memory.ids().map(|id| (id, vec![0; 4 * memory.buffer(id).len as usize])).collect();
        Ok(Lockstep { subject, memory, twin, mirror, prepared: vec![], findings: Findings::default() })
    }

    /// What came out so far.
    pub fn into_findings(self) -> Findings {
        self.findings
    }

    /// Asks a script of both.
    /// # Errors
    /// if the device refuses a kernel or fails.
    pub async fn run(&mut self, script: &Script) -> Result<()> {
        for event in &script.events {
            match event {
                Event::Write(tensor, bytes) => self.write(tensor, bytes),
                Event::Replay(plan) => self.replay(script, plan).await?,
            }
        }
        Ok(())
    }

    fn write(&mut self, tensor: &Tensor, bytes: &[u8]) {
        let range = tensor.byte_range();
        let held = self.mirror.get_mut(&tensor.buffer()).expect("every buffer has its mirror");
        held[range.start as usize..range.end as usize].copy_from_slice(bytes);
        self.subject.device.write(tensor, bytes);
        self.twin.write(tensor, bytes);
    }

    /// The plan as a whole first; then, from where it began, piece by piece.
    async fn replay(&mut self, script: &Script, plan: &Arc<Plan>) -> Result<()> {
        let Some(last) = plan.dispatches.len().checked_sub(1) else { return Ok(()) };
        let prepared = self.prepare(plan)?;
        let written = self.buffers(plan, (0, last));
        let before: BTreeMap<_, _> = written.iter().map(|tensor| (tensor.buffer(), self.mirror[&tensor.buffer()].clone())).collect();
        let whole = self.submit(prepared.whole, &written).await?;
        written.iter().for_each(|tensor| self.subject.device.write(tensor, &before[&tensor.buffer()]));
        let mut failed = false;
        for (unit, replay) in &prepared.units {
            failed |= !self.step(script, plan, *unit, *replay).await?;
        }
        if !failed {
            self.findings.plans += 1;
            self.compare_whole(script, plan, &before, &written, &whole).await?;
        }
        Ok(())
    }

    /// Makes a plan and its pieces ready, once.
    fn prepare(&mut self, plan: &Arc<Plan>) -> Result<Prepared> {
        if let Some((_, prepared)) = self.prepared.iter().find(|(known, _)| Arc::ptr_eq(known, plan)) {
            return Ok(prepared.clone());
        }
        let whole = self.subject.device.prepare(plan)?;
        let mut units = vec![];
        for (first, last) in self.subject.kernels.units(plan) {
            units.push(((first, last), self.subject.device.prepare(&piece(plan, (first, last)))?));
        }
        let prepared = Prepared { whole, units };
        self.prepared.push((plan.clone(), prepared.clone()));
        Ok(prepared)
    }

    /// The buffers that a piece of a plan writes, each once and whole. What a pair leaves out is not among them.
    fn buffers(&self, plan: &Plan, (first, last): (usize, usize)) -> Vec<Tensor> {
        let written = plan.dispatches[first..=last].iter().flat_map(|dispatch| dispatch.tensors(true));
        let mut ids: Vec<BufferId> = written.map(Tensor::buffer).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| self.memory.whole(id)).collect()
    }

    async fn submit(&mut self, replay: PlanId, read: &[Tensor]) -> Result<Vec<Vec<u8>>> {
        self.subject.device.submit(replay, 1, &read.iter().collect::<Vec<_>>()).await
    }

    /// Runs a piece of a plan on both, and compares. Says whether they agree.
    async fn step(&mut self, script: &Script, plan: &Plan, (first, last): (usize, usize), replay: PlanId) -> Result<bool> {
        // Of a pair, only what its last dispatch writes: the device leaves the product itself out.
        let written = self.buffers(plan, (last, last));
        if last > first {
            self.poison(plan, last);
        }
        let found = self.submit(replay, &written).await?;
        plan.dispatches[first..=last].iter().for_each(|dispatch| self.twin.run(dispatch));
        let mut compared = Compared::default();
        let mut worst: Option<Worst> = None;
        for (tensor, bytes) in written.iter().zip(&found) {
            self.compare(tensor, bytes, &mut compared, &mut worst);
        }
        let kernels = self.subject.kernels.of(&plan.dispatches[first..=last]);
        self.findings.note(&kernels, compared);
        let agrees = compared.worst <= 1.0;
        if let (false, Some(worst)) = (agrees, worst) {
            let (tensor, index) = place(plan, last, &worst.tensor, worst.index);
            let evidence = self.findings.mismatches.is_empty().then(|| self.evidence(plan, (first, last), &written, &found));
            self.findings.keep(Mismatch {
                subject: self.subject.name.clone(),
                script: script.name.clone(),
                dispatch: last,
                plan: plan.name.clone(),
                kernel: joined(kernels.iter().map(|chosen| &chosen.label)),
                variant: joined(kernels.iter().map(|chosen| &chosen.variant)),
                tensor,
                index,
                found: worst.found,
                expected: worst.expected,
                bound: worst.bound,
                evidence: evidence.map(Box::new),
            });
        }
        self.go_on(plan, (first, last), &written, found, agrees);
        Ok(agrees)
    }

    /// Overwrites the result of a pair, which is there already from its dispatches one by one.
    fn poison(&mut self, plan: &Plan, last: usize) {
        let results: Vec<Tensor> = plan.dispatches[last].tensors(true).cloned().collect();
        for tensor in results {
            let nan = f32::NAN.to_le_bytes().repeat(tensor.len() as usize);
            self.write(&tensor, &nan);
        }
    }

    /// Holds every element of a buffer to its bound.
    fn compare(&self, tensor: &Tensor, bytes: &[u8], compared: &mut Compared, worst: &mut Option<Worst>) {
        let words = self.words(tensor);
        for (index, bits) in bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).enumerate() {
            let (found, expected, bound) = match tensor.element() {
                Element::Word => (f64::from(bits), f64::from(words[index]), 0.0),
                Element::Real => {
                    let expected = self.twin.reals(tensor)[index];
                    (f64::from(f32::from_bits(bits)), expected.value(), expected.bound())
                }
            };
            compared.numbers += 1;
            compared.exact += u64::from(bound == 0.0);
            let ratio = ratio(found, expected, bound);
            compared.worst = compared.worst.max(ratio);
            if worst.as_ref().is_none_or(|worst| ratio > worst.ratio) {
                *worst = Some(Worst { tensor: tensor.clone(), index, found, expected, bound, ratio });
            }
        }
    }

    /// The twin's words in a buffer of words.
    fn words(&self, tensor: &Tensor) -> Vec<u32> {
        if tensor.element() == Element::Real { vec![] } else { self.twin.words(tensor).to_vec() }
    }

    /// What went into a piece of a plan, and what came out. It is asked for before anybody goes on, so the mirror still shows what went in.
    fn evidence(&self, plan: &Plan, (first, last): (usize, usize), written: &[Tensor], found: &[Vec<u8>]) -> Evidence {
        let dispatches = &plan.dispatches[first..=last];
        let mut parts = vec![];
        for (number, dispatch) in dispatches.iter().enumerate() {
            let mut add = |side: &str, slot: &str, tensor: &Tensor, buffer: &[u8]| {
                let name = if first == last { format!("{side}.{slot}") } else { format!("{side}.{number}.{slot}") };
                let range = tensor.byte_range();
                parts.push(EvidencePart { name, tensor: tensor.clone(), bytes: buffer[range.start as usize..range.end as usize].to_vec() });
            };
            for (slot, tensor) in &dispatch.bindings {
                add("before", slot, tensor, &self.mirror[&tensor.buffer()]);
                let written = written.iter().zip(found).find(|(whole, _)| first + number == last && whole.buffer() == tensor.buffer());
                if let (Some((whole, bytes)), true) = (written, dispatch.kernel.slot(slot).is_some_and(|slot| slot.writes)) {
                    add("device", slot, tensor, bytes);
                    add("twin", slot, tensor, &self.twin.bytes(whole));
                }
            }
        }
        Evidence { dispatches: dispatches.to_vec(), kernels: self.subject.kernels.of(dispatches), parts }
    }

    /// Both go on from the same numbers: the device's, or the twin's where the device was wrong.
    fn go_on(&mut self, plan: &Plan, (first, last): (usize, usize), written: &[Tensor], found: Vec<Vec<u8>>, agrees: bool) {
        for (tensor, bytes) in written.iter().zip(found) {
            let right = if agrees { bytes } else { self.twin.bytes(tensor) };
            if !agrees {
                self.subject.device.write(tensor, &right);
            }
            self.twin.write(tensor, &right);
            self.mirror.insert(tensor.buffer(), right);
        }
        // The product within a pair is on no device what the twin made of it.
        for tensor in self.buffers(plan, (first, last)) {
            if !written.iter().any(|other| other.buffer() == tensor.buffer()) {
                let held = &self.mirror[&tensor.buffer()];
                self.twin.write(&tensor, held);
            }
        }
    }

    /// The plan as a whole must have left what its dispatches left one by one, bit for bit. Where it has not, prefixes of it say from which dispatch on.
    async fn compare_whole(
        &mut self,
        script: &Script,
        plan: &Plan,
        before: &BTreeMap<BufferId, Vec<u8>>,
        written: &[Tensor],
        whole: &[Vec<u8>],
    ) -> Result<()> {
        let left_out: Vec<BufferId> = self.subject.kernels.left_out(plan).iter().map(Tensor::buffer).collect();
        let differs = |mirror: &BTreeMap<BufferId, Vec<u8>>| {
            let kept = written.iter().zip(whole).filter(|(tensor, _)| !left_out.contains(&tensor.buffer()));
            kept.map(|(tensor, bytes)| (tensor.clone(), bytes.clone())).find(|(tensor, bytes)| mirror[&tensor.buffer()] != *bytes)
        };
        let Some((tensor, bytes)) = differs(&self.mirror) else { return Ok(()) };
        self.findings.plans_failed += 1;
        let after = self.mirror[&tensor.buffer()].clone();
        let index = bytes.chunks_exact(4).zip(after.chunks_exact(4)).position(|(a, b)| a != b).unwrap_or(0);
        let last = self.first_prefix_that_differs(plan, before).await?;
        let number = |bytes: &[u8]| {
            let bits = u32::from_le_bytes([bytes[4 * index], bytes[4 * index + 1], bytes[4 * index + 2], bytes[4 * index + 3]]);
            if tensor.element() == Element::Real { f64::from(f32::from_bits(bits)) } else { f64::from(bits) }
        };
        let kernels = self.subject.kernels.of(&plan.dispatches[last..=last]);
        self.findings.keep(Mismatch {
            subject: self.subject.name.clone(),
            script: script.name.clone(),
            dispatch: last,
            plan: format!("{}, as a whole beside its dispatches one by one", plan.name),
            kernel: joined(kernels.iter().map(|chosen| &chosen.label)),
            variant: joined(kernels.iter().map(|chosen| &chosen.variant)),
            tensor: tensor.name().into(),
            index,
            found: number(&bytes),
            expected: number(&after),
            bound: 0.0,
            evidence: None,
        });
        Ok(())
    }
}

impl Lockstep<'_> {
    /// The place of the dispatch up to which the plan must be replayed as a whole for the two ways to part, found by halving.
    async fn first_prefix_that_differs(&mut self, plan: &Plan, before: &BTreeMap<BufferId, Vec<u8>>) -> Result<usize> {
        let (mut agreeing, mut differing) = (0, plan.dispatches.len() - 1);
        while agreeing < differing {
            let middle = (agreeing + differing) / 2;
            if self.prefix_differs(plan, before, middle).await? {
                differing = middle;
            } else {
                agreeing = middle + 1;
            }
        }
        let after: BTreeMap<_, _> = before.keys().map(|id| (*id, self.mirror[id].clone())).collect();
        self.restore(&after);
        Ok(differing)
    }

    async fn prefix_differs(&mut self, plan: &Plan, before: &BTreeMap<BufferId, Vec<u8>>, last: usize) -> Result<bool> {
        let prefix = piece(plan, (0, last));
        let left_out: Vec<BufferId> = self.subject.kernels.left_out(&prefix).iter().map(Tensor::buffer).collect();
        let mut written = self.buffers(plan, (0, last));
        written.retain(|tensor| !left_out.contains(&tensor.buffer()));
        self.restore(before);
        let replay = self.subject.device.prepare(&prefix)?;
        let whole = self.submit(replay, &written).await?;
        self.restore(before);
        for at in 0..=last {
            let replay = self.subject.device.prepare(&piece(plan, (at, at)))?;
            self.submit(replay, &[]).await?;
        }
        let one_by_one = self.subject.device.read(&written.iter().collect::<Vec<_>>()).await?;
        Ok(whole != one_by_one)
    }

    fn restore(&mut self, held: &BTreeMap<BufferId, Vec<u8>>) {
        for (id, bytes) in held {
            self.subject.device.write(&self.memory.whole(*id), bytes);
        }
    }
}

/// A part of a plan as a plan of its own.
fn piece(plan: &Plan, (first, last): (usize, usize)) -> Plan {
    Plan { name: plan.name.clone(), dispatches: plan.dispatches[first..=last].to_vec() }
}

/// How many bounds a number is from where it should be.
fn ratio(found: f64, expected: f64, bound: f64) -> f64 {
    let error = (found - expected).abs();
    if found == expected || (found.is_nan() && expected.is_nan()) {
        0.0
    } else if error <= bound || (bound > 0.0 && error.is_finite()) {
        error / bound
    } else {
        f64::INFINITY
    }
}

/// The tensor that an element of a buffer belongs to in a dispatch, and its place there.
fn place(plan: &Plan, last: usize, whole: &Tensor, index: usize) -> (String, usize) {
    let mut written = plan.dispatches[last].tensors(true);
    match written.find(|tensor| tensor.buffer() == whole.buffer() && tensor.range().contains(&index)) {
        Some(tensor) => (tensor.name().into(), index - tensor.range().start),
        None => (format!("{}, beside what is written of it", whole.name()), index),
    }
}

/// Different names, one after the other.
fn joined<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let mut all: Vec<&str> = vec![];
    names.for_each(|name| {
        if !all.contains(&name.as_str()) {
            all.push(name);
        }
    });
    all.join(", ")
}
