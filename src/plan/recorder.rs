//! The recorder: walks through one iteration and writes down what is to be computed.

use crate::plan::tensor::elements;
use crate::plan::{Buffer, BufferId, Element, Kernel, Memory, Tensor, VIEW_ALIGNMENT};
use std::collections::HashMap;
use std::sync::Arc;

/// How much there is to do in a dispatch; the device makes a grid of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// So many invocations, in a flat grid.
    Flat(u32),
    /// A matrix of so many rows and columns, cut into the kernel's tiles.
    Tiles {
        /// Rows of the result, or of each of its parts.
        rows: u32,
        /// Columns of the result.
        cols: u32,
        /// Parts that are computed side by side: pieces of a long sum, or results that lie between each other. What they are, the kernel's layout says.
        parts: u32,
    },
    /// One workgroup.
    One,
}

/// The value of a uniform argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A count, an index, a salt.
    Word(u32),
    /// A real parameter.
    Real(f32),
}

impl From<u32> for Value {
    fn from(value: u32) -> Value {
        Value::Word(value)
    }
}

impl From<f32> for Value {
    fn from(value: f32) -> Value {
        Value::Real(value)
    }
}

/// One kernel applied once.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// The plain kernel: what is computed.
    pub kernel: Arc<Kernel>,
    /// The uniform arguments by name.
    pub arguments: Vec<(&'static str, Value)>,
    /// The tensors by the names of their slots.
    pub bindings: Vec<(&'static str, Tensor)>,
    /// How much there is to do.
    pub work: Work,
    /// Floating-point operations that count: two per multiply-add of a product, one per element elsewhere.
    pub flops: u64,
    /// Bytes that it moves if each operand is read once and each result written once.
    pub bytes: u64,
    /// The line of the paper that this dispatch belongs to.
    pub section: Arc<str>,
}

impl Dispatch {
    /// The value of a word argument.
    /// # Panics
    /// if the kernel has no such argument.
    #[track_caller]
    pub fn word(&self, name: &str) -> u32 {
        match self.argument(name) {
            Value::Word(value) => value,
            Value::Real(value) => panic!("{}: `{name}` is {value}, no word", self.kernel.operation),
        }
    }

    /// The value of a real argument.
    /// # Panics
    /// if the kernel has no such argument.
    #[track_caller]
    pub fn real(&self, name: &str) -> f32 {
        match self.argument(name) {
            Value::Real(value) => value,
            Value::Word(value) => panic!("{}: `{name}` is the word {value}, not real", self.kernel.operation),
        }
    }

    /// The tensor in a slot.
    /// # Panics
    /// if the kernel has no such slot.
    #[track_caller]
    pub fn tensor(&self, name: &str) -> &Tensor {
        let found = self.bindings.iter().find(|(slot, _)| *slot == name);
        &found.unwrap_or_else(|| panic!("{} has no slot `{name}`", self.kernel.operation)).1
    }

    /// The tensors that the kernel reads, or writes.
    pub fn tensors(&self, writes: bool) -> impl Iterator<Item = &Tensor> {
        let used = move |slot: &&'static str| self.kernel.slot(slot).is_some_and(|slot| if writes { slot.writes } else { slot.reads });
        self.bindings.iter().filter(move |(slot, _)| used(slot)).map(|(_, tensor)| tensor)
    }

    fn is_like(&self, other: &Dispatch) -> bool {
        let mut pairs = self.bindings.iter().zip(&other.bindings);
        self.kernel.source == other.kernel.source
            && self.work == other.work
            && self.bindings.len() == other.bindings.len()
            && pairs.all(|((slot, tensor), (other, there))| slot == other && tensor.covers_the_same_as(there))
    }

    /// Puts another tensor into a slot.
    /// # Panics
    /// if the kernel has no such slot.
    #[track_caller]
    pub fn replace(&mut self, name: &str, tensor: Tensor) {
        let found = self.bindings.iter_mut().find(|(slot, _)| *slot == name);
        found.unwrap_or_else(|| panic!("{} has no slot `{name}`", self.kernel.operation)).1 = tensor;
    }

    /// Sets a word argument to another value.
    /// # Panics
    /// if the kernel has no such argument.
    #[track_caller]
    pub fn set(&mut self, name: &str, value: u32) {
        let found = self.arguments.iter_mut().find(|(argument, _)| *argument == name);
        found.unwrap_or_else(|| panic!("{} has no argument `{name}`", self.kernel.operation)).1 = Value::Word(value);
    }

    #[track_caller]
    fn argument(&self, name: &str) -> Value {
        let found = self.arguments.iter().find(|(argument, _)| *argument == name);
        found.unwrap_or_else(|| panic!("{} has no argument `{name}`", self.kernel.operation)).1
    }
}

/// A flat list of dispatches, to be replayed in order.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it computes: `iteration`, `samples`.
    pub name: String,
    /// The dispatches, in order.
    pub dispatches: Vec<Dispatch>,
}

impl Plan {
    /// Whether it differs from another plan in nothing but the values of arguments: the same kernels over the same places.
    pub fn is_like(&self, other: &Plan) -> bool {
        self.dispatches.len() == other.dispatches.len()
            && self.dispatches.iter().zip(&other.dispatches).all(|(one, other)| one.is_like(other))
    }
}

/// Writes down dispatches, and keeps the table of buffers that all plans of a game share.
#[derive(Default)]
pub struct Recorder {
    memory: Memory,
    kernels: HashMap<(String, Option<String>), Arc<Kernel>>,
    dispatches: Vec<Dispatch>,
    section: Option<Arc<str>>,
    salts: u32,
    /// A buffer, and the one that is bound in its place.
    stand_in: Option<(BufferId, BufferId)>,
}

impl Recorder {
    /// An empty recorder.
    pub fn new() -> Recorder {
        Recorder::default()
    }

    /// A recorder that goes on with these buffers, and draws chance as if it were the first: what it records does not depend on what others have.
    pub fn over(memory: Memory) -> Recorder {
        Recorder { memory, ..Recorder::default() }
    }

    /// The buffers so far.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// A new m×n tensor of reals in a buffer of its own.
    pub fn tensor(&mut self, name: &str, [rows, cols]: [u32; 2]) -> Tensor {
        self.buffer(name, Element::Real, rows, cols)
    }

    /// A new 1×n tensor of words in a buffer of its own.
    pub fn words(&mut self, name: &str, len: u32) -> Tensor {
        self.buffer(name, Element::Word, 1, len)
    }

    /// Says that all games which advance together on a device have the same in the whole buffer of a tensor, and that none of them writes it.
    pub fn share(&mut self, tensor: &Tensor) {
        self.memory.share(tensor.buffer);
    }

    /// One buffer, carved into padded views of the shapes given: all parameters of a network. Returns the whole and the views.
    /// # Panics
    /// if its elements cannot be counted.
    pub fn carve(&mut self, name: &str, parts: &[(String, [u32; 2])]) -> (Tensor, Vec<Tensor>) {
        let mut end = Some(0_u32);
        let mut offsets = Vec::with_capacity(parts.len());
        for (part, shape) in parts {
            let padded = elements(part, *shape).checked_next_multiple_of(VIEW_ALIGNMENT);
            offsets.extend(end);
            end = end.zip(padded).and_then(|(end, padded)| end.checked_add(padded));
        }
        let len = end.unwrap_or_else(|| panic!("`{name}` has more elements than can be counted"));
        let whole = self.buffer(name, Element::Real, 1, len);
        let view = |((part, [rows, cols]), offset): (&(String, [u32; 2]), u32)| Tensor {
            name: part.as_str().into(),
            rows: *rows,
            cols: *cols,
            offset,
            ..whole.clone()
        };
        let views = parts.iter().zip(offsets).map(view).collect();
        (whole, views)
    }

    /// Records with one buffer in the place of another: every view of `whole` that is bound is the same view of `other`.
    /// # Panics
    /// if the two are not equally long.
    #[track_caller]
    pub fn instead<R>(&mut self, whole: &Tensor, other: &Tensor, record: impl FnOnce(&mut Recorder) -> R) -> R {
        assert!(whole.len() == other.len() && whole.element == other.element, "{other} cannot stand in for {whole}");
        let outer = self.stand_in.replace((whole.buffer, other.buffer));
        let result = record(self);
        self.stand_in = outer;
        result
    }

    /// The tensor that is bound where this one is asked for.
    fn bound(&self, tensor: &Tensor) -> Tensor {
        match self.stand_in {
            Some((whole, other)) if whole == tensor.buffer => Tensor { buffer: other, ..tensor.clone() },
            _ => tensor.clone(),
        }
    }

    /// A number no other caller has got: the purpose of a stream of chance.
    pub fn salt(&mut self) -> u32 {
        self.salts += 1;
        self.salts
    }

    /// Says which line of the paper the following dispatches belong to.
    pub fn section(&mut self, line: &str) {
        self.section = Some(line.into());
    }

    /// The kernel of an operation and hook, read once.
    #[track_caller]
    pub fn kernel(&mut self, operation: &str, hook: Option<&str>) -> Arc<Kernel> {
        let key = (operation.to_string(), hook.map(str::to_string));
        self.kernels.entry(key).or_insert_with(|| Arc::new(Kernel::plain(operation, hook))).clone()
    }

    /// Begins a dispatch of an operation, which [`DispatchBuilder::record`] ends.
    #[track_caller]
    pub fn dispatch(&mut self, operation: &str) -> DispatchBuilder<'_> {
        self.dispatch_with(operation, None)
    }

    /// Begins a dispatch of an operation that is completed by a hook.
    #[track_caller]
    pub fn dispatch_hooked(&mut self, operation: &str, hook: &str) -> DispatchBuilder<'_> {
        self.dispatch_with(operation, Some(hook))
    }

    /// Writes down once more what another plan has.
    pub(super) fn again(&mut self, dispatch: &Dispatch) {
        self.dispatches.push(dispatch.clone());
    }

    /// Ends a plan: what was recorded since the last one.
    pub fn finish(&mut self, name: &str) -> Plan {
        self.section = None;
        Plan { name: name.into(), dispatches: std::mem::take(&mut self.dispatches) }
    }

    #[track_caller]
    fn dispatch_with(&mut self, operation: &str, hook: Option<&str>) -> DispatchBuilder<'_> {
        let kernel = self.kernel(operation, hook);
        let section = self.section.clone().unwrap_or_else(|| "".into());
        let dispatch = Dispatch { kernel, arguments: vec![], bindings: vec![], work: Work::One, flops: 0, bytes: 0, section };
        DispatchBuilder { recorder: self, dispatch }
    }

    fn buffer(&mut self, name: &str, element: Element, rows: u32, cols: u32) -> Tensor {
        let buffer = self.memory.add(Buffer { name: name.into(), element, len: elements(name, [rows, cols]), shared: false });
        Tensor { name: name.into(), rows, cols, element, buffer, offset: 0 }
    }

    /// The whole buffer that a view lies in.
    fn whole(&self, view: &Tensor) -> Tensor {
        Tensor { rows: 1, cols: self.memory.buffer(view.buffer).len, offset: 0, ..view.clone() }
    }

    fn copy(&mut self, from: (&Tensor, u32), to: (&Tensor, u32), count: u32) {
        self.dispatch("copy")
            .bind("from_buffer", from.0)
            .bind("to_buffer", to.0)
            .argument("count", count)
            .argument("from_first", from.1)
            .argument("to_first", to.1)
            .work(Work::Flat(count))
            .record();
    }
}

/// A dispatch being written down.
pub struct DispatchBuilder<'a> {
    recorder: &'a mut Recorder,
    dispatch: Dispatch,
}

impl DispatchBuilder<'_> {
    /// Puts a tensor into the slot of this name.
    pub fn bind(mut self, slot: &'static str, tensor: &Tensor) -> Self {
        self.dispatch.bindings.push((slot, self.recorder.bound(tensor)));
        self
    }

    /// Sets the uniform argument of this name.
    pub fn argument(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.dispatch.arguments.push((name, value.into()));
        self
    }

    /// Says how much there is to do; one workgroup if it is not said.
    pub fn work(mut self, work: Work) -> Self {
        self.dispatch.work = work;
        self
    }

    /// Says how many floating-point operations it takes; one per invocation if it is not said.
    pub fn flops(mut self, flops: u64) -> Self {
        self.dispatch.flops = flops;
        self
    }

    /// Says how many bytes it moves; those of all its tensors if it is not said.
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.dispatch.bytes = bytes;
        self
    }

    /// Writes the dispatch down.
    ///
    /// A view that does not begin where a binding may begin is copied to a tensor of its own before, or from one after.
    /// # Panics
    /// if what is bound does not fit what the shader declares.
    #[track_caller]
    pub fn record(mut self) {
        self.check();
        if self.dispatch.flops == 0
            && let Work::Flat(count) = self.dispatch.work
        {
            self.dispatch.flops = u64::from(count);
        }
        if self.dispatch.bytes == 0 {
            self.dispatch.bytes = self.dispatch.tensors(false).chain(self.dispatch.tensors(true)).map(Tensor::bytes).sum();
        }
        let mut after = vec![];
        for at in 0..self.dispatch.bindings.len() {
            let (slot, view) = self.dispatch.bindings[at].clone();
            if view.is_aligned() {
                continue;
            }
            let aligned = self.recorder.tensor(&view.name, [view.rows, view.cols]);
            let slot = self.dispatch.kernel.slot(slot).expect("checked above").clone();
            assert!(slot.element == Element::Real, "{view} begins at element {}: words cannot be moved", view.offset);
            if slot.reads {
                let whole = self.recorder.whole(&view);
                self.recorder.copy((&whole, view.offset), (&aligned, 0), view.len());
            }
            if slot.writes {
                after.push((aligned.clone(), view));
            }
            self.dispatch.bindings[at].1 = aligned;
        }
        self.recorder.dispatches.push(self.dispatch);
        for (aligned, view) in after {
            let whole = self.recorder.whole(&view);
            self.recorder.copy((&aligned, 0), (&whole, view.offset), view.len());
        }
    }

    #[track_caller]
    fn check(&self) {
        let Dispatch { kernel, arguments, bindings, .. } = &self.dispatch;
        let name = kernel.label();
        for slot in &kernel.slots {
            assert!(bindings.iter().any(|(bound, _)| *bound == slot.name), "{name}: nothing is bound to `{}`", slot.name);
        }
        for argument in &kernel.arguments {
            let value = arguments.iter().find(|(given, _)| *given == argument.name);
            let fits = value.is_some_and(|(_, value)| matches!(value, Value::Real(_)) == argument.real);
            assert!(fits, "{name}: argument `{}` is {value:?}", argument.name);
        }
        assert!(arguments.len() == kernel.arguments.len(), "{name} takes {:?}, not {arguments:?}", kernel.arguments);
        for (slot, tensor) in bindings {
            let slot = kernel.slot(slot).unwrap_or_else(|| panic!("{name} has no slot `{slot}`; {tensor} was to be bound to it"));
            assert!(slot.element == tensor.element, "{name}: `{}` holds {:?}, {tensor} {:?}", slot.name, slot.element, tensor.element);
            let shared = bindings.iter().filter(|(_, other)| other.buffer == tensor.buffer).count();
            assert!(!slot.writes || shared == 1, "{name}: {tensor} is written, and its buffer is bound twice");
        }
    }
}
