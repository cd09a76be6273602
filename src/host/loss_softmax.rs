//! Twin of `loss_softmax.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// L over the logits of m rows, its gradient by them, and the share judged right.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (m, classes) = (call.word("m"), call.size("classes"));
    let (a, labels) = (call.reals("a"), call.words("labels"));
    let (da, tally) = (call.reals_mut("da"), call.reals_mut("tally"));
    let share = T::one() / T::count(m);
    let (mut loss, mut right) = (T::zero(), T::zero());
    for ((a, da), label) in a.chunks_exact(classes).zip(da.chunks_exact_mut(classes)).zip(labels) {
        let label = *label as usize;
        let (mut judged, mut most) = (0, a[0]);
        for (class, logit) in a.iter().enumerate().filter(|(class, _)| *class > 0) {
            if *logit > most {
                (judged, most) = (class, *logit);
            }
        }
        let mass = a.iter().fold(T::zero(), |mass, logit| mass + (*logit - most).exp());
        for (class, (logit, da)) in a.iter().zip(da).enumerate() {
            let truth = if class == label { T::one() } else { T::zero() };
            *da = share * ((*logit - most).exp() / mass - truth);
        }
        loss += mass.ln() - (a[label] - most);
        right += if judged == label { T::one() } else { T::zero() };
    }
    tally.copy_from_slice(&[loss * share, right * share]);
}
