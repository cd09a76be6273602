//! One dispatch on the host: its tensors as slices, by the names of their slots.

use crate::host::Real;
use crate::plan::{Dispatch, Element, Tensor};
use rayon::prelude::*;

/// The contents of a buffer.
#[derive(Debug)]
pub enum Store<T> {
    /// Real numbers.
    Reals(Vec<T>),
    /// Words.
    Words(Vec<u32>),
}

impl<T: Real> Store<T> {
    /// A zeroed buffer.
    pub fn zeroed(element: Element, len: u32) -> Store<T> {
        match element {
            Element::Real => Store::Reals(vec![T::zero(); len as usize]),
            Element::Word => Store::Words(vec![0; len as usize]),
        }
    }

    /// Its reals, if it holds reals.
    pub fn reals(&self) -> &[T] {
        match self {
            Store::Reals(values) => values,
            Store::Words(_) => &[],
        }
    }

    /// Its words, if it holds words.
    pub fn words(&self) -> &[u32] {
        match self {
            Store::Words(values) => values,
            Store::Reals(_) => &[],
        }
    }
}

/// The most slots that a kernel writes. An iteration takes no memory on the host, so what a call holds has its places beforehand.
pub const MOST_WRITTEN: usize = 8;

/// What a twin works on. Buffers that the kernel writes were taken out of the device's table for as long as the call lasts.
pub struct Call<'a, T> {
    pub(super) dispatch: &'a Dispatch,
    pub(super) buffers: &'a [Store<T>],
    pub(super) written: [Option<(&'static str, &'a mut Store<T>)>; MOST_WRITTEN],
}

impl<'a, T: Real> Call<'a, T> {
    /// A word argument.
    pub fn word(&self, name: &str) -> u32 {
        self.dispatch.word(name)
    }

    /// A word argument that counts or indexes.
    pub fn size(&self, name: &str) -> usize {
        self.word(name) as usize
    }

    /// A real argument.
    pub fn real(&self, name: &str) -> T {
        T::of(self.dispatch.real(name))
    }

    /// The last part of the hook's name: `bias`, `relu`.
    pub fn hook(&self) -> &'a str {
        self.dispatch.kernel.hook.as_deref().and_then(|hook| hook.rsplit('/').next()).unwrap_or_default()
    }

    /// A constant of the shader.
    pub fn constant(&self, name: &str) -> usize {
        self.dispatch.kernel.constant(name).expect("the shader declares this constant") as usize
    }

    /// The reals in a slot that is only read.
    pub fn reals(&self, slot: &str) -> &'a [T] {
        let tensor = self.tensor(slot);
        &self.buffers[tensor.buffer().0].reals()[tensor.range()]
    }

    /// The words in a slot that is only read.
    pub fn words(&self, slot: &str) -> &'a [u32] {
        let tensor = self.tensor(slot);
        &self.buffers[tensor.buffer().0].words()[tensor.range()]
    }

    /// The reals in a slot that is written. Each can be taken once.
    pub fn reals_mut(&mut self, slot: &str) -> &'a mut [T] {
        let range = self.tensor(slot).range();
        match self.take(slot) {
            Store::Reals(values) => &mut values[range],
            Store::Words(_) => &mut [],
        }
    }

    /// The words in a slot that is written. Each can be taken once.
    pub fn words_mut(&mut self, slot: &str) -> &'a mut [u32] {
        let range = self.tensor(slot).range();
        match self.take(slot) {
            Store::Words(values) => &mut values[range],
            Store::Reals(_) => &mut [],
        }
    }

    /// The clock: seed, iteration, epoch, position.
    pub fn clock(&self) -> [u32; 4] {
        self.words("clock").try_into().expect("the clock has four words")
    }

    fn tensor(&self, slot: &str) -> &'a Tensor {
        self.dispatch.tensor(slot)
    }

    fn take(&mut self, slot: &str) -> &'a mut Store<T> {
        let taken = self.written.iter_mut().find_map(|place| place.take_if(|(name, _)| *name == slot));
        taken.expect("a twin takes each written slot once").1
    }
}

/// Elements that are worth a thread of their own; even, so that pairs stay together.
pub const GRAIN: usize = 4096;

/// Sets out_i = f(x_i), on all cores and with this processor's vectors.
pub fn map<T: Real>(out: &mut [T], x: &[T], f: impl Fn(T) -> T + Sync + Send) {
    let chunks = out.par_chunks_mut(GRAIN).zip(x.par_chunks(GRAIN));
    chunks.for_each(|(out, x)| vectorised(|| out.iter_mut().zip(x).for_each(|(out, x)| *out = f(*x))));
}

/// Sets out_i = f(x_i, y_i), on all cores and with this processor's vectors.
pub fn map_two<T: Real>(out: &mut [T], x: &[T], y: &[T], f: impl Fn(T, T) -> T + Sync + Send) {
    let chunks = out.par_chunks_mut(GRAIN).zip(x.par_chunks(GRAIN)).zip(y.par_chunks(GRAIN));
    chunks.for_each(|((out, x), y)| vectorised(|| out.iter_mut().zip(x).zip(y).for_each(|((out, x), y)| *out = f(*x, *y))));
}

/// Runs a loop compiled for the widest vectors that this processor turns out to have.
pub fn vectorised<R>(run: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(Loop(run))
}

struct Loop<F>(F);

impl<R, F: FnOnce() -> R> pulp::NullaryFnOnce for Loop<F> {
    type Output = R;

    #[inline(always)]
    fn call(self) -> R {
        self.0()
    }
}
