//! Twins of `log_sum_exp.wgsl` and `log_sum_exp_gradient.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// a_i = log Σ_c exp(l_ic).
pub fn run<T: Real>(call: &mut Call<T>) {
    let (classes, l) = (call.size("classes"), call.reals("l"));
    for (a, l) in call.reals_mut("a").iter_mut().zip(l.chunks_exact(classes)) {
        let most = l.iter().fold(l[0], |most, l| most.max(*l));
        *a = most + l.iter().fold(T::zero(), |mass, l| mass + (*l - most).exp()).ln();
    }
}

/// dl_ic = da_i·exp(l_ic - a_i).
pub fn gradient<T: Real>(call: &mut Call<T>) {
    let (classes, l) = (call.size("classes"), call.reals("l"));
    let rows = call.reals("a").iter().zip(call.reals("da"));
    for ((dl, l), (a, da)) in call.reals_mut("dl").chunks_exact_mut(classes).zip(l.chunks_exact(classes)).zip(rows) {
        dl.iter_mut().zip(l).for_each(|(dl, l)| *dl = *da * (*l - *a).exp());
    }
}
