//! The trainer: replays the recorded iteration on a device, and reads back nothing but metrics and samples.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::gan::pace::Pace;
use crate::gan::{Config, Game, Metrics};
use crate::nn::Network;
use crate::plan::{Device, Plan, PlanId, Readback, Recorder, Tensor};
use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;

/// A named tensor's values, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Rows and columns.
    pub shape: Vec<usize>,
    /// The values.
    pub values: Vec<f32>,
}

/// All that training has learnt: parameters and velocities by name. With the seed and the iteration it is the whole state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Iterations that are complete.
    pub iteration: u64,
    /// `G.0.w`, `G.0.w velocity`, …
    pub tensors: BTreeMap<String, Array>,
}

/// Trains one game on one device.
pub struct Trainer {
    device: Box<dyn Device>,
    game: Game,
    rec: Recorder,
    seed: u32,
    iteration: u64,
    plan: Plan,
    replay: PlanId,
    sheets: Vec<Sheet>,
    pace: Pace,
}

/// A prepared plan of samples.
struct Sheet {
    replay: PlanId,
    samples: Tensor,
}

impl Trainer {
    /// Lays out the game, gives it memory on the device, uploads the data, and draws the initial parameters.
    /// # Errors
    /// if the configuration does not fit the data, or the device refuses a tensor or a kernel.
    pub fn new(mut device: Box<dyn Device>, config: &Config, dataset: &Dataset) -> Result<Trainer> {
        let mut rec = Recorder::new();
        let game = Game::new(&mut rec, config, dataset)?;
        let projection = game.record_projection(&mut rec);
        let plan = game.record_iteration(&mut rec);
        device.allocate(rec.memory())?;
        game.data.upload(&mut *device, dataset);
        let replay = device.prepare(&plan)?;
        let pace = Pace::new(game.ring.rows() / device.in_flight() as u32 / 2);
        let mut trainer = Trainer {
            device,
            game,
            rec,
            seed: config.seed,
            iteration: 0,
            plan,
            replay,
            sheets: vec![],
            pace,
        };
        trainer.initialise(&projection)?;
        Ok(trainer)
    }

    /// The game that is trained.
    pub fn game(&self) -> &Game {
        &self.game
    }

    /// The recorded iteration.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The device that trains.
    pub fn device(&mut self) -> &mut dyn Device {
        &mut *self.device
    }

    /// Iterations that are complete.
    pub fn iteration(&self) -> u64 {
        self.iteration
    }

    /// Trains until so many iterations are complete, or until `seen` breaks off after rows of metrics have come in.
    ///
    /// `now_ms` is a clock that only goes forward. Submissions follow one another without a gap: one computes while the one before is read.
    /// # Errors
    /// if the device fails.
    pub async fn advance(
        &mut self,
        until: u64,
        now_ms: &dyn Fn() -> f64,
        seen: &mut dyn FnMut(&[Metrics]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>> {
        let mut flying: VecDeque<(u32, Readback)> = VecDeque::new();
        let mut submitted = self.iteration;
        let mut flow = ControlFlow::Continue(());
        let mut last = now_ms();
        loop {
            while flow.is_continue() && submitted < until && flying.len() < self.device.in_flight() {
                let times = u64::from(self.pace.times()).min(until - submitted) as u32;
                flying.push_back((times, self.device.submit(self.replay, times, &[&self.game.ring])));
                submitted += u64::from(times);
            }
            let Some((times, readback)) = flying.pop_front() else {
                return Ok(flow);
            };
            let ring = readback.await?;
            let now = now_ms();
            self.pace.observe(times, now - last);
            last = now;
            let rows = self.rows(&ring[0], times);
            self.iteration += u64::from(times);
            if seen(&rows).is_break() {
                flow = ControlFlow::Break(());
            }
        }
    }

    /// Samples of G for the first `count` noise vectors of a seed: the same z for ever.   count×dimensions, row by row.
    /// # Errors
    /// if the device fails.
    pub async fn samples(&mut self, count: u32, seed: u32) -> Result<Vec<f32>> {
        let at = match self.sheets.iter().position(|sheet| sheet.samples.rows() == count) {
            Some(at) => at,
            None => self.prepare_sheet(count)?,
        };
        let Sheet { replay, samples } = &self.sheets[at];
        self.device.write(&self.game.still_clock, bytemuck::cast_slice(&[seed, 0, 0, 0]));
        let bytes = self.device.submit(*replay, 1, &[samples]).await?;
        Ok(bytemuck::pod_collect_to_vec(&bytes[0]))
    }

    /// All that has been learnt so far.
    /// # Errors
    /// if the device fails.
    pub async fn state(&mut self) -> Result<State> {
        let named = self.named_tensors();
        let tensors: Vec<&Tensor> = named.iter().map(|(_, tensor)| tensor).collect();
        let bytes = self.device.read(&tensors).await?;
        let array = |(tensor, bytes): (&Tensor, &Vec<u8>)| Array {
            shape: vec![tensor.rows() as usize, tensor.cols() as usize],
            values: bytemuck::pod_collect_to_vec(bytes),
        };
        let arrays = tensors.iter().copied().zip(&bytes).map(array);
        Ok(State {
            iteration: self.iteration,
            tensors: named.iter().map(|(name, _)| name.clone()).zip(arrays).collect(),
        })
    }

    /// Goes back to a state.
    /// # Errors
    /// if it belongs to another architecture; nothing is changed then.
    pub fn restore(&mut self, state: &State) -> Result<()> {
        let named = self.named_tensors();
        for (name, tensor) in &named {
            let Some(array) = state.tensors.get(name) else {
                return Err(Error::Checkpoint(format!(
                    "the checkpoint has no tensor `{name}`: it belongs to another game"
                )));
            };
            if array.shape != [tensor.rows() as usize, tensor.cols() as usize] {
                let (rows, cols) = (tensor.rows(), tensor.cols());
                let found = &array.shape;
                return Err(Error::Checkpoint(format!(
                    "the checkpoint's `{name}` has the shape {found:?}, the game's is [{rows}, {cols}]: it belongs to another architecture"
                )));
            }
        }
        if let Some(stranger) = state.tensors.keys().find(|key| !named.iter().any(|(name, _)| name == *key)) {
            return Err(Error::Checkpoint(format!(
                "the checkpoint has a tensor `{stranger}`, the game has none: it belongs to another game"
            )));
        }
        for (name, tensor) in &named {
            self.device.write(tensor, bytemuck::cast_slice(&state.tensors[name].values));
        }
        self.set_clock(state.iteration);
        Ok(())
    }

    fn prepare_sheet(&mut self, count: u32) -> Result<usize> {
        let (plan, samples) = self.game.record_samples(&mut self.rec, count);
        self.device.allocate(self.rec.memory())?;
        let replay = self.device.prepare(&plan)?;
        self.sheets.push(Sheet { replay, samples });
        Ok(self.sheets.len() - 1)
    }

    /// Draws the initial parameters and limits their columns. Velocities begin at zero, as the device's memory does.
    fn initialise(&mut self, projection: &Plan) -> Result<()> {
        for (number, network) in [&self.game.generator, &self.game.discriminator].into_iter().enumerate() {
            for (index, parameter) in network.parameters().iter().enumerate() {
                let stream = (number as u32) << 16 | index as u32;
                let values = parameter.initial.values(self.seed, stream, parameter.value.len() as usize);
                self.device.write(&parameter.value, bytemuck::cast_slice(&values));
            }
        }
        self.set_clock(0);
        if !projection.dispatches.is_empty() {
            let replay = self.device.prepare(projection)?;
            drop(self.device.submit(replay, 1, &[]));
        }
        Ok(())
    }

    fn set_clock(&mut self, iteration: u64) {
        self.iteration = iteration;
        self.device
            .write(&self.game.clock, bytemuck::cast_slice(&self.game.clock_at(self.seed, iteration)));
    }

    /// Parameters and velocities by the names they have in checkpoints.
    fn named_tensors(&self) -> Vec<(String, Tensor)> {
        let of = |network: &Network| {
            let pairs = network
                .parameters()
                .iter()
                .map(|parameter| (parameter.value.clone(), parameter.velocity.clone()));
            pairs.collect::<Vec<_>>()
        };
        let pairs = of(&self.game.generator).into_iter().chain(of(&self.game.discriminator));
        pairs
            .flat_map(|(value, velocity)| {
                [
                    (value.name().to_string(), value.clone()),
                    (format!("{} velocity", value.name()), velocity),
                ]
            })
            .collect()
    }

    fn rows(&self, ring: &[u8], times: u32) -> Vec<Metrics> {
        let ring: Vec<f32> = bytemuck::pod_collect_to_vec(ring);
        let (rows, columns) = (u64::from(self.game.ring.rows()), self.game.ring.cols() as usize);
        let row = |iteration: u64| {
            let start = (iteration % rows) as usize * columns;
            Metrics::from_row(iteration + 1, &ring[start..start + columns])
        };
        (self.iteration..self.iteration + u64::from(times)).map(row).collect()
    }
}
