//! A plan with a check behind each of its dispatches: it computes the same, bit for bit, and tells whether a number that it wrote is not finite.
//!
//! NaN and infinity spread, but not always to where they are seen: max(NaN, 0) is 0, so a rectifier hides one. Hence each tensor of reals is looked at as
//! soon as it is written, on the device, and the first that is not finite is named. What a device leaves out is not looked at: it reaches no memory.

use crate::plan::{Dispatch, Element, Plan, Recorder, Tensor, Work};
use std::fmt;
use std::sync::Arc;

/// The word of an inspected plan while nothing was found.
pub const NOTHING_FOUND: u32 = u32::MAX;

/// An inspected plan.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The dispatches of the plan, and a check behind each.
    pub plan: Plan,
    /// One word: the number of the first check that failed. Whoever replays the plan sets it to [`NOTHING_FOUND`] before.
    pub found: Tensor,
    /// The checks by their numbers.
    pub checks: Vec<Check>,
}

/// One tensor that is looked at.
#[derive(Clone, Debug)]
pub struct Check {
    /// The tensor.
    pub tensor: Tensor,
    /// The kernel that has written it, as listings call it.
    pub kernel: String,
    /// The place of its dispatch in the plan without checks.
    pub dispatch: usize,
    /// The line of the paper that the dispatch belongs to.
    pub section: Arc<str>,
}

impl Plan {
    /// The plan with a check behind each dispatch, for each tensor of reals that it has written, except those that a device leaves out.
    pub fn inspected(&self, rec: &mut Recorder, left_out: &[Tensor]) -> Inspection {
        let (found, mut checks) = (rec.words("found", 1), vec![]);
        for (number, dispatch) in self.dispatches.iter().enumerate() {
            rec.again(dispatch);
            rec.section(&dispatch.section);
            let written = dispatch.tensors(true).filter(|tensor| tensor.element() == Element::Real);
            for tensor in written.filter(|tensor| !left_out.iter().any(|out| out.covers_the_same_as(tensor))) {
                record_check(rec, tensor, &found, checks.len() as u32);
                checks.push(Check::of(dispatch, number, tensor));
            }
        }
        Inspection { plan: rec.finish(&format!("{}, inspected", self.name)), found, checks }
    }
}

/// Records check number `number` of a tensor: it lowers `found` to this number if an element is not finite.
pub fn record_check(rec: &mut Recorder, x: &Tensor, found: &Tensor, number: u32) {
    let invocations = rec.kernel("find_non_finite", None).invocations(x.len().div_ceil(4));
    let dispatch = rec.dispatch("find_non_finite").bind("x", x).bind("found", found);
    dispatch.argument("count", x.len()).argument("number", number).work(Work::Flat(invocations)).record();
}

impl Check {
    fn of(dispatch: &Dispatch, number: usize, tensor: &Tensor) -> Check {
        Check { tensor: tensor.clone(), kernel: dispatch.kernel.label(), dispatch: number, section: dispatch.section.clone() }
    }
}

impl fmt::Display for Check {
    /// The tensor, and what has written it; dispatches are counted from 1, as `gander plan` does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, as `{}` wrote it (dispatch {} of the plan: {})", self.tensor, self.kernel, self.dispatch + 1, self.section)
    }
}
