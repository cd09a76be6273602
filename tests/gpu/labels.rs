//! `join_labels`: exact, for it only moves numbers.

use crate::compare::{same_bits, wide};
use crate::lab::{Lab, On, as_bits, numbers};
use gander::data::labels::join;
use gander::nn::columns::part;

#[test]
fn labels_stand_one_hot_beside_their_rows_and_fall_off_again() {
    let mut lab = Lab::enter();
    // Rows, numbers in a row, classes, labels: as many labels as rows, and half as many.
    let cases = [[1, 1, 2, 1], [7, 5, 3, 7], [26, 33, 10, 13], [200, 784, 10, 100]];
    let tensors = cases.map(|[rows, n, classes, labelled]| {
        let (x, labels) = (lab.rec.tensor("x", [rows, n]), lab.rec.words("labels", labelled));
        let y = join(&mut lab.rec, &x, &labels, classes);
        let back = part(&mut lab.rec, &y, 0..n);
        (x, labels, y, back)
    });
    let values = cases.map(|[rows, n, ..]| numbers(rows + n, rows * n));
    let labels = cases.map(|[.., classes, labelled]| (0..labelled).map(|i| (i * 7 + i / 3) % classes).collect::<Vec<u32>>());
    let words = labels.each_ref().map(|labels| as_bits(labels));
    let mut inputs = vec![];
    for (number, (x, label, ..)) in tensors.iter().enumerate() {
        inputs.extend([(x, &values[number][..]), (label, &words[number][..])]);
    }
    let outputs: Vec<_> = tensors.iter().flat_map(|(_, _, y, back)| [y, back]).collect();
    let seen = lab.run(On::EveryAdapter, &inputs, &outputs);
    for (number, [_, n, classes, labelled]) in cases.into_iter().enumerate() {
        let rows = values[number].chunks_exact(n as usize).enumerate();
        let expected: Vec<f32> = rows
            .flat_map(|(i, x)| {
                let label = labels[number][i % labelled as usize];
                x.iter().copied().chain((0..classes).map(move |class| if class == label { 1.0 } else { 0.0 }))
            })
            .collect();
        let (_, _, y, back) = &tensors[number];
        assert!(*lab.host.reals(y) == wide(&expected)[..], "the twin's rows with labels");
        assert!(*lab.host.reals(back) == wide(&values[number])[..], "the twin's rows without");
        for gpu in &seen {
            same_bits(&format!("{}: rows with labels, case {number}", gpu.name), &gpu.reals(2 * number), &expected);
            same_bits(&format!("{}: rows without, case {number}", gpu.name), &gpu.reals(2 * number + 1), &values[number]);
        }
    }
}
