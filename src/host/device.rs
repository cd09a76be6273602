//! The host as a device: it replays plans at once, in rayon's threads, while the caller waits.

use crate::error::Result;
use crate::host::call::{Call, MOST_WRITTEN, Store};
use crate::host::{Real, twin};
use crate::machine::free_memory;
use crate::plan::{BufferId, Capacity, Device, Dispatch, Memory, Plan, PlanId, Readback, Span, Spans, Tensor};
use std::sync::Arc;
use std::time::Instant;

/// The host twin, in f32 or f64.
pub struct HostDevice<T> {
    buffers: Vec<Store<T>>,
    plans: Vec<Arc<[Dispatch]>>,
}

impl<T: Real> Default for HostDevice<T> {
    fn default() -> HostDevice<T> {
        HostDevice { buffers: vec![], plans: vec![] }
    }
}

impl<T: Real> HostDevice<T> {
    /// A device with no memory yet.
    pub fn new() -> HostDevice<T> {
        HostDevice::default()
    }

    /// The reals of a tensor, in the twin's own precision.
    pub fn reals(&self, tensor: &Tensor) -> &[T] {
        &self.buffers[tensor.buffer().0].reals()[tensor.range()]
    }

    /// Sets the reals of a tensor, in the twin's own precision.
    pub fn set_reals(&mut self, tensor: &Tensor, values: &[T]) {
        if let Store::Reals(buffer) = &mut self.buffers[tensor.buffer().0] {
            buffer[tensor.range()].copy_from_slice(values);
        }
    }

    /// The words of a tensor.
    pub fn words(&self, tensor: &Tensor) -> &[u32] {
        &self.buffers[tensor.buffer().0].words()[tensor.range()]
    }

    /// Runs one dispatch.
    /// # Panics
    /// if the operation has no twin.
    pub fn run(&mut self, dispatch: &Dispatch) {
        let kernel = &dispatch.kernel;
        let run = twin::<T>(&kernel.operation).unwrap_or_else(|| panic!("`{}` has no host twin", kernel.operation));
        let mut taken: [Option<(&'static str, BufferId, Store<T>)>; MOST_WRITTEN] = Default::default();
        let writes = |slot: &str| kernel.slot(slot).is_some_and(|slot| slot.writes);
        let written = dispatch.bindings.iter().filter(|(slot, _)| writes(slot));
        assert!(written.clone().count() <= MOST_WRITTEN, "{} writes more than {MOST_WRITTEN} tensors", kernel.operation);
        for (place, (slot, tensor)) in taken.iter_mut().zip(written) {
            let id = tensor.buffer();
            *place = Some((*slot, id, std::mem::replace(&mut self.buffers[id.0], Store::Words(vec![]))));
        }
        let written = taken.each_mut().map(|place| place.as_mut().map(|(slot, _, store)| (*slot, store)));
        run(&mut Call { dispatch, buffers: &self.buffers, written });
        for (_, id, store) in taken.into_iter().flatten() {
            self.buffers[id.0] = store;
        }
    }

    /// The bytes of a tensor, as [`Device::read`] gives them.
    pub(crate) fn bytes(&self, tensor: &Tensor) -> Vec<u8> {
        match &self.buffers[tensor.buffer().0] {
            Store::Reals(values) => values[tensor.range()].iter().flat_map(|value| value.single().to_le_bytes()).collect(),
            Store::Words(values) => values[tensor.range()].iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}

impl<T: Real> Device for HostDevice<T> {
    fn identity(&self) -> String {
        format!("host twin (f{}, {} threads)", 8 * size_of::<T>(), rayon::current_num_threads())
    }

    fn in_flight(&self) -> usize {
        1
    }

    fn capacity(&self) -> Capacity {
        Capacity { memory: free_memory(), buffer: u64::MAX, binding: u64::MAX }
    }

    fn beside(&self, _: &Plan) -> Result<u64> {
        Ok(0)
    }

    fn allocate(&mut self, memory: &Memory) -> Result<()> {
        for buffer in &memory.buffers()[self.buffers.len()..] {
            self.buffers.push(Store::zeroed(buffer.element, buffer.len));
        }
        Ok(())
    }

    fn allocated(&self) -> Vec<(&'static str, u64)> {
        let bytes = |store: &Store<T>| size_of_val(store.reals()) + size_of_val(store.words());
        vec![("buffers", self.buffers.iter().map(bytes).sum::<usize>() as u64)]
    }

    fn prepare(&mut self, plan: &Plan) -> Result<PlanId> {
        self.plans.push(plan.dispatches.clone().into());
        Ok(PlanId(self.plans.len() - 1))
    }

    fn write(&mut self, tensor: &Tensor, bytes: &[u8]) {
        assert!(bytes.len() as u64 == tensor.bytes(), "{tensor} takes {} bytes, not {}", tensor.bytes(), bytes.len());
        let words = bytes.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().expect("four bytes")));
        match &mut self.buffers[tensor.buffer().0] {
            Store::Reals(values) => {
                values[tensor.range()].iter_mut().zip(words).for_each(|(value, word)| *value = T::of(f32::from_bits(word)))
            }
            Store::Words(values) => values[tensor.range()].iter_mut().zip(words).for_each(|(value, word)| *value = word),
        }
    }

    fn submit(&mut self, plan: PlanId, times: u32, read: &[&Tensor]) -> Readback {
        let plan = self.plans[plan.0].clone();
        // One of rayon's threads does it: what it shares out then takes neither a wake-up nor memory where it is too little to be shared.
        rayon::scope(|_| (0..times).for_each(|_| plan.iter().for_each(|dispatch| self.run(dispatch))));
        self.read(read)
    }

    fn time(&mut self, plan: PlanId) -> Spans {
        let plan = self.plans[plan.0].clone();
        let mut spans = Vec::with_capacity(plan.len());
        for (number, dispatch) in plan.iter().enumerate() {
            let start = Instant::now();
            self.run(dispatch);
            let seconds = start.elapsed().as_secs_f64();
            let Dispatch { flops, bytes, .. } = *dispatch;
            spans.push(Span { kernel: dispatch.kernel.label(), variant: "twin".into(), dispatch: number, flops, bytes, seconds });
        }
        Box::pin(std::future::ready(Ok(Some(spans))))
    }

    fn read(&mut self, tensors: &[&Tensor]) -> Readback {
        let bytes = tensors.iter().map(|tensor| self.bytes(tensor)).collect();
        Box::pin(std::future::ready(Ok(bytes)))
    }
}
