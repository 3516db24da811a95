//! Classic problems of location and auction, written as tenders. Each instance is small enough to be tried whole by a
//! solver of its own in this file, which knows nothing of tenders: the award must cost what that one finds.

use rust_decimal::Decimal;

use crate::tender::{Book, solve};

/// Customers are sites with a demand of 1 for one need; each facility is a supplier with one product; the cost of a pair is
/// the freight of that product to that site.
fn facilities(costs: &[&[u64]]) -> Book {
    let mut book = Book::new().row("needs", "need=service category=c unit=order");
    for (f, row) in costs.iter().enumerate() {
        book.push("suppliers", &format!("supplier=F{f}"));
        book.push("products", &format!("product=P{f} supplier=F{f} need=service use_factor=1"));
        book.push("offers", &format!("offer=P{f} product=P{f} price=0"));
        for (c, cost) in row.iter().enumerate() {
            book.push("freight", &format!("freight=f{f}c{c} site=C{c} product=P{f} per_need_unit={cost}"));
        }
    }
    for c in 0..costs[0].len() {
        book.push("sites", &format!("site=C{c}"));
        book.push("demand", &format!("site=C{c} need=service quantity=1"));
    }
    book
}

/// Each customer to its cheapest open facility.
fn served(costs: &[&[u64]], open: u32) -> Option<u64> {
    let best = |c: usize| (0..costs.len()).filter(|f| open >> f & 1 == 1).map(|f| costs[f][c]).min();
    (0..costs[0].len()).map(best).sum()
}

#[track_caller]
fn costs_exactly(book: &Book, value: u64) {
    let report = solve(&book.read());
    let found = report.value().unwrap_or_else(|| panic!("{:?} {:?} for\n{book}", report.termination, report.reasons));
    assert_eq!(found, Decimal::from(value), "for\n{book}");
    assert_eq!(report.termination, ballast_solver::Termination::Optimal);
}

/// Six facilities, eight customers.
const COSTS: [&[u64]; 6] = [
    &[12, 13, 6, 0, 1, 22, 17, 9],
    &[8, 4, 9, 1, 2, 15, 20, 3],
    &[2, 6, 6, 0, 1, 19, 7, 12],
    &[3, 5, 2, 10, 8, 4, 11, 6],
    &[8, 0, 5, 10, 8, 9, 3, 14],
    &[2, 0, 3, 4, 1, 7, 13, 8],
];
const OPENING: [u64; 6] = [7, 9, 4, 12, 6, 8];

#[test]
fn uncapacitated_facility_location() {
    let fixed = |open: u32| (0..6).filter(|f| open >> f & 1 == 1).map(|f| OPENING[f]).sum::<u64>();
    let best = (1..64u32).filter_map(|open| Some(served(&COSTS, open)? + fixed(open))).min().unwrap();
    let mut book = facilities(&COSTS);
    for (f, row) in book.rows("suppliers").iter_mut().enumerate() {
        row.insert("onboarding_cost".into(), OPENING[f].to_string());
    }
    costs_exactly(&book, best);
    // Single-sourcing beside it changes nothing here: the cheapest open facility serves each customer whole.
    let book = book.set("needs", |_| true, "max_products_per_site", "1");
    costs_exactly(&book, best);
}

#[test]
fn exactly_p_facilities() {
    for p in 1..=4u32 {
        let best = (1..64u32).filter(|open| open.count_ones() == p).filter_map(|open| served(&COSTS, open)).min();
        let book = facilities(&COSTS).row("rules", &format!("id=p measure=count of=product exactly={p}"));
        costs_exactly(&book, best.unwrap());
    }
}

/// Least cost of a single-source assignment of customers with weights to facilities with capacities.
fn assigned(
    costs: &[&[u64]],
    weights: &[&[u64]],
    left: &mut [u64],
    opening: &[u64],
    open: u32,
    c: usize,
) -> Option<u64> {
    if c == costs[0].len() {
        return Some(0);
    }
    let mut best = None;
    for f in 0..costs.len() {
        let weight = weights[f][c];
        if left[f] < weight {
            continue;
        }
        left[f] -= weight;
        let fixed = if open >> f & 1 == 1 { 0 } else { opening[f] };
        if let Some(rest) = assigned(costs, weights, left, opening, open | 1 << f, c + 1) {
            let total = rest + costs[f][c] + fixed;
            best = Some(best.map_or(total, |b: u64| b.min(total)));
        }
        left[f] += weight;
    }
    best
}

#[test]
fn capacitated_single_source_facility_location() {
    let costs: [&[u64]; 4] = [&COSTS[0][..6], &COSTS[1][..6], &COSTS[3][..6], &COSTS[4][..6]];
    let (demand, capacity, opening) = ([5u64, 3, 4, 2, 6, 3], [9u64, 8, 10, 7], [30u64, 22, 35, 18]);
    let weights: Vec<&[u64]> = vec![&demand; 4];
    let best = assigned(&costs, &weights, &mut capacity.clone(), &opening, 0, 0).unwrap();
    // The demand of a site is in units now, so that freight is the pair's cost by unit: divided by the demand, in 64ths.
    let mut book = facilities(&costs).set("needs", |_| true, "max_products_per_site", "1");
    for (c, row) in book.rows("demand").iter_mut().enumerate() {
        row.insert("quantity".into(), demand[c].to_string());
    }
    for (f, row) in book.rows("suppliers").iter_mut().enumerate() {
        row.insert("capacity".into(), capacity[f].to_string());
        row.insert("onboarding_cost".into(), opening[f].to_string());
    }
    for row in book.rows("freight") {
        let (f, c) = row["freight"][1..].split_once('c').map(|(f, c)| (f.to_owned(), c.to_owned())).unwrap();
        let (f, c): (usize, usize) = (f.parse().unwrap(), c.parse().unwrap());
        let each = Decimal::from(costs[f][c]) / Decimal::from(demand[c]);
        row.insert("per_need_unit".into(), each.round_dp(9).to_string());
    }
    let report = solve(&book.read());
    assert!((report.value().unwrap() - Decimal::from(best)).abs() <= Decimal::new(1, 2), "{:?} {best}", report.value());
}

#[test]
fn generalized_assignment() {
    // Five agents, ten jobs; the capacity a job takes differs from agent to agent: each pair is a product of its own.
    let costs: [&[u64]; 3] =
        [&[17, 21, 22, 18, 24, 15, 20, 18], &[23, 16, 21, 16, 17, 16, 19, 25], &[16, 20, 16, 25, 24, 16, 17, 19]];
    let weights: [&[u64]; 3] =
        [&[8, 15, 14, 23, 8, 16, 8, 25], &[15, 7, 23, 22, 11, 11, 12, 10], &[21, 20, 6, 22, 24, 10, 24, 9]];
    let capacity = [36u64, 34, 38];
    let best = assigned(&costs, &weights, &mut capacity.clone(), &[0; 3], 0, 0).unwrap();
    let mut book = Book::new().row("sites", "site=A");
    for (agent, most) in capacity.iter().enumerate() {
        book.push("suppliers", &format!("supplier=F{agent} capacity={most}"));
    }
    for job in 0..8 {
        book.push("needs", &format!("need=J{job} category=c unit=job max_products_per_site=1"));
        book.push("demand", &format!("site=A need=J{job} quantity=1"));
        for agent in 0..3 {
            let (cost, weight) = (costs[agent][job], weights[agent][job]);
            let id = format!("F{agent}J{job}");
            book.push(
                "products",
                &format!("product={id} supplier=F{agent} need=J{job} use_factor=1 capacity_use={weight}"),
            );
            book.push("offers", &format!("offer={id} product={id} price={cost}"));
        }
    }
    costs_exactly(&book, best);
    // In whole packs a job cannot be split anyway.
    let book = book.set("needs", |_| true, "whole_packs", "yes").set("needs", |_| true, "max_products_per_site", "");
    costs_exactly(&book, best);
}

/// Bids on bundles of six lots: lots as bits, and a price.
const BIDS: [(u32, u64); 12] = [
    (0b000011, 31),
    (0b001100, 28),
    (0b110000, 35),
    (0b000111, 44),
    (0b111000, 52),
    (0b010101, 47),
    (0b101010, 41),
    (0b011110, 63),
    (0b100001, 24),
    (0b000100, 19),
    (0b001000, 13),
    (0b110011, 70),
];

/// Lots of one site with one product each; every bid is a package. No ordinary offer.
fn auction(bids: &[(u32, u64)], whole: &str) -> Book {
    let mut book = Book::new().row("sites", "site=A").row("suppliers", "supplier=S");
    for lot in 0..6 {
        book.push("needs", &format!("need=L{lot} category=c unit=lot whole_packs={whole}"));
        book.push("demand", &format!("site=A need=L{lot} quantity=1"));
        book.push("products", &format!("product=P{lot} supplier=S need=L{lot} use_factor=1"));
    }
    for (b, (lots, price)) in bids.iter().enumerate() {
        book.push("packages", &format!("package=B{b} price={price}"));
        for lot in (0..6).filter(|lot| lots >> lot & 1 == 1) {
            book.push("package_lines", &format!("package=B{b} product=P{lot} quantity=1"));
        }
    }
    book
}

#[test]
fn winner_determination_of_a_reverse_auction() {
    // Every lot is bought exactly once.
    let partition = |chosen: u32| {
        let bids = BIDS.iter().enumerate().filter(|(b, _)| chosen >> b & 1 == 1);
        bids.clone()
            .map(|(_, (lots, _))| *lots)
            .try_fold(0u32, |seen, lots| (seen & lots == 0).then_some(seen | lots))
            .filter(|all| *all == 0b111111)
            .map(|_| bids.map(|(_, (_, price))| *price).sum::<u64>())
    };
    let best = (0..1u32 << BIDS.len()).filter_map(partition).min().unwrap();
    for whole in ["yes", "no"] {
        costs_exactly(&auction(&BIDS, whole), best);
    }
    // A bid on lots that overlap all others is not enough by itself: the two cheapest that remain do not fit together.
    let report = solve(&auction(&BIDS[5..6], "yes").read());
    assert_eq!(report.termination, ballast_solver::Termination::Infeasible);
}

#[test]
fn winner_determination_of_a_forward_auction() {
    // Bids pay for bundles, lots may stay unsold. Selling at v is buying at 100 a lot less v, leaving a lot costs 100: the
    // least cost is 600 less the best revenue.
    let revenue = |chosen: u32| {
        let bids = BIDS.iter().enumerate().filter(|(b, _)| chosen >> b & 1 == 1);
        bids.clone()
            .map(|(_, (lots, _))| *lots)
            .try_fold(0u32, |seen, lots| (seen & lots == 0).then_some(seen | lots))
            .map(|_| bids.map(|(_, (_, price))| *price).sum::<u64>())
    };
    let best = (0..1u32 << BIDS.len()).filter_map(revenue).max().unwrap();
    let asked: Vec<(u32, u64)> = BIDS.iter().map(|(lots, v)| (*lots, 100 * u64::from(lots.count_ones()) - v)).collect();
    for whole in ["yes", "no"] {
        let book = auction(&asked, whole).set("needs", |_| true, "shortage_cost", "100");
        costs_exactly(&book, 600 - best);
    }
}
