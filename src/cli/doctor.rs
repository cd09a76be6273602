//! `gander doctor`: whether an adapter computes right, kernel by kernel.

use crate::bench::ADVICE;
use crate::cli::adapter::{Named, all_named};
use crate::cli::wait::wait;
use crate::cli::{DeviceOptions, print};
use crate::doctor::{Diagnosis, Exercises, Findings, Lockstep, Subject, drift, exercises, host, subjects};
use crate::error::Result;
use crate::gpu::{Allowance, describe};
use clap::ValueHint;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use wgpu::Adapter;

/// Options of `gander doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    device: DeviceOptions,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
    /// Go on for so many seconds, with other numbers in every round
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    soak: u64,
    /// Save the first dispatch that differs in this folder, for a bug report: what went in, what came out, what should have, and the kernel's text
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true, default_missing_value = "gander-doctor", value_hint = ValueHint::DirPath)]
    bisect: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> Result<u8> {
    let mut diagnoses = vec![];
    for (number, named) in all_named(&options.device)?.iter().enumerate() {
        let (diagnosis, findings) = examine(named, options.device.limits, Duration::from_secs(options.soak))?;
        if !options.json {
            print(&format!("{}{diagnosis}", if number == 0 { "" } else { "\n" }))?;
        }
        let saved = options.bisect.as_deref().map(|folder| save(folder, number, &diagnosis, &findings)).transpose()?.flatten();
        diagnoses.push((diagnosis, saved));
    }
    if options.json {
        let all: Vec<&Diagnosis> = diagnoses.iter().map(|(diagnosis, _)| diagnosis).collect();
        print(&(serde_json::to_string_pretty(&all).expect("plain numbers and text") + "\n"))?;
    }
    let mut wrong = false;
    for (diagnosis, saved) in &diagnoses {
        let Some(complaint) = diagnosis.complaint() else { continue };
        wrong = true;
        let next = match saved {
            Some(folder) => format!("what it takes to see it again is in {}", folder.display()),
            None => "--bisect saves what it takes to see it again".into(),
        };
        // Nobody is left to tell if standard error is closed.
        drop(writeln!(std::io::stderr(), "error: {complaint}; {ADVICE}; {next}"));
    }
    Ok(u8::from(wrong))
}

/// Runs everything on an adapter, at least once.
fn examine(named: &Named, limits: Allowance, soak: Duration) -> Result<(Diagnosis, Findings)> {
    let start = Instant::now();
    let mut diagnosis = match named {
        Named::Host => Diagnosis::new(host().device.identity(), vec![]),
        Named::Adapter(adapter) => Diagnosis::new(describe(adapter), facts(adapter)),
    };
    let mut findings = Findings::default();
    while diagnosis.rounds == 0 || (diagnosis.fault.is_none() && start.elapsed() < soak) {
        diagnosis.rounds += 1;
        // What is run is not a device's fault; what a device says is.
        let exercises = wait(None, exercises(diagnosis.rounds))?;
        match open(named, limits) {
            Err(error) => diagnosis.fault = Some(error.to_string()),
            Ok(subjects) => {
                if diagnosis.rounds == 1 {
                    diagnosis.facts.push(("memory", memory(&subjects[0], &exercises)));
                }
                diagnosis.subjects = subjects.iter().map(|subject| subject.name.clone()).collect();
                for mut subject in subjects {
                    diagnosis.fault =
                        diagnosis.fault.or(play(&mut subject, &exercises, &mut findings).err().map(|error| error.to_string()));
                }
            }
        }
    }
    if diagnosis.fault.is_none() {
        match measure_drift(named, limits) {
            Ok(drift) => diagnosis.drift = Some(drift),
            Err(error) => diagnosis.fault = Some(error.to_string()),
        }
    }
    diagnosis.seconds = start.elapsed().as_secs_f64();
    Ok((diagnosis.of(&findings), findings))
}

fn open(named: &Named, limits: Allowance) -> Result<Vec<Subject>> {
    match named {
        Named::Host => Ok(vec![host()]),
        Named::Adapter(adapter) => wait(None, subjects(adapter, limits)),
    }
}

/// Asks a device all scripts that it is to run.
fn play(subject: &mut Subject, exercises: &Exercises, findings: &mut Findings) -> Result<()> {
    let (waiter, scope) = (subject.waiter.clone(), subject.scope);
    let mut lockstep = Lockstep::new(subject, &exercises.memory)?;
    let scripts = exercises.scripts.iter().filter(|script| scope.takes(script.part));
    let mut played = Ok(());
    for script in scripts {
        played = wait(waiter.as_ref(), lockstep.run(script));
        if played.is_err() {
            break;
        }
    }
    findings.add(lockstep.into_findings());
    played
}

fn measure_drift(named: &Named, limits: Allowance) -> Result<crate::doctor::Drift> {
    let mut subject = open(named, limits)?.swap_remove(0);
    wait(subject.waiter.as_ref(), drift(&mut *subject.device))
}

/// Saves the first dispatch that differs, if there is one, in a folder for this adapter.
fn save(folder: &Path, number: usize, diagnosis: &Diagnosis, findings: &Findings) -> Result<Option<PathBuf>> {
    let kept = findings.mismatches.iter().find_map(|mismatch| Some((mismatch, mismatch.evidence.as_ref()?)));
    let Some((mismatch, evidence)) = kept else { return Ok(None) };
    let folder = folder.join(number.to_string());
    evidence.save(&folder, mismatch, &diagnosis.adapter)?;
    Ok(Some(folder))
}

/// What a device has to give, and what is asked of it here.
fn memory(subject: &Subject, exercises: &Exercises) -> String {
    let free = subject.device.capacity().memory.map_or("not told".into(), |bytes| format!("{} MiB", bytes >> 20));
    format!("{free}; what is run here takes {} MiB", exercises.memory.bytes() >> 20)
}

/// What an adapter offers.
fn facts(adapter: &Adapter) -> Vec<(&'static str, String)> {
    let (info, limits) = (adapter.get_info(), adapter.limits());
    let bound = format!(
        "storage binding {} MiB, buffer {} MiB, {} storage buffers, {} invocations and {} KiB per workgroup",
        limits.max_storage_buffer_binding_size >> 20,
        limits.max_buffer_size >> 20,
        limits.max_storage_buffers_per_shader_stage,
        limits.max_compute_invocations_per_workgroup,
        limits.max_compute_workgroup_storage_size >> 10
    );
    let subgroups = format!("{} to {}", info.subgroup_min_size, info.subgroup_max_size);
    vec![("limits", bound), ("subgroups", subgroups), ("features", adapter.features().to_string())]
}
