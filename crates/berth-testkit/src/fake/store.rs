use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use berth_core::error::{Error, ErrorCode, Result};
use berth_core::job::{Job, LogLine};
use berth_core::port::{JobGuard, Store};
use berth_core::server::Installation;
use berth_core::settings::{MachineNotes, Settings};

/// Berth's own data in memory.
#[derive(Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    launches: Mutex<Vec<Launch>>,
}

/// What a launcher that has read a record still has to do.
type Launch = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Tables {
    generations: BTreeMap<(String, String), Installation>,
    current: BTreeMap<String, String>,
    jobs: BTreeMap<String, Job>,
    logs: BTreeMap<String, Vec<LogLine>>,
    locks: BTreeSet<String>,
    cancel: BTreeSet<String>,
    settings: Settings,
    notes: MachineNotes,
    changes: u64,
}

/// What a store has of installations.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreSnapshot {
    /// All generations, by name and generation.
    pub generations: BTreeMap<(String, String), Installation>,
    /// The current generation of each name.
    pub current: BTreeMap<String, String>,
}

impl MemoryStore {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A launch that has begun. It goes on when it is waited for.
    pub(super) fn add_launch(&self, launch: impl FnOnce() + Send + 'static) {
        self.launches().push(Box::new(launch));
    }

    fn launches(&self) -> MutexGuard<'_, Vec<Launch>> {
        self.launches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is installed, to compare.
    #[must_use]
    pub fn snapshot(&self) -> StoreSnapshot {
        let tables = self.tables();
        StoreSnapshot {
            generations: tables.generations.clone(),
            current: tables.current.clone(),
        }
    }
}

impl Tables {
    fn current(&self, name: &str) -> Option<&Installation> {
        let generation = self.current.get(name)?;
        self.generations.get(&(name.to_owned(), generation.clone()))
    }
}

/// Releases a lock on drop.
struct Lock {
    tables: Arc<Mutex<Tables>>,
    id: String,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.locks.remove(&self.id);
    }
}

fn unknown(job: &str) -> Error {
    Error::new(ErrorCode::JobUnknown {
        job: job.to_owned(),
    })
}

impl Store for MemoryStore {
    fn installations(&self) -> Result<Vec<Installation>> {
        let tables = self.tables();
        let names = tables.current.keys();
        Ok(names
            .filter_map(|name| tables.current(name).cloned())
            .collect())
    }

    fn installation(&self, name: &str) -> Result<Option<Installation>> {
        Ok(self.tables().current(name).cloned())
    }

    fn generation(&self, name: &str, generation: &str) -> Result<Option<Installation>> {
        let key = (name.to_owned(), generation.to_owned());
        Ok(self.tables().generations.get(&key).cloned())
    }

    fn put_installation(&self, installation: &Installation) -> Result<()> {
        let mut tables = self.tables();
        let (name, generation) = (installation.name.clone(), installation.generation.clone());
        tables.current.insert(name.clone(), generation.clone());
        tables
            .generations
            .insert((name, generation), installation.clone());
        tables.changes += 1;
        Ok(())
    }

    fn use_generation(&self, name: &str, generation: &str) -> Result<()> {
        let mut tables = self.tables();
        let key = (name.to_owned(), generation.to_owned());
        if !tables.generations.contains_key(&key) {
            return Err(Error::new(ErrorCode::NotInstalled {
                name: name.to_owned(),
            }));
        }
        tables.current.insert(key.0, key.1);
        tables.changes += 1;
        Ok(())
    }

    fn forget_generation(&self, name: &str, generation: &str) -> Result<()> {
        let mut tables = self.tables();
        tables
            .generations
            .remove(&(name.to_owned(), generation.to_owned()));
        if tables.current.get(name).is_some_and(|g| g == generation) {
            tables.current.remove(name);
        }
        tables.changes += 1;
        Ok(())
    }

    fn delete_installation(&self, name: &str) -> Result<()> {
        let mut tables = self.tables();
        tables.generations.retain(|(other, _), _| other != name);
        tables.current.remove(name);
        tables.changes += 1;
        Ok(())
    }

    fn create_job(&self, job: &Job) -> Result<()> {
        let mut tables = self.tables();
        let open = tables
            .jobs
            .values()
            .any(|other| !other.state.is_over() && other.plan.name == job.plan.name);
        if open {
            return Err(Error::new(ErrorCode::JobRunning {
                name: job.plan.name.clone(),
            }));
        }
        tables.jobs.insert(job.id.clone(), job.clone());
        tables.changes += 1;
        Ok(())
    }

    fn update_job(&self, job: &Job) -> Result<()> {
        let mut tables = self.tables();
        let known = tables
            .jobs
            .get_mut(&job.id)
            .ok_or_else(|| unknown(&job.id))?;
        *known = job.clone();
        tables.changes += 1;
        Ok(())
    }

    fn job(&self, id: &str) -> Result<Option<Job>> {
        Ok(self.tables().jobs.get(id).cloned())
    }

    fn jobs(&self, limit: u32) -> Result<Vec<Job>> {
        let tables = self.tables();
        let newest = tables.jobs.values().rev().take(limit as usize);
        Ok(newest.cloned().collect())
    }

    fn open_jobs(&self) -> Result<Vec<Job>> {
        let tables = self.tables();
        let open = tables.jobs.values().filter(|job| !job.state.is_over());
        Ok(open.cloned().collect())
    }

    fn delete_job(&self, id: &str) -> Result<()> {
        let mut tables = self.tables();
        if let Some(job) = tables.jobs.get(id)
            && !job.state.is_over()
        {
            return Err(Error::new(ErrorCode::JobRunning {
                name: job.plan.name.clone(),
            }));
        }
        tables.jobs.remove(id);
        tables.logs.remove(id);
        tables.changes += 1;
        Ok(())
    }

    fn append_log(&self, job: &str, lines: &[LogLine]) -> Result<()> {
        let mut tables = self.tables();
        if !tables.jobs.contains_key(job) {
            return Err(unknown(job));
        }
        tables
            .logs
            .entry(job.to_owned())
            .or_default()
            .extend_from_slice(lines);
        Ok(())
    }

    fn log(&self, job: &str) -> Result<Vec<LogLine>> {
        Ok(self.tables().logs.get(job).cloned().unwrap_or_default())
    }

    fn lock_job(&self, id: &str) -> Result<Option<JobGuard>> {
        let free = self.tables().locks.insert(id.to_owned());
        Ok(free.then(|| {
            JobGuard::new(Lock {
                tables: self.tables.clone(),
                id: id.to_owned(),
            })
        }))
    }

    fn await_launches(&self) -> Result<()> {
        let launches = std::mem::take(&mut *self.launches());
        launches.into_iter().for_each(|launch| launch());
        Ok(())
    }

    fn request_cancel(&self, id: &str) -> Result<()> {
        self.tables().cancel.insert(id.to_owned());
        Ok(())
    }

    fn cancel_requests(&self) -> Result<Vec<String>> {
        let tables = self.tables();
        let open = tables
            .cancel
            .iter()
            .filter(|id| tables.jobs.get(*id).is_some_and(|job| !job.state.is_over()));
        Ok(open.cloned().collect())
    }

    fn settings(&self) -> Result<Settings> {
        Ok(self.tables().settings.clone())
    }

    fn put_settings(&self, settings: &Settings) -> Result<()> {
        let mut tables = self.tables();
        tables.settings = settings.clone();
        tables.changes += 1;
        Ok(())
    }

    fn machine_notes(&self) -> Result<MachineNotes> {
        Ok(self.tables().notes.clone())
    }

    fn put_machine_notes(&self, notes: &MachineNotes) -> Result<()> {
        self.tables().notes = notes.clone();
        Ok(())
    }

    fn change_counter(&self) -> Result<u64> {
        Ok(self.tables().changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fulfils_the_contract() {
        crate::contract::store::check(&MemoryStore::default());
    }
}
