//! Exponential moving averages of parameters: what a network is shown with, while its raw parameters are trained.
//!
//! θ̄ ← d·θ̄ + (1 - d)·θ after every update, from θ̄ = θ in the beginning (Polyak & Juditsky 1992 average all iterates alike; the exponential form for
//! generators: Yazıcı et al. 2019, "The Unusual Effectiveness of Averaging in GAN Training").

use crate::nn::Network;
use crate::plan::{Recorder, Tensor, Work};

impl Network {
    /// The same network, with an average beside every parameter.
    pub fn averaged(mut self, rec: &mut Recorder) -> Network {
        let (whole, views) = self.beside(rec, "average");
        self.average = Some(whole);
        self.parameters_mut().iter_mut().zip(views).for_each(|(parameter, view)| parameter.average = Some(view));
        self
    }

    /// Records one step of the averages towards the parameters; nothing where the network keeps none.
    pub fn follow(&self, rec: &mut Recorder, decay: f32) {
        let Some(average) = &self.average else { return };
        let count = self.theta.len() / 4;
        rec.dispatch("average")
            .bind("average", average)
            .bind("theta", &self.theta)
            .argument("count", count)
            // Exact: 1 - d loses nothing from d = 1/2 on.
            .argument("rate", 1.0 - decay)
            .work(Work::Flat(count))
            .flops(3 * u64::from(self.theta.len()))
            .record();
    }

    /// Records the projection of the averages' columns, as [`Network::project`] does that of the parameters'.
    pub fn project_average(&self, rec: &mut Recorder) {
        self.project_each(rec, |parameter| parameter.average.as_ref());
    }

    /// Records with the averages in the parameters' place, where the network keeps them: as it is shown.
    pub fn as_shown<R>(&self, rec: &mut Recorder, record: impl FnOnce(&mut Recorder) -> R) -> R {
        match &self.average {
            Some(average) => rec.instead(&self.theta, average, record),
            None => record(rec),
        }
    }

    /// Records the plain forward pass of x with the averages in the parameters' place, where the network keeps them: how it is shown.
    /// x: m×inputs, result: m×outputs.
    #[track_caller]
    pub fn show(&self, rec: &mut Recorder, x: &Tensor) -> Tensor {
        self.as_shown(rec, |rec| self.evaluate(rec, x))
    }
}
