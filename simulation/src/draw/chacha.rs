//! ChaCha with eight rounds (Bernstein 2008), sixteen blocks side by side as vector instructions. A block is a function of a key, a
//! number in front of it and the number of the stream, whatever has been drawn before; words come out as from `rand`'s ChaCha8.
//!
//! A round mixes the state's words by additions, exclusive ors and rotations of 32 bits: the same bits on every machine.

use multiversion::multiversion;

/// Blocks side by side.
pub const LANES: usize = 16;
/// Words of a block.
pub const WORDS: usize = 16;
/// Words of a key.
pub const KEY_WORDS: usize = 8;

/// A word of sixteen blocks.
pub type Lanes = [u32; LANES];
/// Sixteen blocks, word by word.
pub type Blocks = [Lanes; WORDS];

/// “expand 32-byte k”.
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
/// Eight rounds are four pairs of one by columns and one by diagonals.
const PAIRS: usize = 4;

/// Block `number` of sixteen streams with keys of their own.
pub fn of_keys(keys: &[Lanes; KEY_WORDS], number: u64, stream: u64, into: &mut Blocks) {
    blocks(&state(keys, &[number; LANES], stream), into);
}

/// Sixteen blocks of one stream, from `number` on.
pub fn of_stream(key: &[u32; KEY_WORDS], number: u64, stream: u64, into: &mut Blocks) {
    let numbers = std::array::from_fn(|lane| number.wrapping_add(lane as u64));
    blocks(&state(&key.map(|word| [word; LANES]), &numbers, stream), into);
}

fn state(keys: &[Lanes; KEY_WORDS], numbers: &[u64; LANES], stream: u64) -> Blocks {
    let mut state = Blocks::default();
    let (constants, rest) = state.split_at_mut(CONSTANTS.len());
    constants.iter_mut().zip(CONSTANTS).for_each(|(row, word)| *row = [word; LANES]);
    rest[..KEY_WORDS].copy_from_slice(keys);
    rest[KEY_WORDS] = numbers.map(|n| n as u32);
    rest[KEY_WORDS + 1] = numbers.map(|n| (n >> 32) as u32);
    rest[KEY_WORDS + 2] = [stream as u32; LANES];
    rest[KEY_WORDS + 3] = [(stream >> 32) as u32; LANES];
    state
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2", "x86_64+avx"))]
fn blocks(state: &Blocks, into: &mut Blocks) {
    *into = *state;
    for _ in 0..PAIRS {
        for [a, b, c, d] in [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]] {
            quarter(into, a, b, c, d);
        }
        for [a, b, c, d] in [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]] {
            quarter(into, a, b, c, d);
        }
    }
    for (row, start) in into.iter_mut().zip(state) {
        row.iter_mut().zip(start).for_each(|(x, s)| *x = x.wrapping_add(*s));
    }
}

/// A quarter of a round, in all blocks.
#[inline(always)]
fn quarter(x: &mut Blocks, a: usize, b: usize, c: usize, d: usize) {
    let (mut ra, mut rb, mut rc, mut rd) = (x[a], x[b], x[c], x[d]);
    for l in 0..LANES {
        ra[l] = ra[l].wrapping_add(rb[l]);
        rd[l] = (rd[l] ^ ra[l]).rotate_left(16);
        rc[l] = rc[l].wrapping_add(rd[l]);
        rb[l] = (rb[l] ^ rc[l]).rotate_left(12);
        ra[l] = ra[l].wrapping_add(rb[l]);
        rd[l] = (rd[l] ^ ra[l]).rotate_left(8);
        rc[l] = rc[l].wrapping_add(rd[l]);
        rb[l] = (rb[l] ^ rc[l]).rotate_left(7);
    }
    (x[a], x[b], x[c], x[d]) = (ra, rb, rc, rd);
}
