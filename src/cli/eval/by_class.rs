//! The log-likelihood of a conditional generator, class by class.

use super::{Examples, Options, Workbench};
use crate::cli::wait::wait;
use crate::data::Dataset;
use crate::error::Result;
use crate::eval::by_class::{ByClass, Labelled, Sets, score};
use crate::eval::distances::Rows;

/// Scores samples under the windows of each class, where they were told one and the examples have labels.
pub(super) fn look(
    options: &Options,
    bench: &mut Workbench,
    examples: &Examples,
    samples: Rows,
    told: Option<&[u32]>,
) -> Result<Option<ByClass>> {
    let Dataset { train, valid, test, .. } = &examples.dataset;
    let words = |labels: &[u8]| labels.iter().map(|label| u32::from(*label)).collect::<Vec<_>>();
    let labels = [train, valid, test].map(|range| examples.labels(range).map(words));
    let (Some(told), [Some(of_training), Some(of_valid), Some(of_test)]) = (told, &labels) else {
        return Ok(None);
    };
    let sets = Sets {
        samples: Labelled::new(samples, told),
        training: Labelled::new(examples.training(), of_training),
        valid: Labelled::new(examples.all_valid(), of_valid),
        test: Labelled::new(examples.test(), of_test),
    };
    wait(bench.waiter.as_ref(), score(&mut *bench.device, &mut bench.rec, sets, options.grid()))
}
