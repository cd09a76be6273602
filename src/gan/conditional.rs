//! The conditional game (Mirza and Osindero 2014, "Conditional generative adversarial nets"): G and D are told the label of what they make and judge.
//!
//! ```text
//! min_G max_D  E_{(x, c) ~ data} log D(x, c) + E_{c ~ data, z} log(1 − D(G(z, c), c))
//! ```
//! The label is one-hot and stands beside z, and beside x; `label_units` of a first layer give it a path of its own before both meet in the second. G is told
//! the labels of the minibatch's examples, so it meets each as often as the data have it.
//! A game that is not conditional records nothing of this.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::gan::{Config, Game};
use crate::nn::{Extent, Input};
use crate::plan::Device;

impl Config {
    /// Classes that G and D are told; 0 in a game that is not conditional.
    pub fn classes(&self) -> u32 {
        self.train.conditional.unwrap_or(0)
    }

    /// What G takes in: z, and beside it the label, or what is kept of an example and its mask.
    pub fn generator_input(&self) -> Input {
        let labels = self.classes();
        Input { extent: Extent::from(self.prior.size + labels + 2 * self.completed()), labels }
    }

    /// What D takes in: an example of the data, or its numbers and beside them the label or the code; a mask follows it as further channels.
    pub fn discriminator_input(&self, example: Extent) -> Input {
        match self.train.conditional {
            Some(labels) => Input { extent: Extent::from(example.numbers() + labels), labels },
            None if self.train.inference => Extent::from(example.numbers() + self.prior.size).into(),
            None if self.train.completion => Extent { channels: 2 * example.channels, ..example }.into(),
            None => example.into(),
        }
    }
}

impl Game {
    /// Writes the examples to a device, and their labels where G and D are told them.
    /// # Errors
    /// if the game is conditional and the data have no labels, or more classes than it tells apart.
    pub fn upload(&self, device: &mut dyn Device, dataset: &Dataset) -> Result<()> {
        if let Some((labels, classes)) = self.labels.as_ref().zip(self.options.conditional) {
            let name = &dataset.name;
            let Some(known) = &dataset.labels else {
                return Err(Error::Data(format!("train.conditional is {classes}, but `{name}` has no labels to tell G and D: remove it")));
            };
            if let Some(most) = dataset.classes().filter(|most| *most > classes) {
                return Err(Error::Data(format!("train.conditional is {classes}, but `{name}` has {most} classes: set it to that")));
            }
            labels.upload(device, known);
        }
        self.data.upload(device, dataset);
        Ok(())
    }
}

/// Which labels noise vectors are told that are drawn outside of training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Told {
    /// Every label as often, one class after the other: of n vectors, number i is told ⌊i·classes/n⌋.
    #[default]
    All,
    /// One.
    Only(u32),
}

impl Told {
    /// The labels of so many noise vectors.
    pub fn labels(self, count: u32, classes: u32) -> Vec<u32> {
        let label = |i: u32| match self {
            Told::All => (u64::from(i) * u64::from(classes) / u64::from(count)) as u32,
            Told::Only(class) => class,
        };
        (0..count).map(label).collect()
    }

    /// Rows with their labels beside them, as G takes them in, and D; as they are where there are no classes.   x: count×n, result: count×(n + classes).
    pub fn beside(self, x: &[f32], n: u32, classes: u32) -> Vec<f32> {
        let rows = x.chunks_exact(n as usize);
        let labels = self.labels(rows.len() as u32, classes);
        let one_hot = |label: u32| (0..classes).map(move |class| f32::from(u8::from(class == label)));
        rows.zip(labels).flat_map(|(x, label)| x.iter().copied().chain(one_hot(label))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_every_label_as_often_or_the_one_that_was_asked_for() {
        assert_eq!(Told::All.labels(7, 3), [0, 0, 0, 1, 1, 2, 2]);
        assert_eq!(Told::All.labels(2, 3), [0, 1]);
        assert_eq!(Told::All.beside(&[0.5, 0.25], 1, 2), [0.5, 1.0, 0.0, 0.25, 0.0, 1.0]);
        assert_eq!(Told::Only(1).beside(&[0.5, 0.25], 2, 2), [0.5, 0.25, 0.0, 1.0]);
        assert_eq!(Told::All.beside(&[0.5, 0.25], 2, 0), [0.5, 0.25]);
    }

    /// Whatever moves parameters: momentum or Adam, averages, limits of norms, shrinking and clipping.
    #[cfg(feature = "native")]
    #[test]
    fn a_label_with_units_of_its_own_keeps_its_path_apart_while_both_learn() {
        use crate::doctor::plays::{ADAM, ADAM_FOR_G, conditional_plays};
        use crate::gan::{State, Trainer};
        use crate::host::HostDevice;
        use std::ops::ControlFlow;

        let [.., play] = conditional_plays();
        let options = ["train.shrink_d=0.99", "train.clip=0.4", "generator.average=0.9", ADAM, ADAM_FOR_G];
        for settings in [&[][..], &options] {
            let play = play.with(settings);
            let mut trainer = Trainer::new(Box::new(HostDevice::<f32>::new()), &play.config, &play.dataset).unwrap();
            let before: State = pollster::block_on(trainer.state()).unwrap();
            let seen = &mut |_: &[crate::gan::Metrics]| ControlFlow::Continue(());
            assert!(pollster::block_on(trainer.advance(5, &|| 0.0, seen)).unwrap().is_continue());
            let after = pollster::block_on(trainer.state()).unwrap();
            // G takes in 7 numbers of z and has 6 units for them; D 12 pixels, and 5 units of 3 pieces.
            for (name, rows, cols, n, p) in [("G.0.w", 10, 11, 7, 6), ("D.0.w", 15, 24, 12, 15)] {
                let [before, after] = [&before, &after].map(|state| &state.tensors[name].values);
                assert_eq!(after.len(), rows * cols, "{name}");
                for (i, (before, after)) in before.iter().zip(after).enumerate() {
                    let within = (i / cols < n) == (i % cols < p);
                    assert!(if within { *before != 0.0 } else { *before == 0.0 && *after == 0.0 }, "{name}[{i}]: {before}, then {after}");
                }
                // Some pieces win for nobody, so not all move: of either block some do.
                for rows in [0..n, n..rows] {
                    assert!(rows.clone().any(|row| before[row * cols..][..cols] != after[row * cols..][..cols]), "{name} rows {rows:?}");
                }
            }
        }
    }
}
