//! What is measured in every iteration, on the device.

/// One row of the device's ring of metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Metrics {
    /// The iteration, counted from 1: so many are complete.
    pub iteration: u64,
    /// D's loss.
    pub d_loss: f32,
    /// G's loss.
    pub g_loss: f32,
    /// V(D, G) on the minibatch: mean log D(x) + mean log(1 − D(G(z))), in nats.
    pub value: f32,
    /// Mean D(x).
    pub d_real: f32,
    /// Mean D(G(z)).
    pub d_fake: f32,
    /// The share of real examples that D judged right.
    pub real_right: f32,
    /// The share of forged examples that D judged right.
    pub fake_right: f32,
    /// The L2 norm of G's gradient.
    pub g_gradient: f32,
    /// The L2 norm of D's gradient.
    pub d_gradient: f32,
    /// Whether a loss or a gradient was infinite or not a number.
    pub non_finite: bool,
}

impl Metrics {
    /// Reads a row of the ring; `metrics.wgsl` says what stands where.
    pub(super) fn from_row(iteration: u64, row: &[f32]) -> Metrics {
        Metrics {
            iteration,
            d_loss: row[0],
            g_loss: row[1],
            value: row[2],
            d_real: row[3],
            d_fake: row[4],
            real_right: row[5],
            fake_right: row[6],
            g_gradient: row[7],
            d_gradient: row[8],
            non_finite: row[9] != 0.0,
        }
    }
}
