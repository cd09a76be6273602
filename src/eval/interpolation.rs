//! The way from one point of z space to another: the paper's Figure 3; and from one label to another.

/// How to get from one noise vector to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// (1 − t)·a + t·b, as in the paper: "linearly interpolating between coordinates in z space".
    Linear,
    /// Along the great circle (Shoemake 1985; White 2016, "Sampling Generative Networks"): sin((1 − t)ω)/sin ω·a + sin(tω)/sin ω·b, where ω is the angle
    /// between a and b. Two vectors of one norm keep it all the way; linear ways pass through norms that the prior hardly ever draws.
    Spherical,
}

impl Path {
    /// The point at t, from a (t = 0) to b (t = 1).
    /// # Panics
    /// unless both have the same length.
    pub fn at(self, a: &[f32], b: &[f32], t: f64) -> Vec<f32> {
        assert!(a.len() == b.len(), "{} and {} numbers lie in no space together", a.len(), b.len());
        let (of_a, of_b) = match self {
            Path::Linear => (1.0 - t, t),
            Path::Spherical => on_the_circle(angle(a, b), t),
        };
        a.iter().zip(b).map(|(a, b)| (of_a * f64::from(*a) + of_b * f64::from(*b)) as f32).collect()
    }

    /// `steps` points in even steps, both ends among them.   steps×size, row by row.
    pub fn steps(self, a: &[f32], b: &[f32], steps: u32) -> Vec<f32> {
        evenly(steps).flat_map(|t| self.at(a, b, t)).collect()
    }
}

/// So many numbers in even steps from 0 to 1, both among them.
fn evenly(steps: u32) -> impl Iterator<Item = f64> {
    let last = f64::from(steps.max(2) - 1);
    (0..steps).map(move |step| f64::from(step) / last)
}

/// The labels that stand beside `steps` points of a way: see [`label_at`].   steps×classes, row by row.
pub fn label_steps(through: &[u32], classes: u32, steps: u32) -> Vec<f32> {
    evenly(steps).flat_map(|t| label_at(through, classes, t)).collect()
}

/// The label on the way through classes, at t from the first (t = 0) to the last (t = 1), each as far from the next: one-hot at a class, (1 − u)·e_a + u·e_b
/// between two. It is no direction in space, so it goes straight whatever way z takes; of one class it stays there.
/// # Panics
/// if there is none, or one of them is no class.
pub fn label_at(through: &[u32], classes: u32, t: f64) -> Vec<f32> {
    assert!(!through.is_empty() && through.iter().all(|class| *class < classes), "{through:?} are none of {classes} classes");
    let legs = through.len() - 1;
    let place = t.clamp(0.0, 1.0) * legs as f64;
    let leg = (place as usize).min(legs.saturating_sub(1));
    let (from, to) = (through[leg], through[(leg + 1).min(legs)]);
    let one_hot = |of: u32| (0..classes).map(|class| f32::from(u8::from(class == of))).collect::<Vec<_>>();
    Path::Linear.at(&one_hot(from), &one_hot(to), place - leg as f64)
}

/// The angle between two vectors; 0 if one is zero.
fn angle(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let norms = (dot(a, a) * dot(b, b)).sqrt();
    if norms > 0.0 { (dot(a, b) / norms).clamp(-1.0, 1.0).acos() } else { 0.0 }
}

/// The parts of both ends. Where they lie in one direction, or in opposite ones, there is no one great circle: the way is straight.
fn on_the_circle(angle: f64, t: f64) -> (f64, f64) {
    let sine = angle.sin();
    if sine < 1e-6 { (1.0 - t, t) } else { (((1.0 - t) * angle).sin() / sine, (t * angle).sin() / sine) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f32; 3] = [3.0, 0.0, 4.0];
    const B: [f32; 3] = [0.0, -5.0, 0.0];

    fn norm(x: &[f32]) -> f64 {
        x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn both_ends_are_where_they_were() {
        for path in [Path::Linear, Path::Spherical] {
            for (a, b) in [(A, B), (A, A), (A, A.map(|x| -x)), ([0.0; 3], B)] {
                let steps = path.steps(&a, &b, 7);
                for (found, end) in [(&steps[..3], a), (&steps[18..], b)] {
                    let apart: Vec<f32> = found.iter().zip(end).map(|(x, y)| x - y).collect();
                    assert!(norm(&apart) < 1e-6, "{path:?}: {found:?}, not {end:?}");
                }
            }
        }
        assert_eq!(Path::Linear.at(&A, &B, 0.5), [1.5, -2.5, 2.0]);
        assert_eq!(Path::Linear.steps(&A, &B, 1), A);
    }

    #[test]
    fn a_label_goes_straight_from_class_to_class_or_stays() {
        let at = |t| label_at(&[2, 0, 1], 3, t);
        assert_eq!([0.0, 0.25, 0.5, 1.0].map(at), [[0.0, 0.0, 1.0], [0.5, 0.0, 0.5], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]].map(Vec::from));
        assert_eq!(label_steps(&[2, 0, 1], 3, 5)[3..6], at(0.25));
        assert_eq!([0.0, 0.3, 1.0].map(|t| label_at(&[1], 2, t)), [[0.0, 1.0]; 3].map(Vec::from));
    }

    #[test]
    fn a_spherical_way_keeps_the_norm_and_its_speed() {
        let steps: Vec<Vec<f32>> = (0..=10).map(|t| Path::Spherical.at(&A, &B, f64::from(t) / 10.0)).collect();
        for pair in steps.windows(2) {
            assert!((norm(&pair[0]) - 5.0).abs() < 1e-6, "{pair:?}");
            let turned = angle(&pair[0], &pair[1]);
            assert!((turned - std::f64::consts::FRAC_PI_2 / 10.0).abs() < 1e-4, "{turned}");
        }
    }
}
