//! Numbers that are not finite, found while training: every so manieth iteration is replayed with a check behind each dispatch ([`Plan::inspected`]).
//!
//! The inspected iteration computes the same as any other, bit for bit, so it does not matter to a run which iterations are inspected. Beside it the metrics
//! of every iteration say whether a loss or a gradient is not finite. Either way training ends with a [`Finding`], and [`Trainer::trace`] goes from an
//! earlier state to the very dispatch that began it.

use crate::error::{Error, Result};
use crate::gan::{Metrics, Trainer};
use crate::plan::{Check, Inspection, NOTHING_FOUND, PlanId, Readback, Tensor};
use std::fmt;
use std::ops::ControlFlow;

/// What was found not to be finite.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The iteration it was found in, counted from 1.
    pub iteration: u64,
    /// The last iteration before it that was looked at and was finite throughout, or that a state was saved or restored at.
    pub after: u64,
    /// The first tensor of that iteration; none if only the metrics tell.
    pub check: Option<Check>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { iteration, check, .. } = self;
        match check {
            Some(check) => write!(f, "in iteration {iteration} a number is not finite in {check}"),
            None => write!(f, "a loss or a gradient of iteration {iteration} is not finite"),
        }
    }
}

/// Iterations that are handed over together; only the last may be inspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    /// How many there are.
    pub times: u32,
    /// Whether the last of them is inspected.
    pub inspected: bool,
}

/// Which iterations are inspected, and what came of it.
#[derive(Default)]
pub(super) struct Inspector {
    every: u32,
    also: u64,
    prepared: Option<Prepared>,
    after: u64,
    finding: Option<Finding>,
}

struct Prepared {
    replay: PlanId,
    found: Tensor,
    checks: Vec<Check>,
}

impl Inspector {
    /// Inspects every so manieth iteration; 0 inspects none.
    pub fn new(every: u32) -> Inspector {
        Inspector { every, ..Inspector::default() }
    }

    /// What follows iteration `from`: at most so many iterations, up to the next that is inspected.
    pub fn chunk(&self, from: u64, most: u64) -> Chunk {
        if self.every == 0 {
            return Chunk { times: most as u32, inspected: false };
        }
        let multiple = (from / u64::from(self.every) + 1) * u64::from(self.every);
        let next = if self.also > from { multiple.min(self.also) } else { multiple };
        let times = most.min(next - from);
        Chunk { times: times as u32, inspected: from + times == next }
    }

    /// Whether training is to end.
    pub fn has_found(&self) -> bool {
        self.finding.is_some()
    }

    /// Ends a stretch of training.
    /// # Errors
    /// if something was found.
    pub fn verdict(&self, flow: ControlFlow<()>) -> Result<ControlFlow<()>> {
        match &self.finding {
            Some(finding) => Err(Error::NonFinite(finding.to_string())),
            None => Ok(flow),
        }
    }
}

impl Trainer {
    /// Lets an iteration be inspected beside those that are anyway: one that is to be saved. A game that is never inspected has none.
    pub fn inspect_also(&mut self, iteration: u64) {
        self.inspector.also = iteration;
    }

    /// What has ended the training, if a number did.
    pub fn finding(&self) -> Option<&Finding> {
        self.inspector.finding.as_ref()
    }

    /// Plays from here to where something was found, and inspects every iteration behind the last that is known to be finite. What this finds is where it
    /// began. None if everything is finite this time: the device did not compute the same twice. The user may break off, as in [`Trainer::advance`].
    /// # Errors
    /// if the device fails.
    pub async fn trace(
        &mut self,
        finding: &Finding,
        now_ms: &dyn Fn() -> f64,
        seen: &mut dyn FnMut(&[Metrics]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Option<Finding>>> {
        let every = self.inspector.every;
        let mut played = self.advance(finding.after, now_ms, seen).await;
        if matches!(played, Ok(ControlFlow::Continue(()))) {
            self.inspector.every = 1;
            played = self.advance(finding.iteration, now_ms, seen).await;
            self.inspector.every = every;
        }
        match played {
            Err(Error::NonFinite(_)) => Ok(ControlFlow::Continue(self.inspector.finding.clone())),
            Err(error) => Err(error),
            Ok(ControlFlow::Break(())) => Ok(ControlFlow::Break(())),
            Ok(ControlFlow::Continue(())) => Ok(ControlFlow::Continue(None)),
        }
    }

    /// Makes ready what inspecting takes, once.
    pub(super) fn prepare_inspection(&mut self) -> Result<()> {
        if self.inspector.every == 0 || self.inspector.prepared.is_some() {
            return Ok(());
        }
        let left_out = self.device.leaves_out(&self.plan)?;
        let Inspection { plan, found, checks } = self.plan.inspected(&mut self.rec, &left_out);
        self.device.allocate(self.rec.memory())?;
        let replay = self.device.prepare(&plan)?;
        self.device.write(&found, bytemuck::bytes_of(&NOTHING_FOUND));
        self.inspector.prepared = Some(Prepared { replay, found, checks });
        Ok(())
    }

    /// Hands iterations over, and asks for their metrics, and for what was found.
    pub(super) fn submit(&mut self, Chunk { times, inspected }: Chunk) -> Readback {
        let Some(Prepared { replay, found, .. }) = &self.inspector.prepared else {
            return self.device.submit(self.replay, times, &[&self.game.ring]);
        };
        let (replay, read) = (*replay, [&self.game.ring, found]);
        if !inspected {
            return self.device.submit(self.replay, times, &read);
        }
        if times > 1 {
            // The inspected iteration follows at once: its readback says that these are done, too.
            drop(self.device.submit(self.replay, times - 1, &[]));
        }
        self.device.submit(replay, 1, &read)
    }

    /// Takes note of what came back of iterations that are complete now.
    pub(super) fn look_at(&mut self, chunk: Chunk, rows: &[Metrics], read: &[Vec<u8>]) {
        let (iteration, after) = (self.iteration, self.inspector.after);
        if self.inspector.has_found() {
            return;
        }
        let check = match (&self.inspector.prepared, read) {
            (Some(prepared), [_, word]) => {
                let number: u32 = bytemuck::pod_read_unaligned(word);
                prepared.checks.get(number as usize).cloned()
            }
            _ => None,
        };
        if check.is_some() {
            self.inspector.finding = Some(Finding { iteration, after, check });
        } else if let Some(row) = rows.iter().find(|row| row.non_finite) {
            self.inspector.finding = Some(Finding { iteration: row.iteration, after, check: None });
        } else if chunk.inspected {
            self.inspector.after = iteration;
        }
    }

    /// Forgets what was found: the parameters are those of a saved state. The ring may hold rows of iterations that never were.
    pub(super) fn forget_findings(&mut self) {
        self.inspector.finding = None;
        self.inspector.after = self.iteration;
        self.device.write(&self.game.ring, &vec![0; self.game.ring.bytes() as usize]);
        if let Some(prepared) = &self.inspector.prepared {
            self.device.write(&prepared.found, bytemuck::bytes_of(&NOTHING_FOUND));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_end_where_an_iteration_is_inspected() {
        let chunk = |every, also, from, most| {
            let Chunk { times, inspected } = Inspector { also, ..Inspector::new(every) }.chunk(from, most);
            (times, inspected)
        };
        assert_eq!(chunk(0, 7, 5, 40), (40, false), "never means never");
        assert_eq!(chunk(100, 0, 0, 40), (40, false));
        assert_eq!(chunk(100, 0, 80, 40), (20, true));
        assert_eq!(chunk(100, 0, 100, 100), (100, true));
        assert_eq!(chunk(100, 130, 110, 40), (20, true), "one that is saved");
        assert_eq!(chunk(100, 130, 130, 40), (40, false), "it is behind us");
        assert_eq!(chunk(1, 0, 3, 40), (1, true));
    }
}
