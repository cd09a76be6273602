//! Rows side by side, which are one row to a network, and the way back of their gradients.

use crate::plan::{Recorder, Tensor, Work};
use std::ops::Range;

/// Records y_i = (x_i, b_i).   x: rows×n, beside: rows×p, result: rows×(n + p).
/// # Panics
/// if there are not as many rows of either.
#[track_caller]
pub fn join(rec: &mut Recorder, x: &Tensor, beside: &Tensor) -> Tensor {
    let y = rec.tensor(&format!("{} beside {}", x.name(), beside.name()), [x.rows(), x.cols() + beside.cols()]);
    join_into(rec, x, beside, &y);
    y
}

/// The same, which goes to y.
/// # Panics
/// if a shape does not fit.
#[track_caller]
pub fn join_into(rec: &mut Recorder, x: &Tensor, beside: &Tensor, y: &Tensor) {
    assert!(x.rows() == beside.rows() && y.rows() == x.rows(), "{x}, {beside} and {y} have not as many rows");
    assert!(y.cols() == x.cols() + beside.cols(), "{y} takes no rows of {x} and {beside}");
    rec.dispatch("join_columns")
        .bind("x", x)
        .bind("beside", beside)
        .bind("y", y)
        .argument("rows", x.rows())
        .argument("n", x.cols())
        .argument("p", beside.cols())
        .work(Work::Flat(y.len()))
        .record();
}

/// Records some columns of ∂L/∂(x, b): those of x, or those of b.   dy: rows×n, result: rows×(as many as there are columns).
/// # Panics
/// if dy has not these columns.
#[track_caller]
pub fn part(rec: &mut Recorder, dy: &Tensor, columns: Range<u32>) -> Tensor {
    assert!(columns.start < columns.end && columns.end <= dy.cols(), "{dy} has no columns {columns:?}");
    let p = columns.end - columns.start;
    let dx = rec.tensor(&format!("part of {}", dy.name()), [dy.rows(), p]);
    rec.dispatch("part_columns")
        .bind("dy", dy)
        .bind("dx", &dx)
        .argument("rows", dy.rows())
        .argument("n", dy.cols())
        .argument("first", columns.start)
        .argument("p", p)
        .work(Work::Flat(dx.len()))
        .record();
    dx
}
