//! Samples of one or two dimensions, where everything can be counted: modes of the ring, and how far two densities are apart on a grid.
//!
//! A sample is of high quality within three deviations of its nearest mode (Srivastava et al. 2017, "VEEGAN", §5.1). There a mode counts as captured as
//! soon as one sample of high quality is nearest to it; beside that number stands a stricter one, see [`COVERED`].
//!
//! Divergences are those of histograms: of points in cells over the region of the data, and one cell for all that lies outside. Finite histograms of one
//! density differ too, so the same numbers for test examples say what is left when there is nothing to tell.

use crate::data::points::{RING_DEVIATION, ring_modes};
use crate::eval::distances::{Rows, squared_distance};
use crate::eval::optimum::jensen_shannon;
use serde::Serialize;
use std::fmt;

/// Deviations within which a sample is of high quality; VEEGAN, §5.1.
const QUALITY: f64 = 3.0;
/// A mode is covered from this part of its even share of samples on, if they are of high quality.
pub const COVERED: f64 = 0.1;
/// Cells of a line.
const LINE: usize = 100;
/// Cells along each axis of a plane: on the ring one is two deviations wide.
const PLANE: usize = 100;
/// What is added to each cell's count before a KL divergence is taken, so that an empty cell makes it large, not infinite.
const SMOOTHING: f64 = 0.5;

/// How samples lie among known modes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// Samples that were looked at.
    pub count: usize,
    /// Samples of high quality nearest to each mode.
    pub near: Vec<usize>,
    /// The share of samples of high quality.
    pub high_quality: f64,
    /// Modes with any sample of high quality, as VEEGAN counts them.
    pub captured: usize,
    /// Modes with at least [`COVERED`] of their even share.
    pub covered: usize,
}

impl Coverage {
    /// Counts points near modes of this deviation in every dimension.
    /// # Panics
    /// if there are no points or no modes.
    pub fn of(points: Rows, modes: Rows, deviation: f64) -> Coverage {
        let count = points.count();
        assert!(count > 0 && modes.count() > 0, "coverage needs points and modes");
        let mut near = vec![0; modes.count()];
        for x in points.iter() {
            let distances = modes.iter().map(|mode| squared_distance(x, mode)).enumerate();
            let (mode, squared) = distances.min_by(|a, b| a.1.total_cmp(&b.1)).expect("asserted above");
            near[mode] += usize::from(squared <= (QUALITY * deviation).powi(2));
        }
        let high_quality = near.iter().sum::<usize>() as f64 / count as f64;
        let with = |least: f64| near.iter().filter(|near| **near > 0 && **near as f64 >= least).count();
        let (captured, covered) = (with(0.0), with(COVERED * count as f64 / near.len() as f64));
        Coverage { count, near, high_quality, captured, covered }
    }
}

/// Cells over the region of a data set, the same along each axis, and one for what lies outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    low: Vec<f64>,
    width: Vec<f64>,
    along: usize,
}

impl Cells {
    /// Cells over the box of these points.
    /// # Panics
    /// if they have neither one nor two dimensions, or there are none.
    pub fn over(points: Rows) -> Cells {
        let along = match points.dimensions {
            1 => LINE,
            2 => PLANE,
            more => panic!("points of {more} dimensions have no grid"),
        };
        assert!(points.count() > 0, "there is no region without points");
        let ends =
            |axis: usize| points.iter().map(|x| f64::from(x[axis])).fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
        let (low, width) = (0..points.dimensions).map(ends).map(|(low, high)| (low, (high - low) / along as f64)).unzip();
        Cells { low, width, along }
    }

    /// Points in each cell; those outside come last.
    pub fn histogram(&self, points: Rows) -> Vec<usize> {
        let inside = self.along.pow(self.low.len() as u32);
        let mut counts = vec![0; inside + 1];
        points.iter().for_each(|x| counts[self.cell(x).unwrap_or(inside)] += 1);
        counts
    }

    fn cell(&self, x: &[f32]) -> Option<usize> {
        x.iter().zip(&self.low).zip(&self.width).try_fold(0, |cell, ((x, low), width)| {
            let place = (f64::from(*x) - low) / width;
            // The upper end belongs to the last cell; a region without extent is one cell wide.
            let place = if width.abs() > 0.0 { place } else { (f64::from(*x) - low) * f64::MAX };
            (0.0..=self.along as f64).contains(&place).then(|| cell * self.along + (place as usize).min(self.along - 1))
        })
    }
}

/// How far two densities are apart, in nats.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Divergences {
    /// JSD(p_data ‖ p_g), from 0 to ln 2; empty cells are no trouble.
    pub jsd: f64,
    /// KL(p_data ‖ p_g), with half a count added to every cell: large where modes are missing.
    pub kl_data_model: f64,
    /// KL(p_g ‖ p_data), in the same way: large where samples lie that are no data.
    pub kl_model_data: f64,
}

impl Divergences {
    /// Between histograms in the same cells.
    pub fn between(data: &[usize], model: &[usize]) -> Divergences {
        let (p, q) = (shares(data, 0.0), shares(model, 0.0));
        let (smooth_p, smooth_q) = (shares(data, SMOOTHING), shares(model, SMOOTHING));
        Divergences { jsd: jensen_shannon(&p, &q), kl_data_model: kl(&smooth_p, &smooth_q), kl_model_data: kl(&smooth_q, &smooth_p) }
    }
}

/// The share of each cell, with so much added to every count.
fn shares(counts: &[usize], more: f64) -> Vec<f64> {
    let total = counts.iter().sum::<usize>() as f64 + more * counts.len() as f64;
    counts.iter().map(|count| (*count as f64 + more) / total).collect()
}

/// Σ p ln(p/q); 0 ln 0 = 0.
fn kl(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(p, q)| if *p > 0.0 { p * (p / q).ln() } else { 0.0 }).sum()
}

/// Everything that is counted of samples of one or two dimensions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plane {
    /// Modes and quality, where the modes are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// From training examples to samples.
    pub samples: Divergences,
    /// From training examples to test examples.
    pub held_out: Divergences,
    /// Samples, and test examples, in the histograms.
    pub count: usize,
}

impl Plane {
    /// Counts as many samples as there are test examples, or the other way round, against training examples of a data set of this name.
    /// # Panics
    /// if examples have neither one nor two dimensions, or there are none of a kind.
    pub fn of(set: &str, samples: Rows, training: Rows, test: Rows) -> Plane {
        let (count, cells) = (samples.count().min(test.count()), Cells::over(training));
        let data = cells.histogram(training);
        let from_data = |rows: Rows| Divergences::between(&data, &cells.histogram(rows.first(count)));
        let coverage = (set == "ring").then(|| Coverage::of(samples, Rows::new(ring_modes().as_flattened(), 2), RING_DEVIATION));
        Plane { coverage, samples: from_data(samples), held_out: from_data(test), count }
    }
}

impl fmt::Display for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Coverage { count, near, high_quality, captured, covered }) = &self.coverage {
            let (modes, share) = (near.len(), 100.0 * high_quality);
            writeln!(f, "Modes of {count} samples")?;
            writeln!(f, "  covered {covered} of {modes} (at least {COVERED} of the even share), captured {captured} (any sample)")?;
            writeln!(f, "  high quality {share:.1} % (within {QUALITY} deviations of a mode; 98.9 % of the data are)")?;
        }
        writeln!(f, "Divergences from the data on a grid, in nats, {} points each", self.count)?;
        writeln!(f, "  {:<16}{:>8}{:>16}{:>16}", "", "JSD", "KL(data‖model)", "KL(model‖data)")?;
        for (name, Divergences { jsd, kl_data_model, kl_model_data }) in [("samples", &self.samples), ("test examples", &self.held_out)] {
            writeln!(f, "  {name:<16}{jsd:8.4}{kl_data_model:16.4}{kl_model_data:16.4}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
