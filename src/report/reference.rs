//! What samples are shown as: pictures on a sheet, points in the plane over the data, or a histogram over the data's.

use super::Png;
use super::points::{histogram, scatter};
use super::sheet::{Picture, sheet};
use crate::data::{Dataset, Shape};
use crate::error::{Error, Result};
use crate::gan::Scaling;

/// Data points that a picture of points is drawn over.
const POINTS: u32 = 4000;

/// What samples are compared with.
pub enum Reference {
    /// Nothing: a picture speaks for itself.
    Pictures(Picture),
    /// Points in the plane.
    Plane(Vec<[f32; 2]>),
    /// Points on a line.
    Line(Vec<f32>),
}

impl Reference {
    /// The reference of a data set: some of its training points, or just the shape of its pictures and how they are shown.
    pub fn new(dataset: &Dataset, scaling: Scaling) -> Reference {
        let some = || dataset.train.clone().take(POINTS as usize).map(|i| dataset.example(i));
        match dataset.shape {
            Shape { width: 2, height: 1, channels: 1 } => Reference::Plane(some().map(|point| [point[0], point[1]]).collect()),
            Shape { width: 1, height: 1, channels: 1 } => Reference::Line(some().map(|point| point[0]).collect()),
            shape => Reference::Pictures(Picture::new(shape, dataset.preprocess, scaling)),
        }
    }

    /// Draws samples, one after the other in `values`.
    /// # Errors
    /// if they do not make whole pictures.
    pub fn draw(&self, values: &[f32]) -> Result<Png> {
        match self {
            Reference::Pictures(picture) => sheet(values, *picture, None).map(|pixels| Png::encode(&pixels)),
            Reference::Plane(data) => {
                let (points, rest) = values.as_chunks::<2>();
                match rest {
                    [] => Ok(scatter(points, data)),
                    _ => Err(Error::Data(format!("{} numbers are no points in the plane", values.len()))),
                }
            }
            Reference::Line(data) => Ok(histogram(values, data)),
        }
    }
}
