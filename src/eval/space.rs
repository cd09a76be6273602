//! Samples among real examples in one space, pixels or features: precision, recall, and the size of the support.

use crate::error::Result;
use crate::eval::birthday::{Birthday, Support, birthday};
use crate::eval::distances::Rows;
use crate::eval::manifold::{K, Manifold, manifold};
use crate::eval::neighbours::nearest;
use crate::plan::{Device, Recorder};
use serde::Serialize;
use std::fmt;

/// Held-out examples whose nearest training example is looked for, to say what is near.
const NEAR: usize = 1000;

/// What samples are in one space.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Space {
    /// `pixels`, `features`.
    pub name: &'static str,
    /// Precision and recall of samples.
    pub samples: Manifold,
    /// Precision and recall of validation examples: what a perfect generator would get.
    pub held_out: Manifold,
    /// Duplicates.
    pub birthday: Birthday,
}

/// Sets of rows in one space.
#[derive(Clone, Copy, Debug)]
pub struct Sets<'a> {
    /// Samples.
    pub samples: Rows<'a>,
    /// Training examples.
    pub training: Rows<'a>,
    /// Validation examples.
    pub valid: Rows<'a>,
    /// Test examples.
    pub test: Rows<'a>,
}

impl Space {
    /// Compares at most `count` rows of each set with as many test examples.
    /// # Errors
    /// if the device refuses a tensor or a kernel, or fails.
    /// # Panics
    /// if samples, validation or test examples are too few for precision and recall.
    pub async fn of(name: &'static str, device: &mut dyn Device, rec: &mut Recorder, sets: Sets<'_>, count: usize) -> Result<Space> {
        let count = [sets.samples, sets.valid, sets.test].iter().map(Rows::count).min().unwrap_or(0).min(count);
        let (samples, valid, test) = (sets.samples.first(count), sets.valid.first(count), sets.test.first(count));
        let near = nearest(device, rec, sets.valid.first(NEAR), sets.training).await?;
        Ok(Space {
            name,
            samples: manifold(device, rec, test, samples).await?,
            held_out: manifold(device, rec, test, valid).await?,
            birthday: birthday(device, rec, samples, test, &near).await?,
        })
    }
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Space { name, samples, held_out, birthday } = self;
        writeln!(f, "In {name}, {} points each", samples.count)?;
        for (what, Manifold { precision, recall, .. }) in [("samples", samples), ("validation examples", held_out)] {
            writeln!(f, "  {what:<20} precision {precision:.3}, recall {recall:.3} (k = {K})")?;
        }
        let Birthday { threshold, samples, real } = birthday;
        for (what, Support { pairs, estimate, at_least, .. }) in [("samples", samples), ("test examples", real)] {
            let about = estimate.map_or(String::new(), |estimate| format!("about {estimate:.1e}, "));
            writeln!(f, "  {what:<20} {pairs} pairs closer than {threshold:.3}: a support of {about}at least {at_least:.1e}")?;
        }
        Ok(())
    }
}
