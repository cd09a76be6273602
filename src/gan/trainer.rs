//! The trainer: replays the recorded iteration on a device, and reads back nothing but metrics and samples.

use crate::data::Dataset;
use crate::error::Result;
use crate::gan::alone::Alone;
use crate::gan::evaluation::Evaluation;
use crate::gan::inspection::{Chunk, Inspector};
use crate::gan::pace::Pace;
use crate::gan::sheets::Sheets;
use crate::gan::{Config, Fit, Game, Metrics, State, Told, completion};
use crate::plan::{Device, Plan, PlanId, Readback, Recorder, Span};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::time::Duration;

/// Trains one game on one device.
pub struct Trainer {
    pub(super) device: Box<dyn Device>,
    pub(super) game: Game,
    pub(super) rec: Recorder,
    seed: u32,
    pub(super) iteration: u64,
    pub(super) plan: Plan,
    pub(super) replay: PlanId,
    sheets: Sheets,
    /// What G is given on sheets beside z, where it completes pictures.   rows×2n.
    given: Vec<f32>,
    forging: Evaluation,
    judging: Evaluation,
    pub(super) alone: Alone,
    pub(super) pace: Pace,
    pub(super) inspector: Inspector,
}

impl Trainer {
    /// Lays out the game, gives it memory on the device, uploads the data, and draws the initial parameters.
    /// # Errors
    /// if the configuration does not fit the data, or the device refuses a tensor or a kernel.
    pub fn new(mut device: Box<dyn Device>, config: &Config, dataset: &Dataset) -> Result<Trainer> {
        let mut rec = Recorder::new();
        let game = Game::new(&mut rec, config, &dataset.outline(), &dataset.training_mean())?;
        let sheets = Sheets::new(&mut rec, &game.prior, config.classes());
        let projection = game.record_projection(&mut rec);
        let plan = game.record_iteration(&mut rec);
        Fit::new(&game, rec.memory(), &plan, &*device)?.checked()?;
        device.allocate(rec.memory())?;
        game.upload(&mut *device, dataset)?;
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
            sheets,
            given: completion::given_on_sheets(config, dataset)?,
            forging: Evaluation::default(),
            judging: Evaluation::default(),
            alone: Alone::default(),
            pace,
            inspector: Inspector::new(config.report.inspect_every),
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
    /// `now_ms` is a clock that only goes forward. Submissions follow one another without a gap: one computes while the one before is read. Every so manieth
    /// iteration is inspected.
    /// # Errors
    /// if the device fails, or a number is not finite: [`Trainer::finding`] says which, and only [`Trainer::restore`] lets training go on.
    pub async fn advance(
        &mut self,
        until: u64,
        now_ms: &dyn Fn() -> f64,
        seen: &mut dyn FnMut(&[Metrics]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>> {
        let begun = self.iteration;
        let mut flying: VecDeque<(Chunk, Readback)> = VecDeque::new();
        let mut submitted = self.iteration;
        let mut flow = ControlFlow::Continue(());
        let mut last = now_ms();
        loop {
            while flow.is_continue() && submitted < until && flying.len() < self.device.in_flight() {
                let chunk = self.inspector.chunk(submitted, u64::from(self.pace.times()).min(until - submitted));
                // Getting ready takes a while: the first iterations come before, where they can.
                if chunk.inspected || self.iteration > begun {
                    self.prepare_inspection()?;
                }
                flying.push_back((chunk, self.submit(chunk)));
                submitted += u64::from(chunk.times);
            }
            let Some((chunk, readback)) = flying.pop_front() else {
                return self.inspector.verdict(flow);
            };
            let read = readback.await?;
            let now = now_ms();
            self.pace.observe(chunk.times, now - last);
            last = now;
            let rows = self.rows(&read[0], chunk.times);
            self.iteration += u64::from(chunk.times);
            self.look_at(chunk, &rows, &read);
            if seen(&rows).is_break() || self.inspector.has_found() {
                flow = ControlFlow::Break(());
            }
        }
    }

    /// How long each of the submissions takes that an iteration is handed over in when it is too long for one. See [`Device::submissions`].
    pub fn submissions(&self) -> Vec<Duration> {
        self.device.submissions(self.replay)
    }

    /// Trains for one iteration, slowly, and tells how long each part of it took on the device. One that cannot tell trains nothing.
    /// # Errors
    /// if the device fails.
    pub async fn time(&mut self) -> Result<Option<Vec<Span>>> {
        let spans = self.device.time(self.replay).await?;
        self.iteration += u64::from(spans.is_some());
        Ok(spans)
    }

    /// Samples of G for the first `count` noise vectors of a seed: the same z for ever, and every label as often; in a game of completion the first training
    /// examples, completed under a mask each.   count×dimensions, row by row.
    /// # Errors
    /// if the device fails.
    pub async fn samples(&mut self, count: u32, seed: u32) -> Result<Vec<f32>> {
        let z = self.sheets.noise(&mut *self.device, &mut self.rec, count, seed, Told::All).await?;
        if self.given.is_empty() {
            return self.generate(&z).await;
        }
        let (size, n) = (self.game.prior.size() as usize, self.game.data.dimensions() as usize);
        let made = self.generate(&completion::beside_given(&z, size, &self.given, 2 * n)).await?;
        Ok(completion::kept(&made, &self.given, n))
    }

    /// x = G(z) for noise vectors of the caller's choice, by the generator as it is now; with labels in a conditional game, and with what is kept and its mask
    /// in one of completion.   z: count×inputs, result: count×dimensions, row by row.
    /// # Errors
    /// if the device fails.
    /// # Panics
    /// if z is no whole number of noise vectors.
    pub async fn generate(&mut self, z: &[f32]) -> Result<Vec<f32>> {
        self.forging.apply(&mut *self.device, &mut self.rec, &self.game.generator, z).await
    }

    /// D's logits without dropout, by the discriminator as it is now; with labels in a conditional game, and with codes in one of inference.   x: count×inputs, result: one per row.
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
        State::read(&mut *self.device, &self.game.networks(), self.iteration).await
    }

    /// Goes back to a state.
    /// # Errors
    /// if it belongs to another architecture; nothing is changed then.
    pub fn restore(&mut self, state: &State) -> Result<()> {
        let networks = self.game.networks();
        state.check(&networks)?;
        state.write(&mut *self.device, &networks);
        self.set_clock(state.iteration);
        self.forget_findings();
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
