//! Random streams that are addressed, never consumed in order.
//!
//! key = SHA-256(seed, purpose, text id of the node, id of the hazard or event), stream = replication, generator =
//! ChaCha8. Text ids, not positions, go into the key: adding a supplier to a tender leaves all other draws alone.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// What a stream is for; streams of different purpose never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Up and down times of a hazard.
    Hazard,
    /// Whether and how long a scripted event strikes.
    Event,
    /// Which nodes an outage of a common process strikes.
    Strike,
    /// What the members of a copula share.
    Copula,
    /// The year's demand for a need.
    DemandYear,
    /// A week's demand in a cell.
    DemandWeek,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Hazard => "hazard",
            Self::Event => "event",
            Self::Strike => "strike",
            Self::Copula => "copula",
            Self::DemandYear => "demand-year",
            Self::DemandWeek => "demand-week",
        }
    }
}

/// The address of a stream, but for the replication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// Hashes the address. `first` and `second` are text ids (node and hazard; need; site and need).
    pub fn new(seed: u64, purpose: Purpose, first: &str, second: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        for part in [purpose.word(), first, second] {
            // The length in front keeps ("ab", "c") and ("a", "bc") apart.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// The generator of one replication.
    pub fn stream(&self, replication: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::from_seed(self.0);
        rng.set_stream(replication);
        rng
    }
}

/// The seed of fresh paths: what was sized on one set of paths is confirmed on another.
pub fn fresh_seed(seed: u64) -> u64 {
    let hash = Sha256::new().chain_update(b"fresh paths").chain_update(seed.to_le_bytes()).finalize();
    hash.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_are_fixed_for_ever() {
        let key = Key::new(7, Purpose::Hazard, "plant:North Cove", "flood");
        let first = |r| key.stream(r).next_u64();
        assert_eq!(first(3), first(3));
        assert_ne!(first(3), first(4));
        assert_ne!(first(3), Key::new(8, Purpose::Hazard, "plant:North Cove", "flood").stream(3).next_u64());
        assert_ne!(Key::new(7, Purpose::Hazard, "ab", "c"), Key::new(7, Purpose::Hazard, "a", "bc"));
    }
}
