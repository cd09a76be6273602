//! The trained D's highest hidden layer as a function of x, without dropout: what a softmax over frozen features is given.

use crate::data::{Dataset, Shape, Values};
use crate::error::Result;
use crate::gan::State;
use crate::gan::evaluation::Evaluation;
use crate::nn::{Extent, LayerSpec, Network};
use crate::plan::{Device, Recorder};

/// D without its last layer, which stands still.
pub struct Features {
    hidden: Network,
    evaluation: Evaluation,
}

impl Features {
    /// Lays out D's hidden layers and gives them what D has learnt.   layers: all of D's.
    /// # Errors
    /// if the state has not these layers, or the device refuses a tensor.
    pub fn new(device: &mut dyn Device, rec: &mut Recorder, layers: &[LayerSpec], example: Extent, trained: &State) -> Result<Features> {
        let clock = rec.words("clock", 4);
        let hidden = Network::new(rec, "D", &layers[..layers.len() - 1], example, false, &[], &clock);
        trained.check(&[&hidden])?;
        device.allocate(rec.memory())?;
        trained.write(device, &[&hidden]);
        Ok(Features { hidden, evaluation: Evaluation::default() })
    }

    /// Units of the layer.
    pub fn width(&self) -> u32 {
        self.hidden.outputs()
    }

    /// The layer for each row.   x: rows×inputs, result: rows×width.
    /// # Errors
    /// if the device fails.
    pub async fn of(&mut self, device: &mut dyn Device, rec: &mut Recorder, x: &[f32]) -> Result<Vec<f32>> {
        self.evaluation.apply(device, rec, &self.hidden, x).await
    }

    /// The examples of a data set that are for training, seen as features.
    /// # Errors
    /// if the device fails.
    pub async fn of_dataset(&mut self, device: &mut dyn Device, rec: &mut Recorder, dataset: &Dataset) -> Result<Dataset> {
        let features = self.of(device, rec, &dataset.rows(dataset.train.clone())).await?;
        let shape = Shape { width: self.width(), height: 1, channels: 1 };
        Dataset { shape, values: Values::Reals(features), preprocess: None, ..dataset.clone() }.checked()
    }
}
