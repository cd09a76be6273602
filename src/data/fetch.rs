//! Downloads: the files of a data set, from whichever mirror serves them, into the user's cache folder.
//!
//! A mirror is not trusted: a file gets its name only after it, or its uncompressed content, has had the pinned sha256, so http, redirects and
//! foreign mirrors are harmless. What has arrived waits in `NAME.part` and is continued by an HTTP range request; where that cannot be,
//! or what came together is wrong, it begins anew. Every wait, retry, redirect and byte is bounded.
//!
//! It draws nothing on a terminal: what happens is told to a closure.

mod part;
mod remote;
mod transfer;

use std::fs::File;
use std::path::Path;

pub use remote::{Pinned, Remote, RemoteFile};
pub use transfer::Patience;

use crate::error::{Error, Result};
use part::Part;
use transfer::{Failure, transfer};

/// What a download is doing, for a progress bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// The file is there already, and whole.
    AlreadyThere {
        /// Its name.
        file: &'a str,
    },
    /// Bytes have arrived; now and then fewer than before, when a download begins anew.
    Arrived {
        /// The file's name.
        file: &'a str,
        /// Bytes there are, compressed as the mirror sends them.
        bytes: u64,
        /// Bytes there will be, where the mirror says so.
        total: Option<u64>,
    },
    /// A request failed; another, or another mirror, is tried next if there is one.
    Failed {
        /// The file's name.
        file: &'a str,
        /// The address that was asked.
        url: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// The file has been checked and is in place.
    Done {
        /// Its name.
        file: &'a str,
    },
}

/// Downloads the files of `remote` that `folder` does not already hold whole, and says how many that were. Makes the folder where needed.
/// # Errors
/// [`Error::Data`] when no mirror has a file, naming each mirror and why it failed, or another process is downloading it;
/// [`Error::Io`] when the folder cannot be written. Files that are in place by then stay; so does the part of the one that failed.
pub fn fetch(remote: &Remote, folder: &Path, patience: &Patience, progress: &mut dyn FnMut(Progress)) -> Result<u32> {
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let mut downloaded = 0;
    for file in &remote.files {
        if is_whole(folder, file) {
            progress(Progress::AlreadyThere { file: &file.name });
        } else {
            Download { file, folder, patience, progress }.run(&remote.mirrors)?;
            downloaded += 1;
        }
    }
    Ok(downloaded)
}

/// What is wrong with a file, if anything: how it differs from the one that was published.
/// # Errors
/// [`Error::Io`] when it cannot be opened.
pub fn fault(path: &Path, wanted: &RemoteFile) -> Result<Option<String>> {
    Ok(part::fault(&File::open(path).map_err(Error::io("open", path))?, wanted))
}

/// Whether the folder holds this file, with the pinned content.
fn is_whole(folder: &Path, file: &RemoteFile) -> bool {
    File::open(folder.join(&file.name)).is_ok_and(|found| part::fault(&found, file).is_none())
}

/// The download of one file.
struct Download<'a> {
    file: &'a RemoteFile,
    folder: &'a Path,
    patience: &'a Patience,
    progress: &'a mut dyn FnMut(Progress),
}

impl Download<'_> {
    /// Asks one mirror after the other until one of them has brought the file.
    fn run(&mut self, mirrors: &[String]) -> Result<()> {
        let mut part = Part::open(self.folder, &self.file.name)?;
        // An interruption may have come after the last byte; and what is too long already will never become right.
        if part.bytes > 0 && part.fault(self.file)?.is_none() {
            return self.finish(part);
        } else if part.bytes >= self.file.most_bytes() {
            part.clear()?;
        }
        let agent = transfer::agent(self.patience);
        let mut reasons = Vec::new();
        for mirror in mirrors {
            let url = format!("{}/{}", mirror.trim_end_matches('/'), self.file.name);
            match self.ask_patiently(&agent, &url, &mut part)? {
                None => return self.finish(part),
                Some(reason) => reasons.push(format!("{url}: {reason}")),
            }
        }
        Err(self.give_up(part, &reasons))
    }

    /// Asks one mirror, several times if need be. Why it failed, if it did.
    fn ask_patiently(&mut self, agent: &ureq::Agent, url: &str, part: &mut Part) -> Result<Option<String>> {
        let mut last = String::new();
        for attempt in 1..=self.patience.attempts {
            if attempt > 1 {
                std::thread::sleep(self.patience.pause * (attempt - 1));
            }
            match self.ask(agent, url, part) {
                Ok(()) => return Ok(None),
                Err(Failure::Here(error)) => return Err(error),
                Err(Failure::Lasting(reason)) => {
                    (self.progress)(Progress::Failed { file: &self.file.name, url, reason: &reason });
                    return Ok(Some(reason));
                }
                Err(Failure::Passing(reason)) => {
                    (self.progress)(Progress::Failed { file: &self.file.name, url, reason: &reason });
                    last = reason;
                }
            }
        }
        Ok(Some(format!("{last}, the last of {} attempts", self.patience.attempts)))
    }

    /// One request, and a look at what it brought. A wrong file is thrown away: if this mirror sent all of it, and as much as it said,
    /// the mirror is at fault; otherwise the part that was there before may have been, or the line.
    fn ask(&mut self, agent: &ureq::Agent, url: &str, part: &mut Part) -> std::result::Result<(), Failure> {
        let name = &self.file.name;
        let mut began = None;
        let mut arrived = |bytes, total| {
            began.get_or_insert((bytes, total));
            (self.progress)(Progress::Arrived { file: name, bytes, total });
        };
        transfer(agent, url, part, self.file.most_bytes(), &mut arrived)?;
        match part.fault(self.file)? {
            None => Ok(()),
            Some(fault) => {
                part.clear()?;
                Err(if let Some((0, Some(_))) = began { Failure::Lasting(fault) } else { Failure::Passing(fault) })
            }
        }
    }

    /// Puts the checked file in its place.
    fn finish(&mut self, part: Part) -> Result<()> {
        part.install(&self.folder.join(&self.file.name))?;
        (self.progress)(Progress::Done { file: &self.file.name });
        Ok(())
    }

    /// What to say, and what to keep, when no mirror had it.
    fn give_up(&self, part: Part, reasons: &[String]) -> Error {
        let (name, folder) = (&self.file.name, self.folder.display());
        let kept = part.bytes;
        let next = if kept > 0 {
            format!("the first {kept} bytes are kept, run the command again to go on")
        } else if let Err(error) = part.discard() {
            return error;
        } else {
            format!("try again later, or put the file into {folder} by other means")
        };
        Error::Data(format!("cannot download {name}: {}; {next}", reasons.join("; ")))
    }
}
