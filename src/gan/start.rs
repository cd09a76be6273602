//! What training begins with: on a device, and as a state, for networks that were trained elsewhere and go on here.

use crate::data::Outline;
use crate::error::Result;
use crate::gan::state::AVERAGE;
use crate::gan::{Array, Config, Game, State};
use crate::nn::Network;
use crate::plan::{Device, Recorder};

/// Writes the initial parameters of a network to a device, and its averages where it keeps some. `number` tells apart the networks that share a seed.
pub(crate) fn write_initial(device: &mut dyn Device, network: &Network, seed: u32, number: u32) {
    for (index, parameter) in network.parameters().iter().enumerate() {
        let values = parameter.initial.values(seed, number << 16 | index as u32, parameter.value.len() as usize);
        for tensor in [Some(&parameter.value), parameter.average.as_ref()].into_iter().flatten() {
            device.write(tensor, bytemuck::cast_slice(&values));
        }
    }
}

impl State {
    /// The state in which a training of this configuration begins: parameters drawn from its seed, nothing learnt beside them. `mean` is that of the
    /// training examples, for a bias from their marginals.
    /// # Errors
    /// if the configuration does not fit the data, or the device fails.
    pub async fn begin(mut device: Box<dyn Device>, config: &Config, outline: &Outline, mean: &[f32]) -> Result<State> {
        let mut rec = Recorder::new();
        let game = Game::new(&mut rec, config, outline, mean)?;
        let projection = game.record_projection(&mut rec);
        device.allocate(rec.memory())?;
        game.write_start(&mut *device, config.seed);
        if !projection.dispatches.is_empty() {
            let replay = device.prepare(&projection)?;
            device.submit(replay, 1, &[]).await?;
        }
        State::read(&mut *device, &game.networks(), 0).await
    }

    /// Puts a parameter in its place, and its average where one is kept.
    /// # Panics
    /// if it has no such parameter.
    pub fn put(&mut self, name: &str, array: Array) {
        if let Some(average) = self.tensors.get_mut(&format!("{name}{AVERAGE}")) {
            *average = array.clone();
        }
        *self.tensors.get_mut(name).expect("the caller has looked at the game's parameters") = array;
    }
}
