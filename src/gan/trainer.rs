//! The trainer: replays the recorded iteration on a device, and reads back nothing but metrics and samples.

use crate::data::Dataset;
use crate::error::Result;
use crate::gan::alone::Alone;
use crate::gan::evaluation::Evaluation;
use crate::gan::pace::Pace;
use crate::gan::sheets::Sheets;
use crate::gan::{Config, Fit, Game, Metrics, State};
use crate::plan::{Device, Plan, PlanId, Readback, Recorder, Span};
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Trains one game on one device.
pub struct Trainer {
    pub(super) device: Box<dyn Device>,
    pub(super) game: Game,
    pub(super) rec: Recorder,
    seed: u32,
    pub(super) iteration: u64,
    plan: Plan,
    replay: PlanId,
    sheets: Sheets,
    forging: Evaluation,
    judging: Evaluation,
    pub(super) alone: Alone,
    pace: Pace,
}

impl Trainer {
    /// Lays out the game, gives it memory on the device, uploads the data, and draws the initial parameters.
    /// # Errors
    /// if the configuration does not fit the data, or the device refuses a tensor or a kernel.
    pub fn new(mut device: Box<dyn Device>, config: &Config, dataset: &Dataset) -> Result<Trainer> {
        let mut rec = Recorder::new();
        let game = Game::new(&mut rec, config, &dataset.outline(), &dataset.training_mean())?;
        let sheets = Sheets::new(&mut rec, &game.prior);
        let projection = game.record_projection(&mut rec);
        let plan = game.record_iteration(&mut rec);
        Fit::new(&game, rec.memory(), &plan, &*device)?.checked()?;
        device.allocate(rec.memory())?;
        game.data.upload(&mut *device, dataset);
        let replay = device.prepare(&plan)?;
        let flops = plan.dispatches.iter().map(|dispatch| dispatch.flops).sum();
        let pace = Pace::new(game.ring.rows() / device.in_flight() as u32 / 2, flops);
        let mut trainer = Trainer {
            device,
            game,
            rec,
            seed: config.seed,
            iteration: 0,
            plan,
            replay,
            sheets,
            forging: Evaluation::default(),
            judging: Evaluation::default(),
            alone: Alone::default(),
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

    /// Bytes that training takes on the device by what they hold, as they were laid out.
    pub fn memory_by_kind(&self) -> Vec<(&'static str, u64)> {
        self.game.memory_by_kind(self.rec.memory())
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
                self.device.split(self.replay, self.pace.pieces());
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

    /// Trains for one iteration, slowly, and tells how long each part of it took on the device. One that cannot tell trains nothing.
    /// # Errors
    /// if the device fails.
    pub async fn time(&mut self) -> Result<Option<Vec<Span>>> {
        let spans = self.device.time(self.replay).await?;
        self.iteration += u64::from(spans.is_some());
        Ok(spans)
    }

    /// Samples of G for the first `count` noise vectors of a seed: the same z for ever.   count×dimensions, row by row.
    /// # Errors
    /// if the device fails.
    pub async fn samples(&mut self, count: u32, seed: u32) -> Result<Vec<f32>> {
        self.sheets.draw(&mut *self.device, &mut self.rec, &self.game.generator, count, seed).await
    }

    /// x = G(z) for noise vectors of the caller's choice, by the generator as it is now.   z: count×size, result: count×dimensions, row by row.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// if z is no whole number of noise vectors.
    pub async fn generate(&mut self, z: &[f32]) -> Result<Vec<f32>> {
        self.forging.apply(&mut *self.device, &mut self.rec, &self.game.generator, z).await
    }

    /// D's logits without dropout, by the discriminator as it is now.   x: count×dimensions, result: one per row.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// if x is no whole number of rows.
    pub async fn judge(&mut self, x: &[f32]) -> Result<Vec<f32>> {
        self.judging.apply(&mut *self.device, &mut self.rec, &self.game.discriminator, x).await
    }

    /// The device, and the recorder of all its buffers: where other plans can be prepared and replayed between iterations.
    pub fn workbench(&mut self) -> (&mut dyn Device, &mut Recorder) {
        (&mut *self.device, &mut self.rec)
    }

    /// All that has been learnt so far.
    /// # Errors
    /// if the device fails.
    pub async fn state(&mut self) -> Result<State> {
        State::read(&mut *self.device, &[&self.game.generator, &self.game.discriminator], self.iteration).await
    }

    /// Goes back to a state.
    /// # Errors
    /// if it belongs to another architecture; nothing is changed then.
    pub fn restore(&mut self, state: &State) -> Result<()> {
        let networks = [&self.game.generator, &self.game.discriminator];
        state.check(&networks)?;
        state.write(&mut *self.device, &networks);
        self.set_clock(state.iteration);
        Ok(())
    }

    /// Draws the initial parameters and limits their columns. Velocities begin at zero, as the device's memory does.
    fn initialise(&mut self, projection: &Plan) -> Result<()> {
        self.game.write_start(&mut *self.device, self.seed);
        if !projection.dispatches.is_empty() {
            let replay = self.device.prepare(projection)?;
            drop(self.device.submit(replay, 1, &[]));
        }
        Ok(())
    }

    fn set_clock(&mut self, iteration: u64) {
        self.iteration = iteration;
        self.device.write(&self.game.clock, bytemuck::cast_slice(&self.game.clock_at(self.seed, iteration)));
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
