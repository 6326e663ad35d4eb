//! Ctrl-C and SIGTERM: whatever this program started is ended before it exits itself.

use crate::fail::{Doing, Result, fail};
use std::collections::BTreeMap;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Undo = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    ended: bool,
    next: u64,
    undo: BTreeMap<u64, Undo>,
}

/// What is to be undone when this program is told to end. Clones share the list.
#[derive(Clone, Default)]
pub struct Interrupt {
    state: Arc<Mutex<State>>,
}

/// Takes an entry off the list again when what it was for has ended by itself.
pub struct Watched {
    interrupt: Interrupt,
    id: u64,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.interrupt.lock().undo.remove(&self.id);
    }
}

impl Interrupt {
    /// Listens for SIGINT, SIGTERM and SIGHUP (Ctrl-C and Ctrl-Break on Windows).
    pub fn listen() -> Result<Self> {
        let interrupt = Self::default();
        let heard = interrupt.clone();
        ctrlc::set_handler(move || {
            heard.end();
            std::process::exit(130);
        })
        .doing(|| "listening for Ctrl-C".to_owned())?;
        Ok(interrupt)
    }

    /// Undoes everything, the newest first, once.
    fn end(&self) {
        loop {
            let undo = {
                let mut state = self.lock();
                state.ended = true;
                state.undo.pop_last()
            };
            match undo {
                Some((_, undo)) => undo(),
                None => return,
            }
        }
    }

    /// Puts an action on the list; the guard takes it off.
    pub fn watch(&self, undo: impl FnOnce() + Send + 'static) -> Watched {
        let mut state = self.lock();
        let id = state.next;
        state.next += 1;
        state.undo.insert(id, Box::new(undo));
        Watched {
            interrupt: self.clone(),
            id,
        }
    }

    /// Runs a command to its end; it and what it started are ended when we are.
    pub fn wait(&self, shown: &str, command: &mut Command) -> Result<ExitStatus> {
        let mut child = self.spawn(shown, command)?;
        let group = child.id();
        let _watched = self.watch(move || end_group(group));
        child.wait().doing(|| format!("waiting for `{shown}`"))
    }

    /// Starts a command in a process group of its own, unless we are being ended.
    pub fn spawn(&self, shown: &str, command: &mut Command) -> Result<Child> {
        if self.lock().ended {
            return fail("interrupted");
        }
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            command.process_group(0);
        }
        command.spawn().doing(|| format!("starting `{shown}`"))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks a process group that we made to end. One that has ended already is no error.
#[cfg(unix)]
pub fn end_group(id: u32) {
    if let Some(pid) = pid(id) {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::TERM);
    }
}

/// Ends a process group that we made without asking.
#[cfg(unix)]
pub fn kill_group(id: u32) {
    if let Some(pid) = pid(id) {
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
}

/// Windows has no process groups of this kind.
#[cfg(not(unix))]
pub fn kill_group(_id: u32) {}

/// On Windows, the console delivers Ctrl-C to every process in it.
#[cfg(not(unix))]
pub fn end_group(_id: u32) {}

/// Asks one process to end by SIGTERM.
pub fn end_process(id: u32) {
    #[cfg(unix)]
    if let Some(pid) = pid(id) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    // The components run on Linux only; nothing else is ended one by one.
    #[cfg(not(unix))]
    let _ = id;
}

/// Waits until a process that was asked to end has done so, 15 s at most: its folders are removed
/// next. A child that nobody has waited for yet counts as ended.
pub fn await_end(id: u32) {
    let asked = std::time::Instant::now();
    while asked.elapsed() < std::time::Duration::from_secs(15) {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // "pid (name) state …"; the name may hold anything, brackets too.
        match stat.rsplit_once(") ") {
            Some((_, rest)) if !rest.starts_with('Z') => {}
            _ => return,
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[cfg(unix)]
fn pid(id: u32) -> Option<rustix::process::Pid> {
    i32::try_from(id)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn undoes_newest_first_and_not_what_has_ended() {
        let interrupt = Interrupt::default();
        let (tell, told) = mpsc::channel();
        let (first, second, third) = (tell.clone(), tell.clone(), tell);
        let _a = interrupt.watch(move || first.send(1).unwrap());
        drop(interrupt.watch(move || second.send(2).unwrap()));
        let _b = interrupt.watch(move || third.send(3).unwrap());
        interrupt.end();
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [3, 1]);
        assert!(interrupt.spawn("true", &mut Command::new("true")).is_err());
    }

    #[test]
    fn a_running_command_and_its_children_are_ended() {
        use std::os::unix::process::ExitStatusExt;
        let interrupt = Interrupt::default();
        let other = interrupt.clone();
        let waiting = std::thread::spawn(move || {
            other
                .wait("sleep", Command::new("sh").args(["-c", "sleep 600 & wait"]))
                .unwrap()
        });
        while interrupt.lock().undo.is_empty() {
            std::thread::yield_now();
        }
        interrupt.end();
        assert_eq!(waiting.join().unwrap().signal(), Some(15));
    }
}
