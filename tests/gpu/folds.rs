//! `parzen_fold`, `nearest_fold` and `within_fold` over `references/piece`: what is made of squared distances, one piece of references after the other.

use crate::compare::{TINY, ULP, UNIT, exp_error, same_bits, same_words, wide, within};
use crate::lab::{Lab, On, as_bits, numbers};
use gander::plan::{DispatchBuilder, Tensor, Work};

/// References, live ones among them (the last rows of a piece may be left over from another), points, groups of dimensions.
const SHAPES: [[u32; 4]; 4] = [[1, 1, 1, 1], [7, 5, 67, 3], [33, 33, 3, 1], [64, 61, 131, 2]];
/// The place of a piece's first reference among all.
const FIRST: u32 = 1000;

/// The tensors that every fold reads.
struct Piece {
    piece: Tensor,
    products: Tensor,
    s_squares: Tensor,
}

impl Piece {
    fn new(lab: &mut Lab, [rows, _, m, groups]: [u32; 4]) -> Piece {
        let products = lab.rec.tensor("products", [groups * rows, m]);
        Piece { piece: lab.rec.words("piece", 2), products, s_squares: lab.rec.tensor("s squares", [1, rows]) }
    }

    /// Begins a fold, one invocation for each of `count` states.
    fn fold<'a>(&self, lab: &'a mut Lab, operation: &str, [rows, _, m, groups]: [u32; 4], count: u32) -> DispatchBuilder<'a> {
        lab.rec
            .dispatch_hooked(operation, "references/piece")
            .bind("piece", &self.piece)
            .bind("products", &self.products)
            .bind("s_squares", &self.s_squares)
            .argument("m", m)
            .argument("rows", rows)
            .argument("groups", groups)
            .work(Work::Flat(count))
    }
}

/// e_ji of the live references, point by point: exact in f32, for all of these numbers are whole quarters.
fn e(products: &[f32], s_squares: &[f32], [rows, live, m, groups]: [u32; 4]) -> Vec<Vec<f32>> {
    let product = |j: u32, i: u32| (0..groups).map(|group| products[((group * rows + j) * m + i) as usize]).sum::<f32>();
    (0..m).map(|i| (0..live).map(|j| s_squares[j as usize] - 2.0 * product(j, i)).collect()).collect()
}

/// Numbers in quarters, of which there are few: sums of them are exact, and many are equal.
fn quarters(seed: u32, len: u32) -> Vec<f32> {
    numbers(seed, len).iter().map(|x| (x * 8.0).round() / 4.0).collect()
}

/// A term's exponent is the sum of those of all rescalings it went through, each made of rounded differences of rounded numbers up to E.
#[test]
fn sums_of_windows_are_within_their_rounding_whatever_came_before() {
    let mut lab = Lab::enter();
    let scales = [0.5_f32, 50.0, 0.0];
    let k = scales.len() as u32;
    let tensors = SHAPES.map(|shape| {
        let (piece, m) = (Piece::new(&mut lab, shape), shape[2]);
        let [all, shift, sums] = [[1, k], [k, m], [k, m]].map(|shape| lab.rec.tensor("state", shape));
        let dispatch = piece.fold(&mut lab, "parzen_fold", shape, k * m).bind("scales", &all).bind("shift", &shift).bind("sums", &sums);
        dispatch.argument("count", k * m).record();
        (piece, all, shift, sums)
    });
    // Half of the points have seen one reference at e = 1 before, the others none.
    let before = |at: usize| if at.is_multiple_of(2) { (1e20_f32, 0.0_f32) } else { (1.0, 1.0) };
    let values = SHAPES.map(|[rows, live, m, groups]| {
        let (products, s_squares) = (quarters(rows, groups * rows * m), quarters(rows + 1, rows));
        let (shift, sums): (Vec<f32>, Vec<f32>) = (0..(k * m) as usize).map(|at| before(at % m as usize)).unzip();
        (as_bits(&[FIRST, live]), products, s_squares, shift, sums)
    });
    let mut inputs: Vec<(&Tensor, &[f32])> = vec![];
    for ((piece, all, shift, sums), values) in tensors.iter().zip(&values) {
        inputs.extend([(&piece.piece, &values.0[..]), (&piece.products, &values.1[..]), (&piece.s_squares, &values.2[..])]);
        inputs.extend([(all, &scales[..]), (shift, &values.3[..]), (sums, &values.4[..])]);
    }
    let outputs: Vec<&Tensor> = tensors.iter().flat_map(|(_, _, shift, sums)| [shift, sums]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, shape) in SHAPES.into_iter().enumerate() {
        let (_, products, s_squares, ..) = &values[number];
        let exact: Vec<Vec<f64>> = e(products, s_squares, shape).iter().map(|e| wide(e)).collect();
        let (mut shift, mut sums, mut bounds) = (vec![], vec![], vec![]);
        for scale in scales.map(f64::from) {
            for (i, exact) in exact.iter().enumerate() {
                let mut terms = exact.clone();
                terms.extend((before(i).1 > 0.0).then_some(1.0));
                let least = terms.iter().copied().fold(f64::INFINITY, f64::min);
                let largest = terms.iter().fold(0.0, |largest: f64, e| largest.max(e.abs()));
                let weights: Vec<f64> = terms.iter().map(|e| (-(e - least) * scale).exp()).collect();
                let n = terms.len() as f64;
                let error = |e: f64| {
                    let exponent = (e - least) * scale;
                    (n + 1.0) * (4.0 * scale * UNIT * largest + 3.0 * ULP + UNIT) + exp_error(exponent) + exponent * UNIT
                };
                let of_terms: f64 = terms.iter().zip(&weights).map(|(e, weight)| weight * error(*e).exp_m1()).sum();
                shift.push(least);
                sums.push(weights.iter().sum::<f64>());
                bounds.push(of_terms + n * UNIT * weights.iter().sum::<f64>() + n * TINY);
            }
        }
        let close = |twin: &[f64], expected: &[f64]| twin.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1e-12 * (1.0 + b.abs()));
        assert!(close(lab.host.reals(outputs[2 * number]), &shift), "the twin's shift of {shape:?}");
        assert!(close(lab.host.reals(outputs[2 * number + 1]), &sums), "the twin's sums of {shape:?}");
        for gpu in &seen {
            within(&format!("{}: shift of {shape:?}", gpu.name), &gpu.reals(2 * number), &shift, |_| 0.0);
            within(&format!("{}: sums of {shape:?}", gpu.name), &gpu.reals(2 * number + 1), &sums, |at| bounds[at]);
        }
    }
}

#[test]
fn the_nearest_are_kept_in_their_order_and_of_equal_ones_the_first() {
    const NEAREST: usize = 4;
    let mut lab = Lab::enter();
    let tensors = SHAPES.map(|shape| {
        let (piece, m) = (Piece::new(&mut lab, shape), shape[2]);
        let (least, which) = (lab.rec.tensor("least", [NEAREST as u32, m]), lab.rec.words("which", NEAREST as u32 * m));
        piece.fold(&mut lab, "nearest_fold", shape, m).bind("least", &least).bind("which", &which).record();
        (piece, least, which)
    });
    let before = [(-1.0_f32, 7_u32), (0.5, 9), (1e20, 0), (1e20, 0)];
    let values = SHAPES.map(|[rows, live, m, groups]| {
        let least: Vec<f32> = before.iter().flat_map(|(e, _)| vec![*e; m as usize]).collect();
        let which: Vec<u32> = before.iter().flat_map(|(_, who)| vec![*who; m as usize]).collect();
        (as_bits(&[FIRST, live]), quarters(rows, groups * rows * m), quarters(rows + 1, rows), least, as_bits(&which))
    });
    let mut inputs: Vec<(&Tensor, &[f32])> = vec![];
    for ((piece, least, which), values) in tensors.iter().zip(&values) {
        inputs.extend([(&piece.piece, &values.0[..]), (&piece.products, &values.1[..]), (&piece.s_squares, &values.2[..])]);
        inputs.extend([(least, &values.3[..]), (which, &values.4[..])]);
    }
    let outputs: Vec<&Tensor> = tensors.iter().flat_map(|(_, least, which)| [least, which]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, shape) in SHAPES.into_iter().enumerate() {
        let m = shape[2] as usize;
        let (mut least, mut which) = (vec![0.0; NEAREST * m], vec![0; NEAREST * m]);
        for (i, e) in e(&values[number].1, &values[number].2, shape).into_iter().enumerate() {
            let mut all: Vec<(f32, u32)> = before.into_iter().chain(e.into_iter().zip(FIRST..)).collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (place, (e, who)) in all.into_iter().take(NEAREST).enumerate() {
                (least[place * m + i], which[place * m + i]) = (e, who);
            }
        }
        assert_eq!(lab.host.reals(outputs[2 * number]), wide(&least), "the twin's {shape:?}");
        same_words("the twin", &lab.words(outputs[2 * number + 1]), &which);
        for gpu in &seen {
            same_bits(&format!("{}: least of {shape:?}", gpu.name), &gpu.reals(2 * number), &least);
            same_words(&format!("{}: which of {shape:?}", gpu.name), &gpu.words(2 * number + 1), &which);
        }
    }
}

#[test]
fn points_within_a_radius_are_counted_the_rim_included() {
    let mut lab = Lab::enter();
    let tensors = SHAPES.map(|shape| {
        let (piece, [rows, _, m, _]) = (Piece::new(&mut lab, shape), shape);
        let [radius, x_squares] = [rows, m].map(|len| lab.rec.tensor("squares", [1, len]));
        let inside = lab.rec.words("inside", m);
        let dispatch = piece.fold(&mut lab, "within_fold", shape, m).bind("radius_squares", &radius);
        dispatch.bind("x_squares", &x_squares).bind("inside", &inside).record();
        (piece, radius, x_squares, inside)
    });
    let values = SHAPES.map(|[rows, live, m, groups]| {
        let radius: Vec<f32> = quarters(rows + 2, rows).iter().map(|x| x.abs()).collect();
        let before: Vec<u32> = (0..m).collect();
        let piece = as_bits(&[FIRST, live]);
        (piece, quarters(rows, groups * rows * m), quarters(rows + 1, rows), radius, quarters(rows + 3, m), as_bits(&before))
    });
    let mut inputs: Vec<(&Tensor, &[f32])> = vec![];
    for ((piece, radius, x_squares, inside), values) in tensors.iter().zip(&values) {
        inputs.extend([(&piece.piece, &values.0[..]), (&piece.products, &values.1[..]), (&piece.s_squares, &values.2[..])]);
        inputs.extend([(radius, &values.3[..]), (x_squares, &values.4[..]), (inside, &values.5[..])]);
    }
    let outputs: Vec<&Tensor> = tensors.iter().map(|(.., inside)| inside).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, shape) in SHAPES.into_iter().enumerate() {
        let (_, products, s_squares, radius, x_squares, _) = &values[number];
        let distances = e(products, s_squares, shape);
        let rims = distances.iter().zip(x_squares).flat_map(|(e, x)| e.iter().zip(radius).filter(move |(e, r)| *e + x == **r));
        assert!(shape == SHAPES[0] || rims.count() > 0, "no point lies on a rim, so nothing is said of it");
        let holds = |(i, e): (usize, &Vec<f32>)| {
            i as u32 + e.iter().zip(radius).filter(|(e, r)| (*e + x_squares[i]).max(0.0) <= **r).count() as u32
        };
        let expected: Vec<u32> = distances.iter().enumerate().map(holds).collect();
        same_words("the twin", &lab.words(outputs[number]), &expected);
        for gpu in &seen {
            same_words(&format!("{}: inside of {shape:?}", gpu.name), &gpu.words(number), &expected);
        }
    }
}
