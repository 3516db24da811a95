//! Runs a job in a child process of the same binary, with limits on time and memory.
//!
//! The child is a hidden verb: it sets its own memory limit first, sits in its own process group, reads one job as a
//! framed message from standard input, streams events to standard output, and ends when its input closes. A crash of the
//! solver is then a failed attempt, tried again with other settings, and a kill keeps the best award so far.

mod child;
mod children;
mod conflicts;
mod conversation;
mod frame;
mod message;
mod start;
mod unpacking;

pub use child::run_child;
pub use children::Children;
pub use unpacking::Unpacker;
