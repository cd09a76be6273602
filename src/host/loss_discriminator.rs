//! Twin of `loss_discriminator.wgsl`.

use crate::host::Real;
use crate::host::call::Call;
use crate::host::losses::losses;

/// L_D, its gradient by the logits, and how D judged.
pub fn run<T: Real>(call: &mut Call<T>) {
    let (m, coefficient, a) = (call.size("m"), call.real("coefficient"), call.reals("a"));
    let (da, tally) = (call.reals_mut("da"), call.reals_mut("tally"));
    let losses = losses(call.hook());
    let ((real_loss, real_slope), (fake_loss, fake_slope)) = (losses.real, losses.fake);
    let share = T::one() / T::count(m as u32);
    let claim = |right: bool| if right { T::one() } else { T::zero() };
    let (mut real, mut fake) = ([T::zero(); 4], [T::zero(); 4]);
    for row in 0..m {
        let (logit, forged) = (a[row], a[m + row]);
        add(&mut real, [real_loss(logit), logit.sigmoid(), claim(logit > losses.boundary), (-logit).softplus()]);
        da[row] = coefficient * share * real_slope(logit);
        add(&mut fake, [fake_loss(forged), forged.sigmoid(), claim(forged <= losses.boundary), forged.softplus()]);
        da[m + row] = coefficient * share * fake_slope(forged);
    }
    let (real, fake) = (real.map(|sum| sum * share), fake.map(|sum| sum * share));
    tally.copy_from_slice(&[coefficient * (real[0] + fake[0]), -(real[3] + fake[3]), real[1], fake[1], real[2], fake[2]]);
}

fn add<T: Real>(sums: &mut [T; 4], terms: [T; 4]) {
    sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
}
