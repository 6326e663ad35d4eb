//! Taking turns on what the tests of a program share: an image has one name in the engine of the run.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

static SHARED: Mutex<BTreeMap<&'static str, &'static RwLock<()>>> = Mutex::new(BTreeMap::new());

/// Has something to itself until it is dropped.
pub type Alone = RwLockWriteGuard<'static, ()>;

/// Uses something beside others that use it as well, until it is dropped.
pub type Beside = RwLockReadGuard<'static, ()>;

/// Waits until nobody has this, and has it alone. A test takes one thing only: two could wait for each
/// other.
pub fn alone(what: &'static str) -> Alone {
    // A test that failed with it has left nothing that the next one could not remove.
    shared(what).write().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until nobody has this alone, and keeps it as it is for as long as it is used.
pub fn beside(what: &'static str) -> Beside {
    shared(what).read().unwrap_or_else(PoisonError::into_inner)
}

/// There are as many as there are names in the tests, for as long as they run.
fn shared(what: &'static str) -> &'static RwLock<()> {
    let mut all = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    all.entry(what).or_insert_with(|| Box::leak(Box::default()))
}
