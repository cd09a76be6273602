//! `copy`: moves views that do not begin where a binding may begin.

use crate::compare::{same_bits, wide};
use crate::lab::{Lab, On, numbers};
use gander::plan::Work;

#[test]
fn copy_moves_its_count_and_nothing_else() {
    let mut lab = Lab::enter();
    let (from, to) = (lab.rec.tensor("from", [1, 200]), lab.rec.tensor("to", [1, 300]));
    let dispatch = lab.rec.dispatch("copy").bind("from_buffer", &from).bind("to_buffer", &to);
    dispatch.argument("count", 131).argument("from_first", 7).argument("to_first", 101).work(Work::Flat(131)).record();
    let (values, before) = (numbers(1, 200), numbers(2, 300));
    let seen = lab.run(On::EveryAdapter, &[(&from, &values), (&to, &before)], &[&to]);
    let mut expected = before;
    expected[101..232].copy_from_slice(&values[7..138]);
    assert_eq!(lab.host.reals(&to), wide(&expected), "the twin");
    for gpu in seen {
        same_bits(&gpu.name, &gpu.reals(0), &expected);
    }
}
