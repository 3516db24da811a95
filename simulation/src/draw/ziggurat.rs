//! Exponential and normal samples by the ziggurat (Marsaglia and Tsang 2000, in the form of Doornik 2005).
//!
//! The area under a falling density f is cut into 256 parts of area V: part 0 is a block of width V ÷ f(R) with the tail beyond R,
//! part i lies between heights f(x_i) and f(x_{i+1}), x_{i+1} = f⁻¹(V ÷ x_i + f(x_i)), x_1 = R, x_256 = 0. Eight bits of a word choose
//! the part, fifty-two others the place across it; what lies within x_{i+1} is under the curve, and only the rest needs another look.

use std::sync::LazyLock;

use super::law::uniform;
use super::pinned::{exp, ln};
use super::stream::Stream;

const PARTS: usize = 256;

/// A density, not scaled, with its parts.
struct Ziggurat {
    x: [f64; PARTS + 1],
    height: [f64; PARTS + 1],
}

impl Ziggurat {
    fn new(r: f64, v: f64, density: impl Fn(f64) -> f64, inverse: impl Fn(f64) -> f64) -> Self {
        let mut x = [0.0; PARTS + 1];
        (x[0], x[1]) = (v / density(r), r);
        for i in 2..PARTS {
            x[i] = inverse(v / x[i - 1] + density(x[i - 1]));
        }
        Self { height: x.map(&density), x }
    }
}

/// Where the tail of the exponential begins, and the area of its parts.
const EXPONENTIAL: (f64, f64) = (7.697_117_470_131_05, 0.003_949_659_822_581_557);
/// The same of the normal.
const NORMAL: (f64, f64) = (3.654_152_885_361_009, 0.004_928_673_233_974_655);

static EXPONENTIALS: LazyLock<Ziggurat> =
    LazyLock::new(|| Ziggurat::new(EXPONENTIAL.0, EXPONENTIAL.1, |x| exp(-x), |y| -ln(y)));
static NORMALS: LazyLock<Ziggurat> =
    LazyLock::new(|| Ziggurat::new(NORMAL.0, NORMAL.1, |x| exp(-x * x / 2.0), |y| (-2.0 * ln(y)).sqrt()));

/// The part that a word chooses, and the place across it, uniform on [0, 1) by steps of 2⁻⁵².
#[inline]
fn choose(rng: &mut Stream) -> (usize, f64) {
    let word = rng.double_word();
    ((word & 0xff) as usize, (word >> 12) as f64 / (1u64 << 52) as f64)
}

/// Uniform on (0, 1).
pub fn open(rng: &mut Stream) -> f64 {
    ((rng.double_word() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
}

/// Exponential with mean 1.
pub fn exponential(rng: &mut Stream) -> f64 {
    let z = &*EXPONENTIALS;
    loop {
        let (i, u) = choose(rng);
        let x = (u + f64::EPSILON / 2.0) * z.x[i];
        if x < z.x[i + 1] {
            return x;
        }
        if i == 0 {
            return EXPONENTIAL.0 - ln(uniform(rng));
        }
        if z.height[i + 1] + (z.height[i] - z.height[i + 1]) * uniform(rng) < exp(-x) {
            return x;
        }
    }
}

/// A standard normal.
#[inline]
pub fn normal(rng: &mut Stream) -> f64 {
    let z = &*NORMALS;
    loop {
        let (i, u) = choose(rng);
        let side = 2.0 * u - 1.0;
        let x = side * z.x[i];
        if x.abs() < z.x[i + 1] {
            return x;
        }
        if let Some(x) = at_the_edge(z, i, (side, x), rng) {
            return x;
        }
    }
}

/// A normal beyond what lies under the curve in any case; `None` if the word chose a place above it.
#[cold]
fn at_the_edge(z: &Ziggurat, i: usize, (side, x): (f64, f64), rng: &mut Stream) -> Option<f64> {
    if i > 0 {
        let height = z.height[i + 1] + (z.height[i] - z.height[i + 1]) * uniform(rng);
        return (height < exp(-x * x / 2.0)).then_some(x);
    }
    // Beyond R the density is below an exponential's, which is drawn and refused by their ratio.
    loop {
        let (x, y) = (ln(open(rng)) / NORMAL.0, ln(open(rng)));
        if -2.0 * y >= x * x {
            return Some(if side < 0.0 { x - NORMAL.0 } else { NORMAL.0 - x });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::stream::{Key, Purpose};
    use rand_distr::{Distribution, Exp1, StandardNormal};

    #[test]
    fn parts_close_at_the_top() {
        // The last part has the area of the others.
        for (z, v) in [(&*EXPONENTIALS, EXPONENTIAL.1), (&*NORMALS, NORMAL.1)] {
            let top = z.x[PARTS - 1] * (1.0 - z.height[PARTS - 1]);
            assert!((top / v - 1.0).abs() < 1e-9, "{top} {v}");
            assert!(z.x.windows(2).all(|x| x[0] > x[1]));
        }
    }

    #[test]
    fn samples_are_those_of_another_ziggurat() {
        let key = Key::new(4, Purpose::Hazard, "another", "ziggurat");
        // The tables of the other normal are made with an area of twelve digits.
        let near = |got: f64, want: f64| assert!((got - want).abs() <= 1e-8 * want.abs(), "{got} {want}");
        for replication in 0..40_000 {
            let (mut own, mut other) = (key.stream(replication), key.stream(replication));
            for _ in 0..3 {
                near(exponential(&mut own), Exp1.sample(&mut other));
                near(normal(&mut own), StandardNormal.sample(&mut other));
            }
        }
    }
}
