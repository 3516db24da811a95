//! Draw: a pack over a tender, turned into paths. A [`Path`] is everything random in one replication, drawn from pack,
//! factor map and demand alone, so that every award meets the same paths and one replication can be replayed alone.

mod canvas;
mod check;
mod demand;
mod law;
mod path;
mod processes;
mod renewal;
mod scenery;
mod stream;
mod trajectory;

pub use canvas::Canvas;
pub use check::check;
pub use demand::speaks_of;
pub use path::Path;
pub use scenery::{Scenery, Spell};
pub use stream::fresh_seed;
