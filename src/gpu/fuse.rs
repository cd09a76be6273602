//! Dispatches that one kernel can do as well as two: a product takes the activation that follows it into its tail.
//!
//! A plan says what is computed; here it is decided what is left out. The product's own result is then never stored, so this is done only where nobody
//! reads it but the activation (backward passes know an activation's slope from its output). Nobody in this plan, that is: what is left out holds nothing
//! for another plan or for [`Device::read`](crate::plan::Device::read) either.

use crate::plan::{Dispatch, Kernel, Plan, Tensor};
use std::sync::Arc;

/// A plan with fewer dispatches.
pub struct Fused {
    /// What is to be dispatched, each with its place in the plan.
    pub dispatches: Vec<(usize, Dispatch)>,
    /// Tensors that the plan writes, and this does not.
    pub left_out: Vec<Tensor>,
}

impl Fused {
    /// Whether a tensor is one of those that are left out.
    pub fn leaves_out(&self, tensor: &Tensor) -> bool {
        self.left_out.iter().any(|out| out.covers_the_same_as(tensor))
    }
}

/// Fuses what can be fused.
pub fn fuse(plan: &Plan) -> Fused {
    let mut fused = Fused { dispatches: vec![], left_out: vec![] };
    let mut all = plan.dispatches.iter().enumerate().peekable();
    while let Some((number, dispatch)) = all.next() {
        let activated = all.peek().and_then(|(_, next)| activated(plan, dispatch, next));
        if activated.is_some() {
            fused.left_out.push(dispatch.tensor("c").clone());
            all.next();
        }
        fused.dispatches.push((number, activated.unwrap_or_else(|| dispatch.clone())));
    }
    fused
}

/// The product and the activation behind it as one dispatch, if that is possible.
fn activated(plan: &Plan, product: &Dispatch, next: &Dispatch) -> Option<Dispatch> {
    let biased = product.kernel.hook.as_deref() == Some("finish/bias");
    if !biased || next.kernel.operation != "activation_forward" {
        return None;
    }
    let (sum, x) = (product.tensor("c"), next.tensor("x"));
    let readers = plan.dispatches.iter().flat_map(|dispatch| dispatch.tensors(false)).filter(|read| read.buffer() == sum.buffer());
    let y = next.tensor("y");
    let apart = ["a", "b", "bias"].iter().all(|operand| product.tensor(operand).buffer() != y.buffer());
    if !sum.covers_the_same_as(x) || !apart || readers.count() != 1 {
        return None;
    }
    let hook = next.kernel.hook.as_deref()?.replace("activation/", "finish/");
    let kernel = Arc::new(Kernel::plain(&product.kernel.operation, Some(&hook)));
    let mut bindings = product.bindings.clone();
    bindings.iter_mut().filter(|(slot, _)| *slot == "c").for_each(|(_, tensor)| *tensor = y.clone());
    let (flops, bytes) = (product.flops + next.flops, product.bytes);
    Some(Dispatch { kernel, bindings, flops, bytes, ..product.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Recorder, Work};

    /// A product, its activation, and as many more readers of the product.
    fn plan(readers: u32) -> Plan {
        let mut rec = Recorder::new();
        let [a, b, bias, c, y] = ["a", "b", "bias", "c", "y"].map(|name| rec.tensor(name, if name == "bias" { [1, 8] } else { [8, 8] }));
        let product = rec.dispatch_hooked("matmul_nn", "finish/bias").bind("a", &a).bind("b", &b).bind("c", &c).bind("bias", &bias);
        product.argument("m", 8).argument("n", 8).argument("k", 8).work(Work::Tiles { rows: 8, cols: 8, parts: 1 }).record();
        for _ in 0..=readers {
            let activation = rec.dispatch_hooked("activation_forward", "activation/relu").bind("x", &c).bind("y", &y);
            activation.argument("count", 64).work(Work::Flat(64)).record();
        }
        rec.finish("test")
    }

    #[test]
    fn a_product_takes_its_activation_into_its_tail() {
        let fused = fuse(&plan(0));
        let [(0, dispatch)] = &fused.dispatches[..] else { panic!("{} dispatches", fused.dispatches.len()) };
        assert_eq!(dispatch.kernel.label(), "matmul_nn + relu");
        assert_eq!(dispatch.tensor("c").name(), "y");
        assert_eq!(fused.left_out[0].name(), "c");
    }

    #[test]
    fn a_product_that_somebody_else_reads_is_stored() {
        let fused = fuse(&plan(1));
        assert_eq!(fused.dispatches.len(), 3);
        assert!(fused.left_out.is_empty());
    }
}
