//! Labels on the device, drawn with their minibatch: what a classifier learns from, and what the players of a conditional game are told.

use crate::data::{Dataset, Outline};
use crate::plan::{BufferId, Device, Recorder, Tensor, Work};

/// The labels of a data set, one word per example.
pub struct Labels {
    labels: Tensor,
    first: u32,
}

impl Labels {
    /// Reserves room for one label per example.
    pub fn new(rec: &mut Recorder, outline: &Outline) -> Labels {
        Labels { labels: rec.words("labels", outline.examples), first: outline.train.start }
    }

    /// The buffer that they lie in.
    pub fn buffer(&self) -> BufferId {
        self.labels.buffer()
    }

    /// Writes labels to the device, one per example.
    pub fn upload(&self, device: &mut dyn Device, labels: &[u8]) {
        let words: Vec<u32> = labels.iter().map(|label| u32::from(*label)).collect();
        device.write(&self.labels, bytemuck::cast_slice(&words));
    }

    /// Records the labels of the training examples that [`Minibatches::draw`](crate::data::Minibatches::draw) has chosen.   chosen, result: 1×m.
    pub fn draw(&self, rec: &mut Recorder, chosen: &Tensor) -> Tensor {
        let drawn = rec.words("drawn labels", chosen.len());
        rec.dispatch("draw_labels")
            .bind("chosen", chosen)
            .bind("labels", &self.labels)
            .bind("drawn", &drawn)
            .argument("m", chosen.len())
            .argument("first", self.first)
            .bytes(3 * chosen.bytes())
            .work(Work::Flat(chosen.len()))
            .record();
        drawn
    }
}

/// Records y_i = (x_i, e_c) of rows x, c = label_(i mod m): each row with its label beside it, one-hot.   x: rows×n, labels: 1×m, result: rows×(n + classes).
pub fn join(rec: &mut Recorder, x: &Tensor, labels: &Tensor, classes: u32) -> Tensor {
    let y = rec.tensor(&format!("{} with labels", x.name()), [x.rows(), x.cols() + classes]);
    rec.dispatch("join_labels")
        .bind("x", x)
        .bind("labels", labels)
        .bind("y", &y)
        .argument("rows", x.rows())
        .argument("n", x.cols())
        .argument("classes", classes)
        .argument("labelled", labels.len())
        .work(Work::Flat(y.len()))
        .record();
    y
}

impl Dataset {
    /// How many classes its labels tell apart: one more than the largest label; none without labels.
    #[must_use]
    pub fn classes(&self) -> Option<u32> {
        self.labels.as_ref()?.iter().max().map(|label| u32::from(*label) + 1)
    }
}
