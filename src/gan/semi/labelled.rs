//! The few examples whose labels are known: as many of every class, chosen by a seed.

use crate::data::{Dataset, Values};
use crate::error::{Error, Result};
use crate::random::{LABELLED, threefry2x32};

/// So many training examples with their labels, equally many of each class, as a data set of its own that has nothing else. Of each class those are chosen
/// that draw the lowest words, so the examples of a smaller set are among those of a larger one by the same seed.
/// # Errors
/// if the data have no labels, or not enough examples of some class, or the count is no multiple of the classes.
pub fn labelled(dataset: &Dataset, count: u32, seed: u32) -> Result<Dataset> {
    let name = &dataset.name;
    let (Some(labels), Some(classes)) = (&dataset.labels, dataset.classes()) else {
        return Err(Error::Data(format!(
            "data set `{name}` has no labels: there is nothing for a classifier to learn; name data that have some"
        )));
    };
    if count == 0 || !count.is_multiple_of(classes) {
        let (below, above) = (count / classes * classes, count.next_multiple_of(classes).max(classes));
        let near = if below == 0 { above.to_string() } else { format!("{below} or {above}") };
        return Err(Error::Config(format!(
            "{count} labels cannot be equally many of each of the {classes} classes of `{name}`: take {near}"
        )));
    }
    let mut chosen = vec![];
    for class in 0..classes {
        let mut of_class: Vec<(u32, u32)> = dataset
            .train
            .clone()
            .filter(|example| u32::from(labels[*example as usize]) == class)
            .map(|example| (threefry2x32([seed, LABELLED], [example, 0])[0], example))
            .collect();
        let (wanted, there) = ((count / classes) as usize, of_class.len());
        if there < wanted {
            return Err(Error::Data(format!(
                "{count} labels are {wanted} of each class, but class {class} of `{name}` has {there} training examples: take at most {} labels",
                there as u32 * classes
            )));
        }
        of_class.sort_unstable();
        chosen.extend(of_class[..wanted].iter().map(|(_, example)| *example));
    }
    chosen.sort_unstable();
    Ok(only(dataset, &chosen, labels))
}

/// These examples alone.
fn only(dataset: &Dataset, chosen: &[u32], labels: &[u8]) -> Dataset {
    let n = dataset.dimensions() as usize;
    let places = || chosen.iter().flat_map(|example| *example as usize * n..(*example as usize + 1) * n);
    let values = match &dataset.values {
        Values::Bytes(bytes) => Values::Bytes(places().map(|place| bytes[place]).collect()),
        Values::Reals(reals) => Values::Reals(places().map(|place| reals[place]).collect()),
    };
    let count = chosen.len() as u32;
    Dataset {
        name: format!("{count} labelled of {}", dataset.name),
        values,
        labels: Some(chosen.iter().map(|example| labels[*example as usize]).collect()),
        train: 0..count,
        valid: count..count,
        test: count..count,
        ..*dataset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Shape;

    /// Two numbers for each of 60 examples in three classes, all different; the first and the last six are not for training.
    fn examples() -> Dataset {
        let shape = Shape { width: 2, height: 1, channels: 1 };
        let values = Values::Bytes((0..120).collect());
        let labels = Some((0..60).map(|i| i % 3).collect());
        Dataset { name: "sixty".into(), shape, values, labels, train: 6..54, valid: 0..6, test: 54..60, preprocess: None }
            .checked()
            .unwrap()
    }

    fn first_bytes(set: &Dataset) -> Vec<u8> {
        let Values::Bytes(bytes) = &set.values else { panic!("they were bytes") };
        bytes.iter().step_by(2).copied().collect()
    }

    #[test]
    fn a_subset_has_as_many_of_every_class_each_once_and_none_that_is_held_out() {
        let set = labelled(&examples(), 12, 5).unwrap().checked().unwrap();
        assert_eq!((set.examples(), set.train.clone(), set.shape), (12, 0..12, examples().shape));
        for class in 0..3 {
            assert_eq!(set.labels.as_ref().unwrap().iter().filter(|label| **label == class).count(), 4, "class {class}");
        }
        let mut seen: Vec<u8> = first_bytes(&set).iter().map(|byte| byte / 2).collect();
        assert!(
            seen.iter().zip(set.labels.as_ref().unwrap()).all(|(example, label)| example % 3 == *label),
            "labels stay with their examples"
        );
        assert!(seen.iter().all(|example| (6..54).contains(example)), "{seen:?}");
        seen.dedup();
        assert_eq!(seen.len(), 12, "{seen:?}");
    }

    #[test]
    fn a_seed_decides_the_subset_and_a_smaller_one_is_part_of_a_larger() {
        let bytes = |count, seed| first_bytes(&labelled(&examples(), count, seed).unwrap());
        assert_eq!(bytes(12, 5), bytes(12, 5));
        assert_ne!(bytes(12, 5), bytes(12, 6));
        let larger = bytes(24, 5);
        assert!(bytes(12, 5).iter().all(|byte| larger.contains(byte)));
        assert_eq!(bytes(48, 1), bytes(48, 2), "all there are");
    }

    #[test]
    fn what_cannot_be_balanced_is_refused_with_what_can() {
        let refused = |set: &Dataset, count| labelled(set, count, 1).unwrap_err().to_string();
        let all = examples();
        assert!(refused(&all, 13).ends_with("take 12 or 15"), "{}", refused(&all, 13));
        assert!(refused(&all, 2).ends_with("take 3") && refused(&all, 0).ends_with("take 3"));
        let text = refused(&all, 51);
        assert!(text.contains("class 0 of `sixty` has 16 training examples") && text.ends_with("at most 48 labels"), "{text}");
        assert!(refused(&Dataset { labels: None, ..all }, 12).contains("`sixty` has no labels"));
    }
}
