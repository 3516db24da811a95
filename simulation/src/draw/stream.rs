//! Random streams that are addressed, never consumed in order.
//!
//! key = SHA-256(seed, purpose, text id of the node, id of the hazard or event), stream = replication, generator =
//! ChaCha8. Text ids, not positions, go into the key: adding a supplier to a tender leaves all other draws alone.

use std::convert::Infallible;

use rand::TryRng;
use sha2::{Digest, Sha256};

use super::chacha::{Blocks, KEY_WORDS, LANES, Lanes, WORDS, of_keys, of_stream};

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
pub struct Key([u32; KEY_WORDS]);

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
        let bytes: [u8; 4 * KEY_WORDS] = hash.finalize().into();
        Self(std::array::from_fn(|w| std::array::from_fn(|b| bytes[4 * w + b])).map(u32::from_le_bytes))
    }

    /// The generator of one replication.
    pub fn stream(&self, replication: u64) -> Stream {
        let mut stream = Stream::default();
        stream.begin(self, replication);
        stream
    }
}

/// The first blocks of many streams, drawn sixteen at a time: most need no more.
#[derive(Debug, Clone, Default)]
pub struct FirstBlocks {
    keys: Vec<Key>,
    /// By sixteen keys, word by word.
    words: Vec<[Lanes; KEY_WORDS]>,
    blocks: Vec<Blocks>,
    replication: u64,
}

impl FirstBlocks {
    /// For these keys.
    pub fn new(keys: Vec<Key>) -> Self {
        let of = |keys: &[Key]| {
            std::array::from_fn(|word| std::array::from_fn(|lane| keys.get(lane).map_or(0, |key| key.0[word])))
        };
        let words: Vec<[Lanes; KEY_WORDS]> = keys.chunks(LANES).map(of).collect();
        Self { blocks: vec![Blocks::default(); words.len()], words, keys, replication: 0 }
    }

    /// Draws the blocks of a replication.
    pub fn draw(&mut self, replication: u64) {
        self.replication = replication;
        for (words, blocks) in self.words.iter().zip(&mut self.blocks) {
            of_keys(words, 0, replication, blocks);
        }
    }

    /// Puts a stream at the begin of that of a key.
    pub fn begin(&self, key: usize, stream: &mut Stream) {
        stream.begin(&self.keys[key], self.replication);
        let (blocks, lane) = (&self.blocks[key / LANES], key % LANES);
        stream.blocks.iter_mut().zip(blocks).for_each(|(into, word)| into[0] = word[lane]);
        (stream.next, stream.end) = (1, WORDS);
    }
}

/// The generator of one replication of a key.
#[derive(Debug, Clone)]
pub struct Stream {
    key: [u32; KEY_WORDS],
    replication: u64,
    /// Block to be drawn next.
    next: u64,
    /// Words drawn: block `i ÷ 16`, word `i % 16`; those from `at` to `end` have not been used.
    blocks: Box<Blocks>,
    at: usize,
    end: usize,
}

impl Default for Stream {
    fn default() -> Self {
        Self { key: [0; KEY_WORDS], replication: 0, next: 0, blocks: Box::default(), at: 0, end: 0 }
    }
}

impl Stream {
    /// Puts it at the begin of a replication.
    pub fn begin(&mut self, key: &Key, replication: u64) {
        (self.key, self.replication) = (key.0, replication);
        (self.next, self.at, self.end) = (0, 0, 0);
    }

    /// The next word.
    #[inline]
    fn word(&mut self) -> u32 {
        if self.at == self.end {
            self.more();
        }
        let word = self.blocks[self.at % WORDS][self.at / WORDS % LANES];
        self.at += 1;
        word
    }

    /// Two words as one.
    #[inline]
    pub fn double_word(&mut self) -> u64 {
        if self.at.is_multiple_of(2) && self.at < self.end {
            // Blocks have an even number of words: the second is there, in the same block.
            let (word, block) = (self.at % WORDS, self.at / WORDS % LANES);
            self.at += 2;
            return u64::from(self.blocks[word | 1][block]) << 32 | u64::from(self.blocks[word][block]);
        }
        let (low, high) = (self.word(), self.word());
        u64::from(high) << 32 | u64::from(low)
    }

    #[cold]
    fn more(&mut self) {
        of_stream(&self.key, self.next, self.replication, &mut self.blocks);
        self.next += LANES as u64;
        (self.at, self.end) = (0, LANES * WORDS);
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.word())
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.double_word())
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        for part in into.chunks_mut(4) {
            let word = self.word().to_le_bytes();
            part.iter_mut().zip(word).for_each(|(byte, from)| *byte = from);
        }
        Ok(())
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
    use rand::rngs::ChaCha8Rng;
    use rand::{Rng, SeedableRng};

    #[test]
    fn streams_are_fixed_for_ever() {
        let key = Key::new(7, Purpose::Hazard, "plant:North Cove", "flood");
        let first = |r| key.stream(r).next_u64();
        assert_eq!(first(3), first(3));
        assert_ne!(first(3), first(4));
        assert_ne!(first(3), Key::new(8, Purpose::Hazard, "plant:North Cove", "flood").stream(3).next_u64());
        assert_ne!(Key::new(7, Purpose::Hazard, "ab", "c"), Key::new(7, Purpose::Hazard, "a", "bc"));
    }

    /// What `rand` draws by the same key and stream.
    fn by_rand(key: &Key, replication: u64) -> ChaCha8Rng {
        let mut seed = [0; 4 * KEY_WORDS];
        seed.chunks_mut(4).zip(key.0).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_le_bytes()));
        let mut rng = ChaCha8Rng::from_seed(seed);
        rng.set_stream(replication);
        rng
    }

    #[test]
    fn words_are_those_of_chacha_whatever_way_they_are_drawn() {
        // More keys than stand side by side, more words than are drawn at once, streams beyond 32 bits.
        let keys: Vec<Key> = (0..37).map(|i| Key::new(9, Purpose::Event, "", &i.to_string())).collect();
        let (mut first, mut reused) = (FirstBlocks::new(keys.clone()), Stream::default());
        for replication in [0, 1, 77, 1 << 40] {
            first.draw(replication);
            for (i, key) in keys.iter().enumerate() {
                let (mut want, mut alone) = (by_rand(key, replication), key.stream(replication));
                first.begin(i, &mut reused);
                for _ in 0..400 {
                    let word = want.next_u64();
                    assert_eq!((alone.next_u64(), reused.next_u64()), (word, word));
                }
            }
        }
    }
}
