//! `join_columns` and `part_columns`: exact, for they only move numbers.

use crate::compare::{same_bits, wide};
use crate::lab::{Lab, On, numbers};
use gander::nn::columns::{join, part};

#[test]
fn rows_stand_side_by_side_and_either_is_parted_from_the_other_again() {
    let mut lab = Lab::enter();
    // Rows, numbers in a row of the one, and of the other.
    let cases = [[1, 1, 1], [7, 5, 3], [26, 33, 10], [200, 784, 100]];
    let tensors = cases.map(|[rows, n, p]| {
        let (x, z) = (lab.rec.tensor("x", [rows, n]), lab.rec.tensor("z", [rows, p]));
        let y = join(&mut lab.rec, &x, &z);
        let (left, right) = (part(&mut lab.rec, &y, 0..n), part(&mut lab.rec, &y, n..n + p));
        (x, z, [y, left, right])
    });
    let values = cases.map(|[rows, n, p]| [numbers(rows + n, rows * n), numbers(rows + 2 * p, rows * p)]);
    let inputs: Vec<_> = tensors.iter().zip(&values).flat_map(|((x, z, _), [of_x, of_z])| [(x, &of_x[..]), (z, &of_z[..])]).collect();
    let outputs: Vec<_> = tensors.iter().flat_map(|(.., outputs)| outputs).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, [_, n, p]) in cases.into_iter().enumerate() {
        let [x, z] = &values[number];
        let rows = x.chunks_exact(n as usize).zip(z.chunks_exact(p as usize));
        let both: Vec<f32> = rows.flat_map(|(x, z)| x.iter().chain(z).copied()).collect();
        for (at, expected) in [&both, x, z].into_iter().enumerate() {
            assert!(*lab.host.reals(&tensors[number].2[at]) == wide(expected)[..], "the twin's {}, case {number}", tensors[number].2[at]);
            for gpu in &seen {
                same_bits(&format!("{}: output {at}, case {number}", gpu.name), &gpu.reals(3 * number + at), expected);
            }
        }
    }
}
