//! Evaluation: how good a generator is, and whether the theory holds. Everything heavy runs on a device, as recorded plans.

pub mod cells;
pub mod density;
pub mod figure1;
pub mod mixture;
pub mod optimum;
