//! Which pictures are for training, validation and test, in which order they stand, and of which class they are.
//!
//! Folders `train`, `test` and `valid` directly in the root say it themselves, and so do `training`, `testing`, `val` and `validation`. Where there is
//! `train` without a folder for validation, the last ⌊n/5⌋ of n training pictures are held out for it, as of CIFAR-10's records. Where none of these folders
//! is there, or `train` stands alone, ⌊n/7⌋ of all n pictures are for validation and as many for test. The others without `train` are refused: their pictures
//! would be trained on. What is cut is put into an order shuffled once by a fixed key before, so that every part has all classes.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use super::Ranges;
use super::listing::Listing;
use crate::random::{HELD_OUT, threefry2x32};

/// The most classes that a label's byte tells apart.
const MOST_CLASSES: usize = 256;

/// What a picture's folder says it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Train = 0,
    Valid = 1,
    Test = 2,
}

/// What the folders are called that say it.
const NAMES: [(&[&str], Part); 3] =
    [(&["train", "training"], Part::Train), (&["valid", "val", "validation"], Part::Valid), (&["test", "testing"], Part::Test)];

/// What is cut off the training pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Nothing,
    /// A fifth, for validation.
    Fifth,
    /// A seventh for validation, and another for test.
    Sevenths,
}

/// What becomes of a listing.
pub(super) struct Plan {
    /// Which files, in the order of the data set: those for training, for validation, for test.
    pub files: Vec<usize>,
    /// What each of them is for, before anything is cut off.
    pub parts: Vec<Part>,
    /// The class of each of them.
    pub labels: Option<Vec<u8>>,
    /// What the classes are called.
    pub classes: Vec<String>,
    /// Pictures that belong to no part.
    pub left_out: usize,
    cut: Cut,
}

impl Plan {
    /// The plan of a listing.
    /// # Errors
    /// if folders say what is for validation or test, and none what is for training; in words.
    pub fn of(listing: &Listing) -> Result<Plan, String> {
        let said: Vec<Option<Part>> = listing.files.iter().map(|file| part(&file.path)).collect();
        let has = |part: Part| said.contains(&Some(part));
        let parted = has(Part::Train);
        if let Some(at) = said.iter().position(|part| !parted && part.is_some()) {
            return Err(untrained(&listing.files[at].path, said.iter().flatten().count()));
        }
        let cut = match (parted, has(Part::Valid), has(Part::Test)) {
            (true, false, true) => Cut::Fifth,
            (true, true, _) => Cut::Nothing,
            _ => Cut::Sevenths,
        };
        let part_of = |at: usize| if parted { said[at] } else { Some(Part::Train) };
        // At most 2²⁴ files are listed.
        let order: Vec<usize> = if cut == Cut::Nothing { (0..said.len()).collect() } else { shuffled(said.len() as u32).collect() };
        let mut files: Vec<usize> = order.into_iter().filter(|at| part_of(*at).is_some()).collect();
        // Only what is cut has to be shuffled; the others stay in the order of their paths.
        files.sort_by_key(|at| (part_of(*at), if part_of(*at) == Some(Part::Train) { 0 } else { *at }));
        let parts: Vec<Part> = files.iter().filter_map(|at| part_of(*at)).collect();
        let class_of = |at: usize| if parted { class(&listing.files[at].path, 1) } else { class(&listing.files[at].path, 0) };
        let classes: BTreeSet<String> = files.iter().map(|at| class_of(*at)).collect();
        let classes: Vec<String> = if (2..=MOST_CLASSES).contains(&classes.len()) { classes.into_iter().collect() } else { vec![] };
        let label = |at: &usize| classes.binary_search(&class_of(*at)).expect("every file's class is among them") as u8;
        let labels = (!classes.is_empty()).then(|| files.iter().map(label).collect());
        let left_out = said.len() - files.len();
        Ok(Plan { files, parts, labels, classes, left_out, cut })
    }

    /// How many pictures there are of each part.
    pub fn counts(&self) -> [u32; 3] {
        [Part::Train, Part::Valid, Part::Test].map(|part| self.parts.iter().filter(|found| **found == part).count() as u32)
    }

    /// Whether folders said what their pictures are for.
    pub fn has_parts(&self) -> bool {
        self.parts.iter().any(|part| *part != Part::Train)
    }

    /// The ranges of the data set, when of each part so many are left.
    pub fn ranges(&self, [train, valid, test]: [u32; 3]) -> Ranges {
        match self.cut {
            Cut::Nothing => Ranges { train: 0..train, valid: train..train + valid, test: train + valid..train + valid + test },
            Cut::Fifth => Ranges { train: 0..train - train / 5, valid: train - train / 5..train, test: train..train + test },
            Cut::Sevenths => sevenths(train),
        }
    }
}

/// The first n − 2⌊n/7⌋ of n examples for training, the next ⌊n/7⌋ for validation, the last ⌊n/7⌋ for test: MNIST's shares.
pub(in crate::data) fn sevenths(n: u32) -> Ranges {
    let share = n / 7;
    Ranges { train: 0..n - 2 * share, valid: n - 2 * share..n - share, test: n - share..n }
}

/// The numbers below `count` in an order that only depends on it: that of their two random words, the first above the second. It takes eight bytes for each.
pub(in crate::data) fn shuffled(count: u32) -> impl Iterator<Item = usize> {
    let words = |at: u32| threefry2x32([0, HELD_OUT], [0, at]);
    let first = |place: &u64| place >> 32;
    let mut order: Vec<u64> = (0..count).map(|at| u64::from(words(at)[0]) << 32 | u64::from(at)).collect();
    order.sort_unstable();
    // Where the first words are the same, the second ones decide.
    order
        .chunk_by_mut(|one, other| first(one) == first(other))
        .for_each(|same| same.sort_unstable_by_key(|at| (words(*at as u32)[1], *at)));
    order.into_iter().map(|at| at as u32 as usize)
}

/// What the first folder of a path says, where it lies in one.
fn part(path: &Path) -> Option<Part> {
    let mut components = path.components();
    let (Some(Component::Normal(first)), Some(_)) = (components.next(), components.next()) else { return None };
    NAMES.into_iter().find(|(names, _)| names.iter().any(|name| first.eq_ignore_ascii_case(name))).map(|(_, part)| part)
}

/// That pictures of such a path, so many in all, are held out from nothing.
fn untrained(path: &Path, count: usize) -> String {
    let folder = path.components().next().map(|first| first.as_os_str().display().to_string()).unwrap_or_default();
    format!(
        "the folder `{folder}` says that its pictures are held out ({count} are), and no folder `train` says which are trained on; add it, rename \
         `{folder}` if it is a class, or name `{folder}` itself to train on it"
    )
}

/// The folders between the first `skipped` components and the file, as a name; `.` where there are none.
fn class(path: &Path, skipped: usize) -> String {
    let folders: Vec<_> = path.parent().into_iter().flat_map(Path::components).skip(skipped).collect();
    let names: Vec<_> = folders.iter().map(|folder| folder.as_os_str().to_string_lossy()).collect();
    if names.is_empty() { ".".into() } else { names.join("/") }
}

#[cfg(test)]
mod tests {
    use super::super::listing::{Listed, Listing};
    use super::*;

    /// A listing of files by their paths.
    fn listing(paths: &[String]) -> Listing {
        let mut files: Vec<Listed> = paths.iter().map(|path| Listed::for_test(path)).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Listing { files, others: 0 }
    }

    fn planned(paths: &[String]) -> Plan {
        Plan::of(&listing(paths)).unwrap()
    }

    fn many(folder: &str, count: u32) -> impl Iterator<Item = String> {
        (0..count).map(move |i| format!("{folder}/{i:03}.png"))
    }

    #[test]
    fn without_folders_that_say_so_a_seventh_each_is_held_out_of_all_classes() {
        let paths: Vec<String> = many("cat", 70).chain(many("dog", 70)).collect();
        let plan = planned(&paths);
        assert_eq!(plan.ranges(plan.counts()), Ranges { train: 0..100, valid: 100..120, test: 120..140 });
        assert_eq!(plan.classes, ["cat", "dog"]);
        let labels = plan.labels.as_ref().unwrap();
        for range in [0..100, 100..120, 120..140] {
            let dogs = labels[range.clone()].iter().filter(|label| **label == 1).count();
            assert!(dogs * 4 > range.len() && dogs * 4 < range.len() * 3, "{dogs} dogs in {range:?}");
        }
        let mut all = plan.files.clone();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..140), "every picture once");
    }

    #[test]
    fn train_and_test_are_taken_at_their_word_and_a_fifth_is_for_validation() {
        let paths: Vec<String> = many("train/a", 30)
            .chain(many("train/b", 20))
            .chain(many("Test/a", 4))
            .chain(many("extra", 3))
            .chain(["x.png".into()])
            .collect();
        let plan = planned(&paths);
        assert_eq!(plan.ranges(plan.counts()), Ranges { train: 0..40, valid: 40..50, test: 50..54 });
        assert_eq!((plan.classes.clone(), plan.left_out), (vec!["a".to_string(), "b".to_string()], 4));
        // The test pictures stand in the order of their paths.
        assert!(plan.files[50..].is_sorted());
        assert!(!plan.files[..50].is_sorted());
    }

    #[test]
    fn three_folders_leave_nothing_to_cut() {
        let paths: Vec<String> = many("train", 5).chain(many("val", 3)).chain(many("test", 2)).collect();
        let plan = planned(&paths);
        assert_eq!(plan.ranges(plan.counts()), Ranges { train: 0..5, valid: 5..8, test: 8..10 });
        assert!(plan.files[..5].is_sorted() && plan.labels.is_none());
        // Of four whole pictures for training, and none for test, the ranges stay in their places.
        assert_eq!(plan.ranges([4, 3, 0]), Ranges { train: 0..4, valid: 4..7, test: 7..7 });
    }

    #[test]
    fn classes_are_folders_at_any_depth_and_a_byte_has_to_tell_them_apart() {
        let plan = planned(&["b.png".into(), "a/b/c.png".into(), "a/b.png".into()]);
        assert_eq!(plan.classes, [".", "a", "a/b"]);
        let folders = |count: u32| (0..count).map(|i| format!("{i}/x.png")).collect::<Vec<_>>();
        assert_eq!(planned(&folders(256)).classes.len(), 256);
        assert!(planned(&folders(257)).labels.is_none());
        assert!(planned(&["one/a.png".into(), "one/b.png".into()]).labels.is_none());
    }

    #[test]
    fn folders_by_their_longer_names_mean_the_same() {
        let of = |names: [&str; 3]| {
            let [train, valid, test] = names;
            let of_class = |part: &str, class: &str, count| many(&format!("{part}/{class}"), count).collect::<Vec<_>>();
            let plan =
                planned(&[of_class(train, "a", 5), of_class(train, "b", 5), of_class(valid, "a", 3), of_class(test, "b", 2)].concat());
            (plan.ranges(plan.counts()), plan.labels, plan.classes, plan.left_out)
        };
        let wanted = of(["train", "valid", "test"]);
        assert_eq!(wanted.0, Ranges { train: 0..10, valid: 10..13, test: 13..15 });
        for names in [["training", "validation", "testing"], ["Training", "VAL", "Test"]] {
            assert_eq!(of(names), wanted, "{names:?}");
        }
    }

    #[test]
    fn what_is_held_out_from_nothing_is_refused() {
        for part in ["test", "Testing", "valid", "val", "validation"] {
            let paths: Vec<String> = many(&format!("{part}/a"), 3).chain(many("dog", 9)).collect();
            let why = Plan::of(&listing(&paths)).err().unwrap();
            for named in [format!("the folder `{part}`"), "held out (3 are)".into(), "no folder `train`".into()] {
                assert!(why.contains(&named), "`{named}` is not in: {why}");
            }
        }
        // A file of that name is no folder.
        assert_eq!(planned(&["test.png".into(), "dog/a.png".into()]).files.len(), 2);
    }

    #[test]
    fn the_order_is_that_of_both_random_words() {
        // Among 2¹⁸ numbers about 2³⁵⁻³² = 8 pairs have the first word in common.
        let count = 1 << 18;
        let words = |at: usize| threefry2x32([0, HELD_OUT], [0, at as u32]);
        let mut wanted: Vec<usize> = (0..count).collect();
        wanted.sort_by_cached_key(|at| (words(*at), *at));
        assert!(wanted.windows(2).any(|pair| words(pair[0])[0] == words(pair[1])[0]), "no two have the first word in common");
        assert!(shuffled(count as u32).eq(wanted));
    }
}
