//! Plans carried out on a machine in memory: that they do what they say, and that nothing is
//! half-done or lost wherever they are stopped.

mod actions;
mod around;
mod backup;
mod before;
mod choices;
mod criteria;
mod double;
mod faults;
mod health;
mod launches;
mod preview;
mod random;
mod redact;
mod runner;
mod shapes;
mod support;
