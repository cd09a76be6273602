//! Twin of `loss_discriminator.wgsl`.

use crate::host::Real;
use crate::host::call::Call;

/// L_D, its gradient by the logits, and how D judged.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (m, coefficient, a) = (call.size("m"), call.real("coefficient"), call.reals("a"));
    let (da, tally) = (call.reals_mut("da"), call.reals_mut("tally"));
    let share = T::one() / T::count(m as u32);
    let claim = |right: bool| if right { T::one() } else { T::zero() };
    let (mut real, mut fake) = ([T::zero(); 3], [T::zero(); 3]);
    for row in 0..m {
        let (logit, forged) = (a[row], a[m + row]);
        add(&mut real, [(-logit).softplus(), logit.sigmoid(), claim(logit > T::zero())]);
        da[row] = -coefficient * share * (-logit).sigmoid();
        add(&mut fake, [forged.softplus(), forged.sigmoid(), claim(forged <= T::zero())]);
        da[m + row] = coefficient * share * forged.sigmoid();
    }
    let (real, fake) = (real.map(|sum| sum * share), fake.map(|sum| sum * share));
    let both = real[0] + fake[0];
    tally.copy_from_slice(&[coefficient * both, -both, real[1], fake[1], real[2], fake[2]]);
}

fn add<T: Real>(sums: &mut [T; 3], terms: [T; 3]) {
    sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
}
