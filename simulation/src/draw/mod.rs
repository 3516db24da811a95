//! Draw: a pack over a tender, turned into paths. A [`Path`] is everything random in one replication, drawn from pack,
//! factor map and demand alone, so that every award meets the same paths and one replication can be replayed alone.

mod canvas;
mod chacha;
mod check;
mod copula;
mod demand;
mod events;
mod law;
mod noise;
mod path;
mod pinned;
mod processes;
mod quantile;
mod renewal;
mod scenery;
mod season;
mod stream;
mod supply_class;
mod trajectory;
mod ziggurat;

pub use canvas::Canvas;
pub use check::check;
pub use demand::speaks_of;
pub use path::{Path, StockLoss, Withdrawal};
pub use scenery::{Scenery, Spell};
pub use stream::fresh_seed;
