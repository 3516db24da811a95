//! The output of a node over time: 1 except on pieces where it is less, linear on each piece.
//!
//! Serial nodes combine by the minimum *at each instant*; only then is the week's mean taken,
//! φ(w) = ∫_w^{w+1} min_i a_i(t) dt. Two half-weeks that do not overlap therefore cost a whole week.

/// A stretch of time in which output is below normal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Begin, weeks from the start of the horizon; may be negative.
    pub from: f64,
    /// End, weeks.
    pub to: f64,
    /// Output at the begin, 0 to 1.
    pub at_from: f64,
    /// Output at the end, 0 to 1.
    pub at_to: f64,
}

impl Piece {
    fn at(&self, t: f64) -> f64 {
        let length = self.to - self.from;
        if length <= 0.0 || self.at_from == self.at_to {
            return self.at_to;
        }
        self.at_from + (self.at_to - self.at_from) * ((t - self.from) / length)
    }

    /// The part between two moments.
    fn cut(&self, from: f64, to: f64) -> Self {
        Self { from, to, at_from: self.at(from), at_to: self.at(to) }
    }
}

/// When an outage was, whatever it did to output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outage {
    /// Begin.
    pub from: f64,
    /// End, without the way back.
    pub to: f64,
    /// Output is full again.
    pub full: f64,
}

impl Outage {
    /// Part of [`step`, `step` + 1) that lies between two moments.
    pub fn part(from: f64, to: f64, step: usize) -> f64 {
        (to.min(step as f64 + 1.0) - from.max(step as f64)).max(0.0)
    }
}

/// Pieces below 1, disjoint, in order of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trajectory {
    /// The pieces.
    pub pieces: Vec<Piece>,
    /// The outages, in order of time.
    pub outages: Vec<Outage>,
}

impl Trajectory {
    /// Nothing happens.
    pub fn clear(&mut self) {
        self.pieces.clear();
        self.outages.clear();
    }

    /// From weeks to steps of the simulation.
    pub fn scale(&mut self, per_week: f64) {
        if per_week == 1.0 {
            return;
        }
        for p in &mut self.pieces {
            p.from *= per_week;
            p.to *= per_week;
        }
        for o in &mut self.outages {
            o.from *= per_week;
            o.to *= per_week;
            o.full *= per_week;
        }
    }

    /// True if an outage or its way back touches the time between two moments.
    pub fn struck(&self, from: f64, to: f64) -> bool {
        self.outages.iter().any(|o| o.from < to && o.full > from) || self.below_one(from, to)
    }

    /// Adds a piece behind the others; pieces without length or at full output are left out.
    pub fn push(&mut self, from: f64, to: f64, at_from: f64, at_to: f64) {
        if to > from && (at_from < 1.0 || at_to < 1.0) {
            self.pieces.push(Piece { from, to, at_from, at_to });
        }
    }

    /// True if output is below 1 at some moment between two times.
    pub fn below_one(&self, from: f64, to: f64) -> bool {
        self.pieces.iter().any(|p| p.from < to && p.to > from)
    }

    /// `into` becomes the minimum of `self` and `other` at each instant.
    pub fn min(&self, other: &Self, into: &mut Self) {
        into.pieces.clear();
        let (a, b) = (&self.pieces, &other.pieces);
        let (mut i, mut j) = (0, 0);
        let mut t = f64::NEG_INFINITY;
        loop {
            while i < a.len() && a[i].to <= t {
                i += 1;
            }
            while j < b.len() && b[j].to <= t {
                j += 1;
            }
            let next = |p: Option<&Piece>| p.map_or(f64::INFINITY, |p| if p.from > t { p.from } else { p.to });
            let (pa, pb) = (a.get(i), b.get(j));
            let end = next(pa).min(next(pb));
            if end == f64::INFINITY && pa.is_none() && pb.is_none() {
                return;
            }
            let inside = |p: Option<&Piece>| p.filter(|p| p.from <= t).map(|p| p.cut(t, end));
            match (inside(pa), inside(pb)) {
                (None, None) => {}
                (Some(p), None) | (None, Some(p)) => into.pieces.push(p),
                (Some(p), Some(q)) => lower(p, q, into),
            }
            t = end;
        }
    }

    /// Adds ∫ (1 − a) dt of each week to `loss`; `loss[w]` is week [w, w + 1).
    pub fn add_weekly_loss(&self, loss: &mut [f64]) {
        let horizon = loss.len() as f64;
        for p in &self.pieces {
            let (from, to) = (p.from.max(0.0), p.to.min(horizon));
            if to <= from {
                continue;
            }
            let first = from as usize;
            if p.at_from == p.at_to {
                // The same in every week that it covers in full.
                let lost = 1.0 - (p.at_to + p.at_to) / 2.0;
                let full = first + 1..(to as usize).max(first + 1);
                loss[first] += (to.min(first as f64 + 1.0) - from) * lost;
                loss[full.clone()].iter_mut().for_each(|slot| *slot += lost);
                if (full.end as f64) < to {
                    loss[full.end] += (to - full.end as f64) * lost;
                }
                continue;
            }
            for (w, slot) in loss.iter_mut().enumerate().skip(first) {
                let (begin, end) = (from.max(w as f64), to.min(w as f64 + 1.0));
                if end <= begin {
                    break;
                }
                *slot += (end - begin) * (1.0 - (p.at(begin) + p.at(end)) / 2.0);
            }
        }
    }

    /// For goods that are late, not lost. `held[w]`: fraction of week w's output that is still held at its end;
    /// `opens[w]`: the node is fully up at some moment of week w, so that everything held before leaves.
    ///
    /// What is made before the last fully-up moment of a week leaves in that week; of what is made after it, the part
    /// that the node does not pass stays.
    pub fn weekly_delay(&self, held: &mut [f64], opens: &mut [bool]) {
        for w in 0..held.len() {
            let (begin, end) = (w as f64, w as f64 + 1.0);
            // Walk back from the end of the week over pieces that touch, to the last moment at full output.
            let mut last_up = end;
            for p in self.pieces.iter().rev().filter(|p| p.from < end && p.to > begin) {
                if p.to >= last_up {
                    last_up = p.from;
                } else {
                    break;
                }
            }
            opens[w] = last_up > begin;
            let since = last_up.max(begin);
            held[w] = self
                .pieces
                .iter()
                .filter(|p| p.from < end && p.to > since)
                .map(|p| p.cut(p.from.max(since), p.to.min(end)))
                .map(|p| (p.to - p.from) * (1.0 - (p.at_from + p.at_to) / 2.0))
                .sum();
        }
    }
}

/// The lower of two lines over the same stretch, split where they cross.
fn lower(p: Piece, q: Piece, into: &mut Trajectory) {
    let (d0, d1) = (p.at_from - q.at_from, p.at_to - q.at_to);
    if d0 * d1 >= 0.0 {
        into.pieces.push(if d0 + d1 <= 0.0 { p } else { q });
        return;
    }
    let cross = p.from + (p.to - p.from) * d0 / (d0 - d1);
    let (first, second) = if d0 < 0.0 { (p, q) } else { (q, p) };
    into.pieces.push(first.cut(p.from, cross));
    into.pieces.push(second.cut(cross, p.to));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pieces: &[(f64, f64, f64, f64)]) -> Trajectory {
        let mut t = Trajectory::default();
        for &(from, to, a, b) in pieces {
            t.push(from, to, a, b);
        }
        t
    }

    fn loss(t: &Trajectory, weeks: usize) -> Vec<f64> {
        let mut loss = vec![0.0; weeks];
        t.add_weekly_loss(&mut loss);
        loss
    }

    #[test]
    fn minimum_is_taken_before_the_mean() {
        let (a, b) = (of(&[(0.0, 0.5, 0.0, 0.0)]), of(&[(0.5, 1.0, 0.0, 0.0)]));
        let mut both = Trajectory::default();
        a.min(&b, &mut both);
        assert_eq!(loss(&both, 2), [1.0, 0.0]);
    }

    #[test]
    fn a_flat_piece_loses_what_its_two_halves_lose() {
        // Within a week, over a border, on borders, before the first week and after the last.
        for (from, to) in
            [(0.3, 0.7), (0.5, 1.5), (1.0, 2.0), (0.0, 4.0), (-1.0, 2.5), (1.25, 9.0), (3.0, f64::INFINITY)]
        {
            for at in [0.0, 0.25] {
                let whole = loss(&of(&[(from, to, at, at)]), 4);
                for (w, got) in whole.iter().enumerate() {
                    let covered = (to.min(w as f64 + 1.0) - f64::max(from, w as f64)).max(0.0);
                    assert_eq!(*got, covered * (1.0 - at), "{from} to {to}, week {w}");
                }
            }
        }
    }

    #[test]
    fn lines_that_cross_are_split() {
        let (a, b) = (of(&[(0.0, 2.0, 0.0, 1.0)]), of(&[(0.0, 2.0, 1.0, 0.0)]));
        let mut both = Trajectory::default();
        a.min(&b, &mut both);
        // Each week loses the area above a line from 0 to ½: 0.75.
        assert!(loss(&both, 2).iter().all(|l| (l - 0.75).abs() < 1e-12), "{both:?}");
    }

    #[test]
    fn minimum_agrees_with_sampling_at_instants() {
        let a = of(&[(-1.0, 2.3, 0.2, 0.2), (2.3, 4.0, 0.2, 1.0), (6.0, 7.0, 0.0, 0.0)]);
        let b = of(&[(1.5, 3.1, 0.5, 0.5), (3.1, 6.6, 0.5, 1.0), (8.0, 9.5, 0.3, 0.3)]);
        let mut both = Trajectory::default();
        a.min(&b, &mut both);
        let at = |t: &Trajectory, x: f64| t.pieces.iter().find(|p| p.from <= x && x < p.to).map_or(1.0, |p| p.at(x));
        for k in 0..1200 {
            let x = -1.0 + k as f64 * 0.01 + 0.003;
            assert!((at(&both, x) - at(&a, x).min(at(&b, x))).abs() < 1e-9, "at {x}");
        }
    }

    #[test]
    fn late_goods_leave_when_the_node_is_up() {
        // Down from 0.5 to 2.5: half of week 0 and all of week 1 are held; week 2 opens and keeps nothing.
        let (mut held, mut opens) = (vec![0.0; 4], vec![false; 4]);
        of(&[(0.5, 2.5, 0.0, 0.0)]).weekly_delay(&mut held, &mut opens);
        assert_eq!(held, [0.5, 1.0, 0.0, 0.0]);
        assert_eq!(opens, [true, false, true, true]);
        // Down and up within one week: nothing stays.
        of(&[(1.2, 1.6, 0.0, 0.0)]).weekly_delay(&mut held, &mut opens);
        assert_eq!(held, [0.0; 4]);
    }
}
