//! `draw_given`, `keep_given` and `forget_given`: exact, for masks are drawn by whole numbers, and the rest is moved.

use crate::compare::{same_bits, wide};
use crate::lab::{Lab, On, as_bits, numbers};
use gander::data::Shape;
use gander::gan::completion::{self, draw_given};
use gander::random::threefry2x32;

const SALT: u32 = 7;

/// 1 where a pixel is kept, by the words of the shader's first lines.
fn mask(m: u32, row: u32, Shape { width, height, channels }: Shape) -> Vec<f32> {
    let words = |index| threefry2x32([3, SALT], [5, index]);
    let ([kind, size], [x, y]) = (words(2 * row), words(2 * row + 1));
    let (w, h) = (width as i64, height as i64);
    let shorter = w.min(h);
    let least = 1.max(shorter / 4);
    let side = least + i64::from(size) % (least.max(3 * shorter / 4) - least + 1);
    let (left, top) = (i64::from(x) % (w - side + 1), i64::from(y) % (h - side + 1));
    let hidden = |pixel: u32| {
        let (c, l) = (i64::from(pixel % width), i64::from(pixel / width));
        match kind % 6 {
            0 => 2 * c + 1 < w,
            1 => 2 * c + 1 > w,
            2 => 2 * l + 1 < h,
            3 => 2 * l + 1 > h,
            4 => left <= c && c < left + side && top <= l && l < top + side,
            _ => f64::from(words(2 * m + row * width * height + pixel)[0]) / 4_294_967_296.0 < f64::from(1 + size % 3) / 4.0,
        }
    };
    let of_pixels: Vec<f32> = (0..width * height).map(|pixel| if hidden(pixel) { 0.0 } else { 1.0 }).collect();
    of_pixels.repeat(channels as usize)
}

#[test]
fn every_row_is_told_what_its_mask_keeps_and_answers_for_the_rest() {
    let mut lab = Lab::enter();
    // Even and odd sides, the smallest, several channels, and many rows.
    let shapes = [(1, 2, 2, 9), (2, 3, 5, 40), (3, 8, 6, 33), (1, 28, 28, 64)];
    let shapes = shapes.map(|(channels, height, width, m)| (Shape { width, height, channels }, m));
    let clock = lab.rec.words("clock", 4);
    let tensors = shapes.map(|(shape, m)| {
        let [x, made] = ["x", "made"].map(|name| lab.rec.tensor(name, [m, shape.dimensions()]));
        let dy = lab.rec.tensor("dy", [m, 2 * shape.dimensions()]);
        let given = draw_given(&mut lab.rec, &clock, shape, &x, SALT);
        completion::keep(&mut lab.rec, &made, &given);
        let dx = completion::forget(&mut lab.rec, &dy, &given);
        ([x, made.clone(), dy], [given, made, dx])
    });
    let values = shapes.map(|(shape, m)| {
        let n = shape.dimensions();
        [numbers(m + n, m * n), numbers(m + 2 * n, m * n), numbers(m + 3 * n, 2 * m * n)]
    });
    let clock_words = as_bits(&[3, 5, 0, 0]);
    let mut inputs = vec![(&clock, &clock_words[..])];
    inputs.extend(tensors.iter().zip(&values).flat_map(|((inputs, _), values)| inputs.iter().zip(values.iter().map(Vec::as_slice))));
    let outputs: Vec<_> = tensors.iter().flat_map(|(_, outputs)| outputs).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    let mut kinds = std::collections::BTreeSet::new();
    for (number, (shape, m)) in shapes.into_iter().enumerate() {
        let n = shape.dimensions() as usize;
        let [x, made, dy] = &values[number];
        let mut expected = [vec![], vec![], vec![]];
        for row in 0..m as usize {
            let mask = mask(m, row as u32, shape);
            kinds.insert(threefry2x32([3, SALT], [5, 2 * row as u32])[0] % 6);
            let (x, made, dy) = (&x[row * n..][..n], &made[row * n..][..n], &dy[2 * row * n..][..n]);
            let choose = |kept: &dyn Fn(usize) -> f32, hidden: &dyn Fn(usize) -> f32| -> Vec<f32> {
                (0..n).map(|i| if mask[i] > 0.0 { kept(i) } else { hidden(i) }).collect()
            };
            expected[0].extend(choose(&|i| x[i], &|_| 0.0).into_iter().chain(mask.clone()));
            expected[1].extend(choose(&|i| x[i], &|i| made[i]));
            expected[2].extend(choose(&|_| 0.0, &|i| dy[i]));
        }
        for (at, expected) in expected.iter().enumerate() {
            assert!(*lab.host.reals(&tensors[number].1[at]) == wide(expected)[..], "the twin's {}, {shape:?}", tensors[number].1[at]);
            for gpu in &seen {
                same_bits(&format!("{}: output {at} of {shape:?}", gpu.name), &gpu.reals(3 * number + at), expected);
            }
        }
    }
    assert_eq!(kinds.len(), 6, "every kind of mask was drawn");
}
