//! Who stands behind the tail: how often a node was down in the worst 5 % of replications, against how often at all.

use ballast_domain::index::NodeIx;

/// One node's part in the tail.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeTail {
    /// The node of the factor map.
    pub node: NodeIx,
    /// Fraction of all replications in which it was below full output at some moment.
    pub down_rate: f64,
    /// The same among the replications of the tail of total shortage.
    pub down_rate_in_tail: f64,
    /// Mean total shortage where it was down, weeks of mean demand; `None` if it never was.
    pub shortage_weeks_when_down: Option<f64>,
    /// Mean total shortage where it was not down; `None` if it always was.
    pub shortage_weeks_when_up: Option<f64>,
}

/// Attribution over all replications: `down[r × nodes + i]`, total shortage by replication (NaN: failed), and VaR of the total. The
/// tail is what lies at or above VaR and has any shortage. Strongest lift first.
pub fn attribution(nodes: &[NodeIx], down: &[bool], total: &[f64], var: f64) -> Vec<NodeTail> {
    let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
    let average = |sum: f64, of: usize| (of > 0).then(|| sum / of as f64);
    let in_tail = |x: f64| x >= var && x > 0.0;
    let lived = total.iter().filter(|x| !x.is_nan()).count();
    let tail = total.iter().filter(|x| in_tail(**x)).count();
    let count = nodes.len();
    let (mut times, mut tail_times) = (vec![0; count], vec![0; count]);
    let (mut sum_down, mut sum_up) = (vec![0.0; count], vec![0.0; count]);
    for (r, x) in total.iter().enumerate().filter(|(_, x)| !x.is_nan()) {
        let in_tail = usize::from(in_tail(*x));
        for (i, down) in down[r * count..(r + 1) * count].iter().enumerate() {
            let is = usize::from(*down);
            times[i] += is;
            tail_times[i] += is * in_tail;
            sum_down[i] += if *down { *x } else { 0.0 };
            sum_up[i] += if *down { 0.0 } else { *x };
        }
    }
    let of_node = |(i, node): (usize, &NodeIx)| NodeTail {
        node: *node,
        down_rate: share(times[i], lived),
        down_rate_in_tail: share(tail_times[i], tail),
        shortage_weeks_when_down: average(sum_down[i], times[i]),
        shortage_weeks_when_up: average(sum_up[i], lived - times[i]),
    };
    let mut list: Vec<NodeTail> = nodes.iter().enumerate().map(of_node).collect();
    let lift = |n: &NodeTail| n.down_rate_in_tail - n.down_rate;
    list.sort_by(|a, b| lift(b).total_cmp(&lift(a)).then(a.node.cmp(&b.node)));
    list
}
