//! A folder of pictures as a data set: PNG and JPEG, at any depth, made one size; the folder above a picture is its class.
//!
//! * `listing` finds the pictures, and knows whether they are still the same.
//! * `splits` says which are for training, validation and test, in which order, and of which class.
//! * `picture` makes one picture the size that is wanted.
//! * `pack` keeps what came out in the cache, so that a folder is decoded once; `kept` bounds what all packs take together.
//!
//! A broken picture is named, skipped and counted. A file that the disk does not give up is no broken picture: it ends the reading, and nothing is kept.
//! Memory: the data set itself, at most 4 GiB; while decoding, about 128 MiB per thread, and 1 GiB for the one large picture that is decoded at a time.
//! It draws nothing on a terminal: what happens is told to a closure.

mod kept;
mod listing;
mod pack;
mod picture;
mod splits;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rayon::prelude::*;

use super::dataset::{Dataset, Outline, Shape, Values, hexadecimal};
use crate::error::{Error, Result};
use listing::Listing;
use splits::{Part, Plan};

pub(super) use picture::limits as picture_limits;
pub(super) use splits::{sevenths, shuffled};

pub use pack::read_from as read_pack_from;
pub use picture::read_from as read_picture_from;

/// Pictures decoded between two reports of progress.
const CHUNK: usize = 256;

/// The most bytes of pixels that a data set may have; more could not be counted in 32 bits on a device.
const MOST_BYTES: u64 = u32::MAX as u64;

/// Broken pictures that are named; further ones are only counted.
const NAMED: usize = 100;

/// The largest side of a picture.
pub const MOST_SIZE: u32 = 2048;

/// What all pictures are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Pixels on each side of the square.
    pub size: u32,
    /// 1 for grey, 3 for red, green and blue.
    pub channels: u32,
}

impl Form {
    /// The shape of an example.
    #[must_use]
    pub fn shape(self) -> Shape {
        Shape { width: self.size, height: self.size, channels: self.channels }
    }

    /// Bytes in an example.
    fn bytes(self) -> usize {
        self.shape().dimensions() as usize
    }
}

/// What happens while a folder is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice<'a> {
    /// So many pictures have been decoded, or found broken.
    Decoded {
        /// Those.
        done: usize,
        /// All there are.
        total: usize,
    },
    /// A picture cannot be read, and is skipped.
    Skipped {
        /// Where it lies, below the folder.
        path: &'a str,
        /// Why.
        why: &'a str,
    },
    /// So many pictures were skipped: those that were named, and more if there were very many.
    SkippedInAll(usize),
    /// So many pictures lie beside the folders for training, validation and test, and belong to none of them.
    LeftOut(usize),
    /// The decoded pictures could not be kept, and have to be decoded anew the next time.
    NotKept(&'a str),
}

/// A picture that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Skipped {
    path: String,
    why: String,
}

/// A decoded folder, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// The sha256 of what was listed, in hexadecimal digits.
    key: String,
    ranges: Ranges,
    labels: Option<Vec<u8>>,
    skipped: Vec<Skipped>,
    skipped_in_all: usize,
    pixels: Vec<u8>,
}

/// Which examples are for what.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Ranges {
    pub train: Range<u32>,
    pub valid: Range<u32>,
    pub test: Range<u32>,
}

/// A folder of pictures that is to be a data set.
pub struct Folder<'a> {
    root: &'a Path,
    form: Form,
    listing: Listing,
    plan: Plan,
}

impl Folder<'_> {
    /// Looks through a folder, decoding nothing.
    /// # Errors
    /// [`Error::Io`] when a folder cannot be listed; [`Error::Data`] when there is no picture, or more than can be held, or there are pictures for test or
    /// validation and none for training.
    pub fn list(root: &Path, form: Form) -> Result<Folder<'_>> {
        let listing = listing::list(root)?;
        let refuse = |why: String| Err(Error::Data(format!("{}: {why}", root.display())));
        let plan = match Plan::of(&listing) {
            Ok(plan) => plan,
            Err(why) => return refuse(why),
        };
        if plan.files.is_empty() {
            let others = listing.others;
            return refuse(format!("no PNG or JPEG in this folder or below it, and {others} other files; name a folder of pictures"));
        }
        let bytes = plan.files.len() as u64 * form.bytes() as u64;
        if bytes > MOST_BYTES {
            let (count, size) = (plan.files.len(), form.size);
            return refuse(format!(
                "{count} pictures of {size}×{size} are {bytes} bytes, at most {MOST_BYTES} are held; choose a smaller size"
            ));
        }
        Ok(Folder { root, form, listing, plan })
    }

    /// What the classes are called, where there are any: label i is the class `classes()[i]`.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.plan.classes
    }

    /// The pictures below the folder, in the order of the data set; the broken ones too.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.plan.files.iter().map(|at| &*self.listing.files[*at].path)
    }

    /// What the data set will be, as long as no picture is broken.
    #[must_use]
    pub fn outline(&self, name: &str) -> Outline {
        let ranges = self.plan.ranges(self.plan.counts());
        let (examples, train) = (self.plan.files.len() as u32, ranges.train);
        Outline { name: name.into(), shape: self.form.shape(), bytes: true, examples, train, preprocess: None }
    }

    /// The data set: from the `cache` folder if it is kept there, and kept there if it was not. All that is kept takes at most 8 GiB: what was not used for
    /// longest is removed for something new.
    /// # Errors
    /// [`Error::Io`] when a file cannot be read; [`Error::Data`] when no picture is whole.
    pub fn open(&self, name: &str, cache: Option<&Path>, notice: &mut dyn FnMut(Notice)) -> Result<Dataset> {
        let key = hexadecimal(&self.listing.key(self.form));
        let place = cache.map(|cache| self.place(cache));
        let kept = place.as_ref().and_then(|place| pack::read(place, &key, self.form));
        let pack = match kept {
            Some(pack) => {
                place.iter().for_each(|place| kept::used(place));
                pack
            }
            None => {
                let pack = self.decode(key, notice)?;
                let kept = place.map(|place| pack::write(&place, &pack, self.form).map(|()| kept::sweep(&place, kept::MOST_BYTES)));
                if let Some(Err(error)) = kept {
                    notice(Notice::NotKept(&error.to_string()));
                }
                pack
            }
        };
        pack.skipped.iter().for_each(|Skipped { path, why }| notice(Notice::Skipped { path, why }));
        if pack.skipped_in_all > 0 {
            notice(Notice::SkippedInAll(pack.skipped_in_all));
        }
        if self.plan.left_out > 0 {
            notice(Notice::LeftOut(self.plan.left_out));
        }
        let Pack { ranges: Ranges { train, valid, test }, labels, pixels, .. } = pack;
        let values = Values::Bytes(pixels);
        Dataset { name: name.into(), shape: self.form.shape(), values, labels, train, valid, test, preprocess: None }.checked()
    }

    /// Where this folder, made this size, is kept.
    fn place(&self, cache: &Path) -> PathBuf {
        cache.join("folders").join(format!("{}.pack", &hexadecimal(&listing::key_of_place(self.root, self.form))[..32]))
    }

    /// Decodes all pictures.
    fn decode(&self, key: String, notice: &mut dyn FnMut(Notice)) -> Result<Pack> {
        let (plan, total, turn) = (&self.plan, self.plan.files.len(), Mutex::new(()));
        let (mut pixels, mut labels) = (vec![], plan.labels.is_some().then(Vec::new));
        let (mut skipped, mut skipped_in_all, mut counts) = (vec![], 0, [0; 3]);
        for first in (0..total).step_by(CHUNK) {
            let chunk = first..(first + CHUNK).min(total);
            let read = |at: usize| picture::read(self.root, &self.listing.files[plan.files[at]], self.form, &turn);
            let pictures: Vec<_> = chunk.clone().into_par_iter().map(read).collect::<Result<_>>()?;
            for (at, picture) in chunk.clone().zip(pictures) {
                match picture {
                    Ok(picture) => {
                        pixels.extend(picture);
                        counts[plan.parts[at] as usize] += 1;
                        if let (Some(labels), Some(all)) = (&mut labels, &plan.labels) {
                            labels.push(all[at]);
                        }
                    }
                    Err(why) => {
                        skipped_in_all += 1;
                        if skipped.len() < NAMED {
                            let path = self.listing.files[plan.files[at]].path.display().to_string();
                            skipped.push(Skipped { path, why });
                        }
                    }
                }
            }
            notice(Notice::Decoded { done: chunk.end, total });
        }
        if counts[Part::Train as usize] == 0 {
            let (root, why) = (self.root.display(), skipped.first().map(|Skipped { path, why }| format!(": {path}: {why}")));
            let of = if plan.has_parts() { " for training" } else { "" };
            return Err(Error::Data(format!("{root}: none of its pictures{of} can be read{}", why.unwrap_or_default())));
        }
        Ok(Pack { key, ranges: plan.ranges(counts), labels, skipped, skipped_in_all, pixels })
    }
}

#[cfg(test)]
mod tests;
