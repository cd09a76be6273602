//! Semi-supervised learning (the paper's section 7, item 5): "features from the discriminator or inference net could improve performance of classifiers when
//! limited labeled data is available".
//!
//! A classifier is D with K linear units in the place of its logit, under a softmax. It learns from a few labelled examples in one of the ways of [`Way`]; all
//! of them have the same layers, the same dropout, the optimiser of D, and equally many iterations, which are fixed beforehand: nothing is selected.
//! What is measured of it is in [`eval::semi`](crate::eval::semi).

mod features;
mod game;
mod labelled;
mod learner;
mod recipe;
mod start;
#[cfg(all(test, feature = "native"))]
mod tests;

pub use features::Features;
pub use game::SemiGame;
pub use labelled::labelled;
pub use learner::Learner;
pub use recipe::{Recipe, Way, recipe};

use crate::error::Result;
use crate::gan::evaluation::Evaluation;
use crate::nn::Network;
use crate::plan::{Device, Recorder};

/// The share of rows for which the largest logit is not their label's; of equal ones the lowest class is meant.   x: rows×inputs.
async fn wrong(
    device: &mut dyn Device,
    rec: &mut Recorder,
    (network, evaluation): (&Network, &mut Evaluation),
    x: &[f32],
    labels: &[u8],
) -> Result<f64> {
    let classes = network.outputs() as usize;
    let logits = evaluation.apply(device, rec, network, x).await?;
    assert!(logits.len() == classes * labels.len() && !labels.is_empty(), "{} logits, {} labels", logits.len(), labels.len());
    let meant = |a: &[f32]| (1..classes).fold(0, |best, class| if a[class] > a[best] { class } else { best });
    let wrong = logits.chunks_exact(classes).zip(labels).filter(|(logits, label)| meant(logits) != usize::from(**label)).count();
    Ok(wrong as f64 / labels.len() as f64)
}
