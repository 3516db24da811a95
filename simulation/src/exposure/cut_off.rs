//! The long-run chance that nothing of a need can be shipped, down to chances that no run of replications would ever see.
//!
//! Each hazard that stops a node altogether is a process with two states, down for the part q = E D ÷ (E U + E D + r) of all time (D outage, U up
//! time, r way back). Processes are independent; what they share is in the factor map and in hazards that strike several nodes as one. A flow
//! of the award is cut while some process on its chain is down, a need while all its flows are.
//!
//! *Sampled*, by sequential importance sampling: flow by flow, given the states drawn so far, the first of its processes to be down is
//! drawn from a defensive mixture g, half its law c given that one is down, half even; w ← w · P(the flow is cut) · c ÷ g. Every draw ends
//! with the need cut off, E w is the chance, and the effective sample is (Σ w)² ÷ Σ w². *Exact*, by the same tree walked as a whole, as far as it is not too large.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::index::{Ix, NeedIx};
use ballast_domain::pack::{Effect, Hazard, Law};
use ballast_domain::{Award, Pack, Tender};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::network::{DUST, Network};
use crate::draw::check;
use crate::error::StressError;
use crate::metric::{Estimate, mean};

/// Steps of the exact tree at most.
const MOST_STEPS: u64 = 2_000_000;

/// The chance that one need is cut off.
#[derive(Debug, Clone, PartialEq)]
pub struct CutOff {
    /// The need.
    pub need: NeedIx,
    /// Part of all time, sampled; exactly 0 where some flow depends on no hazard.
    pub sampled: Estimate,
    /// Equally weighted draws that the sample is worth.
    pub effective_sample: f64,
    /// The same worked out; `None` where the tree is too large.
    pub exact: Option<f64>,
    /// Processes that it depends on.
    pub processes: usize,
}

/// The chances of all needs, and the hazards that they leave out.
#[derive(Debug, Clone, PartialEq)]
pub struct CutOffReport {
    /// Needs with volume, in order.
    pub needs: Vec<CutOff>,
    /// Draws for each need.
    pub draws: u64,
    /// Hazards with another effect, output left, exits, seasons, relapses, copulas or a chance to strike; and all events. They make the
    /// chances larger, if they change them.
    pub left_out: Vec<String>,
}

/// Works out the chances for an award under a pack.
///
/// # Errors
/// A pack that does not fit the tender; no draws.
pub fn cut_off(
    tender: &Tender,
    award: &Award,
    pack: &Pack,
    seed: u64,
    draws: u64,
) -> Result<CutOffReport, StressError> {
    let findings = check(tender, pack);
    if findings.has_errors() {
        return Err(StressError::Pack(findings));
    }
    if !(2..=10_000_000).contains(&draws) {
        return Err(StressError::Options(format!("expected 2 to 10000000 draws, not {draws}")));
    }
    let network = Network::new(tender, award, None);
    let (down, of_node, left_out) = processes(tender, pack);
    let mut flows: BTreeMap<usize, BTreeSet<Vec<usize>>> = BTreeMap::new();
    for flow in network.flows.iter().filter(|f| f.weekly > DUST * network.demand[f.cell]) {
        let met: BTreeSet<usize> = flow.chain.iter().filter_map(|n| of_node.get(&n.ix())).flatten().copied().collect();
        flows.entry(network.need[flow.cell]).or_default().insert(met.into_iter().collect());
    }
    let needs = flows.into_iter().map(|(need, flows)| of_need(NeedIx::new(need), &flows, &down, (seed, draws)));
    Ok(CutOffReport { needs: needs.collect(), draws, left_out })
}

/// Parts of time, processes of each node, and what is left out.
fn processes(tender: &Tender, pack: &Pack) -> (Vec<f64>, BTreeMap<usize, Vec<usize>>, Vec<String>) {
    let (mut down, mut of_node, mut left_out) = (Vec::new(), BTreeMap::<usize, Vec<usize>>::new(), Vec::new());
    let coupled = !pack.copulas.is_empty();
    for hazard in &pack.hazards {
        if coupled || !two_states(hazard) {
            left_out.push(hazard.id.clone());
            continue;
        }
        let nodes: BTreeSet<usize> =
            hazard.nodes.iter().flat_map(|s| tender.factor_map.select(s)).map(Ix::ix).collect();
        let (up, out) = (hazard.up.mean(), hazard.down.mean());
        let part = out / (up + out + hazard.recovery.weeks());
        for (i, node) in nodes.into_iter().enumerate() {
            if i == 0 || !hazard.common {
                down.push(part);
            }
            of_node.entry(node).or_default().push(down.len() - 1);
        }
    }
    left_out.extend(pack.events.iter().map(|e| e.id.clone()));
    (down, of_node, left_out)
}

/// True if the hazard is a process of two states, full output or none.
pub(crate) fn two_states(hazard: &Hazard) -> bool {
    let endless = |law: &Law| !law.mean().is_finite();
    hazard.effect == Effect::Capacity
        && hazard.capacity <= 0.0
        && hazard.exit <= 0.0
        && hazard.strikes >= 1.0
        && hazard.season.is_none()
        && hazard.relapse.is_none()
        && !endless(&hazard.up)
        && !endless(&hazard.down)
}

/// State of the processes while flows are cut one after another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Up,
    Down,
}

fn of_need(need: NeedIx, flows: &BTreeSet<Vec<usize>>, down: &[f64], (seed, draws): (u64, u64)) -> CutOff {
    // A flow is cut wherever one of fewer processes is.
    let within = |a: &Vec<usize>, b: &Vec<usize>| a.iter().all(|p| b.binary_search(p).is_ok());
    let mut needed: Vec<&Vec<usize>> =
        flows.iter().filter(|f| !flows.iter().any(|g| g != *f && within(g, f))).collect();
    // Few processes first: what is certain is drawn first.
    needed.sort_by_key(|f| f.len());
    let used: BTreeSet<usize> = needed.iter().flat_map(|f| f.iter().copied()).collect();
    let mut states = vec![State::Open; down.len()];
    let mut steps = 0;
    let exact = walk(&needed, down, &mut states, &mut steps);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(need.ix() as u64);
    let weights: Vec<f64> = (0..draws)
        .map(|_| {
            used.iter().for_each(|p| states[*p] = State::Open);
            draw(&needed, down, &mut states, &mut rng)
        })
        .collect();
    let (sum, squares) = weights.iter().fold((0.0, 0.0), |(s, q), w| (s + w, q + w * w));
    let sampled = mean(&weights);
    CutOff {
        need,
        sampled: Estimate { low: sampled.low.max(0.0), ..sampled },
        effective_sample: if squares > 0.0 { sum * sum / squares } else { 0.0 },
        exact,
        processes: used.len(),
    }
}

/// P(some of these processes is down).
fn any(open: &[usize], down: &[f64]) -> f64 {
    -open.iter().map(|p| (-down[*p]).ln_1p()).sum::<f64>().exp_m1()
}

/// The processes of a flow that are open; `None` if one is down already.
fn open(flow: &[usize], states: &[State]) -> Option<Vec<usize>> {
    let cut = flow.iter().any(|p| states[*p] == State::Down);
    (!cut).then(|| flow.iter().copied().filter(|p| states[*p] == State::Open).collect())
}

/// One draw: its weight.
fn draw(flows: &[&Vec<usize>], down: &[f64], states: &mut [State], rng: &mut ChaCha8Rng) -> f64 {
    let mut weight = 1.0;
    for flow in flows {
        let Some(open) = open(flow, states) else { continue };
        let whole = any(&open, down);
        if whole <= 0.0 {
            return 0.0;
        }
        let (even, point) = (1.0 / open.len() as f64, rng.random::<f64>());
        let (mut before, mut passed) = (1.0, 0.0);
        for (i, p) in open.iter().enumerate() {
            let law = before * down[*p] / whole;
            let mixed = (law + even) / 2.0;
            passed += mixed;
            if point < passed || i + 1 == open.len() {
                states[*p] = State::Down;
                weight *= whole * law / mixed;
                break;
            }
            states[*p] = State::Up;
            before *= 1.0 - down[*p];
        }
    }
    weight
}

/// The chance that all flows are cut, given the states; `None` if the tree is too large.
fn walk(flows: &[&Vec<usize>], down: &[f64], states: &mut [State], steps: &mut u64) -> Option<f64> {
    *steps += 1;
    if *steps > MOST_STEPS {
        return None;
    }
    let Some((flow, rest)) = flows.split_first() else { return Some(1.0) };
    let Some(open) = open(flow, states) else { return walk(rest, down, states, steps) };
    let (mut sum, mut before) = (0.0, 1.0);
    for p in &open {
        states[*p] = State::Down;
        let then = walk(rest, down, states, steps);
        states[*p] = State::Up;
        let Some(then) = then else { break };
        sum += before * down[*p] * then;
        before *= 1.0 - down[*p];
    }
    open.iter().for_each(|p| states[*p] = State::Open);
    (*steps <= MOST_STEPS).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(flows: &[&[usize]], down: &[f64]) -> CutOff {
        let flows: BTreeSet<Vec<usize>> = flows.iter().map(|f| f.to_vec()).collect();
        of_need(NeedIx::new(0), &flows, down, (3, 4_000))
    }

    /// All states of all processes.
    fn enumerated(flows: &[&[usize]], down: &[f64]) -> f64 {
        let state = |mask: u32| {
            let is_down = |p: usize| mask >> p & 1 == 1;
            let p: f64 = (0..down.len()).map(|p| if is_down(p) { down[p] } else { 1.0 - down[p] }).product();
            if flows.iter().all(|f| f.iter().any(|p| is_down(*p))) { p } else { 0.0 }
        };
        (0..1u32 << down.len()).map(state).sum()
    }

    #[test]
    fn structures_by_hand_down_to_one_in_ten_thousand_million() {
        // Five suppliers, each down for one hundredth of the time.
        let five = of(&[&[0], &[1], &[2], &[3], &[4]], &[0.01; 5]);
        assert!((five.exact.unwrap() / 1e-10 - 1.0).abs() < 1e-9 && (five.sampled.value / 1e-10 - 1.0).abs() < 1e-9);
        // Nothing is left to chance there: all draws weigh the same.
        assert!((five.effective_sample - 4_000.0).abs() < 1e-6);
        // The same with a shock that takes all of them for a thousandth of a thousandth of the time.
        let shock = [0.01, 0.01, 0.01, 0.01, 0.01, 1e-6];
        let shocked = of(&[&[0, 5], &[1, 5], &[2, 5], &[3, 5], &[4, 5]], &shock);
        let wanted = 1e-6 + (1.0 - 1e-6) * 1e-10;
        assert!((shocked.exact.unwrap() / wanted - 1.0).abs() < 1e-9);
        assert!(shocked.sampled.low <= wanted && wanted <= shocked.sampled.high, "{shocked:?}");
        // A flow that depends on nothing is never cut; one whose processes another has, too, adds nothing.
        assert_eq!((of(&[&[], &[0]], &[0.5]).exact, of(&[&[], &[0]], &[0.5]).sampled.value), (Some(0.0), 0.0));
        assert_eq!(of(&[&[0], &[0, 1]], &[0.25, 0.5]).exact, Some(0.25));
    }

    #[test]
    fn any_structure_is_what_all_states_say() {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let (mut held, trials) = (0, 150);
        for _ in 0..trials {
            let down: Vec<f64> = (0..9).map(|_| 10f64.powf(-3.0 * rng.random::<f64>()) * 0.6).collect();
            let flows: Vec<Vec<usize>> = (0..rng.random_range(1..6))
                .map(|_| (0..9).filter(|_| rng.random::<f64>() < 0.35).collect::<Vec<usize>>())
                .filter(|f| !f.is_empty())
                .collect();
            let flows: Vec<&[usize]> = flows.iter().map(Vec::as_slice).collect();
            if flows.is_empty() {
                held += 1;
                continue;
            }
            let (found, wanted) = (of(&flows, &down), enumerated(&flows, &down));
            assert!((found.exact.unwrap() - wanted).abs() < 1e-12 * (1.0 + wanted) + 1e-9 * wanted);
            let within = found.sampled.low * (1.0 - 1e-9) <= wanted && wanted <= found.sampled.high * (1.0 + 1e-9);
            held += usize::from(within);
        }
        // 95 % intervals; fewer than 89 % of 150 by chance less than once in a thousand times.
        assert!(held * 100 >= 89 * trials, "{held} of {trials}");
    }
}
