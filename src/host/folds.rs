//! Twins of `parzen_fold.wgsl`, `nearest_fold.wgsl` and `within_fold.wgsl` with `references/piece.wgsl`: what is made of squared distances, piece by piece.

use crate::host::Real;
use crate::host::call::Call;
use rayon::prelude::*;

/// Points that one thread serves at a time: their state stays in its cache while the references go by.
const POINTS: usize = 256;

/// The references of one piece, and their products with all points.
struct Piece<'a, T> {
    first: u32,
    live: usize,
    m: usize,
    rows: usize,
    groups: usize,
    products: &'a [T],
    s_squares: &'a [T],
}

impl<'a, T: Real> Piece<'a, T> {
    fn of(call: &Call<'a, T>) -> Piece<'a, T> {
        let piece = call.words("piece");
        let [m, rows, groups] = ["m", "rows", "groups"].map(|name| call.size(name));
        Piece {
            first: piece[0],
            live: piece[1] as usize,
            m,
            rows,
            groups,
            products: call.reals("products"),
            s_squares: call.reals("s_squares"),
        }
    }

    /// Shows every reference j of the piece, with e_ji = ‖s_j‖² − 2 s_j·x_i for so many points i from `first` on.
    fn each(&self, first: usize, points: usize, mut see: impl FnMut(usize, &[T])) {
        let mut e = vec![T::zero(); points];
        for j in 0..self.live {
            let products = |group: usize| &self.products[(group * self.rows + j) * self.m + first..][..points];
            e.copy_from_slice(products(0));
            for group in 1..self.groups {
                e.iter_mut().zip(products(group)).for_each(|(sum, product)| *sum += *product);
            }
            e.iter_mut().for_each(|e| *e = self.s_squares[j] - (*e + *e));
            see(j, &e);
        }
    }
}

/// sum_ki ← sum_ki + Σ_j exp(−(e_ji − shift_ki)·scale_k), shift_ki being the least e so far.
pub fn parzen<T: Real>(call: &mut Call<T>) {
    let piece = Piece::of(call);
    let scales = call.reals("scales");
    let (shift, sums) = (call.reals_mut("shift"), call.reals_mut("sums"));
    let by_scale = shift.par_chunks_mut(piece.m).zip(sums.par_chunks_mut(piece.m)).zip(scales);
    by_scale.for_each(|((shift, sums), scale)| {
        let parts = shift.par_chunks_mut(POINTS).zip(sums.par_chunks_mut(POINTS)).enumerate();
        parts.for_each(|(part, (shift, sums))| {
            piece.each(part * POINTS, shift.len(), |_, e| {
                for ((least, sum), e) in shift.iter_mut().zip(sums.iter_mut()).zip(e) {
                    if *e < *least {
                        *sum = *sum * ((*e - *least) * *scale).exp() + T::one();
                        *least = *e;
                    } else {
                        *sum += ((*least - *e) * *scale).exp();
                    }
                }
            });
        });
    });
}

/// The nearest references of every point so far, nearest first.
pub fn nearest<T: Real>(call: &mut Call<T>) {
    let piece = Piece::of(call);
    let kept = call.constant("NEAREST");
    let (least, which) = (call.reals_mut("least"), call.words_mut("which"));
    let m = piece.m;
    let parts: Vec<Vec<Vec<(T, u32)>>> = (0..m.div_ceil(POINTS))
        .into_par_iter()
        .map(|part| {
            let first = part * POINTS;
            let points = POINTS.min(m - first);
            let mut near: Vec<Vec<(T, u32)>> =
                (first..first + points).map(|i| (0..kept).map(|k| (least[k * m + i], which[k * m + i])).collect()).collect();
            piece.each(first, points, |j, e| {
                for (near, e) in near.iter_mut().zip(e) {
                    if *e < near[kept - 1].0 {
                        let place = near.partition_point(|(other, _)| other <= e);
                        near.insert(place, (*e, piece.first + j as u32));
                        near.truncate(kept);
                    }
                }
            });
            near
        })
        .collect();
    for (i, near) in parts.iter().flatten().enumerate() {
        for (k, (e, reference)) in near.iter().enumerate() {
            (least[k * m + i], which[k * m + i]) = (*e, *reference);
        }
    }
}

/// inside_i ← inside_i + the number of references of the piece whose ball holds point i.
pub fn within<T: Real>(call: &mut Call<T>) {
    let piece = Piece::of(call);
    let (radius_squares, x_squares) = (call.reals("radius_squares"), call.reals("x_squares"));
    let parts = call.words_mut("inside").par_chunks_mut(POINTS).zip(x_squares.par_chunks(POINTS)).enumerate();
    parts.for_each(|(part, (inside, x_squares))| {
        piece.each(part * POINTS, inside.len(), |j, e| {
            for ((inside, x_squares), e) in inside.iter_mut().zip(x_squares).zip(e) {
                *inside += u32::from((*x_squares + *e).max(T::zero()) <= radius_squares[j]);
            }
        });
    });
}
