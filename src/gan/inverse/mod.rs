//! From x back to z for a fixed generator, which the paper left to future work (section 7: "learned approximate inference", "all conditionals").
//!
//! * [`Encoder`] is learned inference: a network E that is trained on pairs (z, G(z)), as many as are wanted, because G makes them; or
//!   the one that has played a bidirectional game with G.
//! * [`Descent`] is inference by search: gradient descent in z on the squared error of G(z), which may leave out pixels, so that it also completes pictures.
//! * [`Mask`] says which pixels are left out.
//!
//! Both work on the generator of a [`Sampler`](crate::gan::Sampler), as it is shown; nothing here changes it. A generator that is given more than z is not
//! inverted here.

mod descent;
mod encoder;
mod mask;
mod recipe;
mod support;

pub use descent::{Descent, Step};
pub use encoder::{Encoder, Lesson, Target};
pub use mask::Mask;
pub use recipe::EncoderRecipe;

#[cfg(all(test, feature = "native"))]
mod tests;
