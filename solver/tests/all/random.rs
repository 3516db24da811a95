//! Random small tenders from a seed. Prices are multiples of 10 and rates of 1 %, so that costs are whole cents and
//! rounding cannot hide a difference.

use crate::tender::Book;

/// A small generator (splitmix64), so that a seed names the same tender for ever.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of these.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.between(0, of.len() as u64 - 1) as usize]
    }

    /// Any order.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for i in (1..values.len()).rev() {
            values.swap(i, self.between(0, i as u64) as usize);
        }
    }
}

/// What a random tender may contain.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Whole packs of one need unit with demands of at most so many; `None`: continuous demands and packs of several sizes.
    pub whole: Option<u64>,
    /// Most sites and most needs.
    pub sites: u64,
    /// Most needs.
    pub needs: u64,
    /// Minima, onboarding, limits on products: what needs binaries besides tiers.
    pub fixed_charges: bool,
    /// First tiers that are dearer than the list price, and offers without a price of their own.
    pub odd_tiers: bool,
    /// Offers compete by price alone: nothing that a second, dearer offer of the same product could help with.
    pub plain_offers: bool,
    /// Schedules of every kind, stage, basis and mode on top, and prices that move over the years.
    pub stacked: bool,
    /// Most rules.
    pub rules: u64,
}

/// Sites `A`, `B`, …; needs `N1`, …; suppliers `S1` to `S3`, each with plants in two regions.
pub fn tender(seed: u64, shape: Shape) -> Book {
    let r = &mut Random::new(seed);
    let mut book = Book::new();
    if r.chance(25) {
        book = book.set("tender", |_| true, "contract_years", "2");
    }
    let sites: Vec<String> =
        ["A", "B", "C"][..r.between(1, shape.sites) as usize].iter().map(ToString::to_string).collect();
    let two_members = r.chance(50);
    for (i, site) in sites.iter().enumerate() {
        let member = if two_members && i > 0 { "M2" } else { "M1" };
        book.push("sites", &format!("site={site} member={member} class={}", r.pick(&["large", "small"])));
    }
    let needs: Vec<String> = (1..=r.between(1, shape.needs)).map(|n| format!("N{n}")).collect();
    for need in &needs {
        let whole = if shape.whole.is_some() { "yes" } else { "no" };
        let reference = r.between(1, 5) * 10;
        book.push(
            "needs",
            &format!("need={need} category=C1 unit=piece reference_price={reference} whole_packs={whole}"),
        );
        if shape.fixed_charges && r.chance(20) {
            book.rows("needs").last_mut().unwrap().insert("max_products".into(), r.between(1, 2).to_string());
        }
        if shape.fixed_charges && r.chance(15) {
            book.rows("needs").last_mut().unwrap().insert("max_products_per_site".into(), "1".into());
        }
        for site in &sites {
            let quantity = match shape.whole {
                Some(most) => r.between(1, most),
                None => r.between(2, 20) * 10,
            };
            book.push("demand", &format!("site={site} need={need} quantity={quantity}"));
        }
    }
    for s in 1..=3 {
        book.push("suppliers", &format!("supplier=S{s}"));
        let row = |book: &mut Book, column: &str, value: u64| {
            book.rows("suppliers").last_mut().unwrap().insert(column.into(), value.to_string());
        };
        if shape.fixed_charges && r.chance(30) {
            row(&mut book, "onboarding_cost", r.between(1, 8) * 10);
        }
        if shape.fixed_charges && !shape.plain_offers && r.chance(20) {
            row(&mut book, "minimum_award", r.between(2, 12) * 20);
        }
        if r.chance(15) {
            row(&mut book, "capacity", size(r, shape) * 2);
        }
        for (plant, region) in [("X", "east"), ("Y", "west")] {
            let capacity = if r.chance(15) { size(r, shape).to_string() } else { String::new() };
            book.push("plants", &format!("plant={plant}{s} supplier=S{s} plant_region={region} capacity={capacity}"));
        }
    }
    products(r, shape, &mut book, &sites, &needs);
    schedules(r, shape, &mut book);
    charges(r, &mut book, &sites, &needs);
    if shape.stacked {
        stacked(r, shape, &mut book);
    }
    for i in 0..r.between(0, shape.rules) {
        let rule = rule(r, shape);
        book.push("rules", &format!("id=r{i} {rule}"));
    }
    book
}

/// A quantity of packs that may bind.
fn size(r: &mut Random, shape: Shape) -> u64 {
    match shape.whole {
        Some(most) => r.between(1, most + 2),
        None => r.between(2, 20) * 10,
    }
}

fn products(r: &mut Random, shape: Shape, book: &mut Book, sites: &[String], needs: &[String]) {
    let mut number = 0;
    for need in needs {
        for _ in 0..r.between(if needs.len() > 1 { 1 } else { 2 }, 3) {
            number += 1;
            let supplier = r.between(1, 3);
            let factor = if shape.whole.is_some() { "1" } else { r.pick(&["1", "2", "4", "5", "10"]) };
            let plants = r.pick(&["X:1", "Y:1", "X:0.5;Y:0.5", "X:0.75;Y:0.25"]).replace(':', &format!("{supplier}:"));
            let capacity = if r.chance(25) { size(r, shape).to_string() } else { String::new() };
            book.push("products", &format!(
                "product=P{number} supplier=S{supplier} need={need} use_factor={factor} plants={plants} capacity_packs={capacity} attr.quality=0.{}",
                r.between(1, 9)
            ));
            let per_unit = r.between(2, 9);
            let price = per_unit * 10 * factor.parse::<u64>().unwrap();
            book.push("offers", &format!("offer=P{number} product=P{number} price={price}"));
            let cell = |book: &mut Book, column: &str, value: String| {
                book.rows("offers").last_mut().unwrap().insert(column.into(), value);
            };
            if r.chance(15) {
                cell(book, "markup", "0.1".into());
            }
            if shape.fixed_charges && r.chance(15) {
                cell(book, "minimum_if_used", size(r, shape).to_string());
            } else if !shape.plain_offers && r.chance(15) {
                cell(book, "max_packs", size(r, shape).to_string());
            }
            // A second, cheaper offer for some.
            if r.chance(20) {
                let cohort = r.pick(&["member:M1", "site:A", "all"]);
                book.push(
                    "offers",
                    &format!("offer=Q{number} product=P{number} price={} cohort={cohort} layer=local", price - 10),
                );
            }
            for site in sites {
                if r.chance(70) {
                    book.push("preferences", &format!("site={site} product=P{number} score=0.{}", r.between(1, 9)));
                }
            }
        }
    }
    // Every product of the first need may serve the second, for some tenders.
    if needs.len() > 1 && r.chance(25) {
        book.push("equivalences", "product=P1 need=N2 use_factor=1");
    }
}

fn schedules(r: &mut Random, shape: Shape, book: &mut Book) {
    let mut free: Vec<String> = book.rows("offers").iter().map(|o| o["offer"].clone()).collect();
    r.shuffle(&mut free);
    for s in 0..r.between(0, 2) {
        let priced: Vec<String> = free.split_off(free.len().saturating_sub(r.between(1, 3) as usize));
        if priced.is_empty() {
            break;
        }
        let basis = r.pick(&["packs", "need_units", "spend"]);
        let mode = r.pick(&["all", "member", "site"]);
        let gives =
            if priced.len() == 1 && r.chance(40) || shape.odd_tiers && r.chance(15) { "price" } else { "percent" };
        book.push(
            "schedules",
            &format!(
                "schedule=T{s} basis={basis} mode=all_units cohort_mode={mode} gives={gives} counts_offers={}",
                priced.join(";")
            ),
        );
        if r.chance(30) {
            // Counted on all, applied to one.
            book.rows("schedules").last_mut().unwrap().insert("applies_to".into(), priced[0].clone());
        }
        let list = |book: &mut Book, offer: &str| -> u64 {
            book.rows("offers").iter().find(|o| o["offer"] == offer).unwrap()["price"].parse().unwrap()
        };
        let base = list(book, &priced[0]);
        let unit = match (basis, shape.whole.is_some()) {
            ("spend", true) => base,
            ("spend", false) => base * 5,
            (_, true) => 1,
            (_, false) => 10,
        };
        let mut from = r.between(0, 3) * unit;
        let dearer = shape.odd_tiers && r.chance(30);
        let mut price = if dearer { base + 10 } else { base.saturating_sub(10) };
        let mut percent = 0;
        for _ in 0..r.between(1, 3) {
            percent += r.between(5, 20);
            let value = if gives == "price" { price.to_string() } else { format!("0.{percent:02}") };
            book.push("tiers", &format!("schedule=T{s} from={from} value={value}"));
            from += r.between(1, 4) * unit;
            if gives == "price" && price < 10 {
                break;
            }
            price = price.saturating_sub(10);
        }
        // Without a price of its own the offer needs the first tier.
        if shape.odd_tiers && gives == "price" && priced.len() == 1 && r.chance(40) {
            let row = book.rows("offers").iter_mut().find(|o| o["offer"] == priced[0]).unwrap();
            row.insert("price".into(), String::new());
        }
    }
}

fn charges(r: &mut Random, book: &mut Book, sites: &[String], needs: &[String]) {
    for site in sites {
        for need in needs {
            let made: Vec<String> =
                book.rows("products").iter().filter(|p| p["need"] == *need).map(|p| p["product"].clone()).collect();
            if r.chance(60) {
                let product = &made[r.between(0, made.len() as u64 - 1) as usize];
                book.push("incumbents", &format!("site={site} need={need} product={product} quantity=5 price=50"));
            }
            if r.chance(40) {
                let mode = r.pick(&["whole", "pro_rata"]);
                book.push("switching", &format!("site={site} need={need} cost={} mode={mode}", r.between(1, 6) * 12));
            }
        }
    }
    if r.chance(20) {
        book.push("freight", &format!("freight=f1 plant=X1 per_pack={}", r.between(1, 3) * 4));
        book.push("freight", "freight=f2 supplier=S2 percent_of_list=0.05 per_need_unit=1");
    }
    if r.chance(20) {
        let base = r.pick(&["list", "net"]);
        book.push("fees", &format!("fee=g1 payer=buyer supplier=S{} percent=0.02 base={base}", r.between(1, 3)));
        book.push("fees", "fee=g2 payer=supplier layer=gpo percent=0.03 share_back=0.5");
    }
}

/// Schedules of any form. What the format refuses (parts of incremental scopes, two of one stage) is drawn again.
fn stacked(r: &mut Random, shape: Shape, book: &mut Book) {
    if r.chance(40) {
        let years = r.between(2, 3);
        book.rows("tender")[0].insert("contract_years".into(), years.to_string());
        for _ in 0..r.between(1, 2) {
            let pick = r.between(0, book.rows("offers").len() as u64 - 1) as usize;
            let rises = match years {
                2 => r.pick(&["0.1", "-0.1", "0.2"]),
                _ => r.pick(&["0.1", "0;0.1", "0.2;0", "0.1;-0.1"]),
            };
            try_row(book, |b| {
                b.rows("offers")[pick].insert("escalator".into(), rises.into());
            });
        }
    }
    let wanted = r.between(1, 3);
    let mut made = 0;
    for attempt in 0..12 {
        if made < wanted && try_row(book, |b| any_schedule(r, shape, b, &format!("V{attempt}"))) {
            made += 1;
        }
    }
}

/// Changes the book unless the result is no tender.
pub fn try_row(book: &mut Book, change: impl FnOnce(&mut Book)) -> bool {
    let mut changed = book.clone();
    change(&mut changed);
    let reads = ballast_domain::Tender::read(&changed.raw(), Default::default()).tender.is_some();
    if reads {
        *book = changed;
    }
    reads
}

fn any_schedule(r: &mut Random, shape: Shape, book: &mut Book, id: &str) {
    let kind = r.pick(&["discount", "rebate", "rebate"]);
    let stage = r.between(1, 2);
    let basis = r.pick(&["packs", "need_units", "spend", "spend", "share"]);
    let mode = r.pick(&["all_units", "incremental"]);
    let gives = match r.between(0, 9) {
        0 | 1 => "sum",
        2 => "price",
        _ => "percent",
    };
    let mut row = format!("schedule={id} kind={kind} stage={stage} basis={basis} mode={mode} gives={gives}");
    row += &format!(" cohort_mode={}", r.pick(&["all", "all", "member", "site"]));
    row += &format!(" cohort={}", r.pick(&["all", "all", "member:M1", "site:A"]));
    let weight = r.pick(&["reference", "spend", "units"]);
    if basis == "share" {
        row += &format!(" weight={weight} share_of={}", r.pick(&["category:C1", "need:N1", "supplier:S1;supplier:S2"]));
    }
    if (basis == "spend" || basis == "share" && weight == "spend") && r.chance(60) {
        row += &format!(" spend_level={}", r.pick(&["list", "net"]));
    }
    if gives == "price" && r.chance(30) {
        row += " escalates=yes";
    }
    let offers: Vec<String> = book.rows("offers").iter().map(|o| o["offer"].clone()).collect();
    let first = &offers[r.between(0, offers.len() as u64 - 1) as usize];
    row += &match r.between(0, 3) {
        0 => " counts_categories=C1".to_owned(),
        1 => format!(" counts_suppliers=S{}", r.between(1, 3)),
        2 => format!(" counts_offers={first}"),
        _ => format!(" counts_offers={}", offers[..offers.len().min(3)].join(";")),
    };
    if gives != "sum" && r.chance(25) {
        row += &format!(" applies_to={first}");
    }
    book.push("schedules", &row);
    let unit = match (basis, shape.whole.is_some()) {
        ("share", _) => 0,
        ("spend", true) => 50,
        ("spend", false) => 500,
        (_, true) => 1,
        (_, false) => 10,
    };
    let mut from = r.between(u64::from(gives == "sum"), 3) * unit;
    let mut share = r.between(0, 2) * 2 + 1;
    let mut price = r.between(3, 9) * 10;
    let mut percent = 0;
    for _ in 0..r.between(1, 3) {
        percent += r.between(1, 2);
        let value = match gives {
            "price" => price.to_string(),
            "sum" => (percent * 20).to_string(),
            _ => format!("0.{percent}"),
        };
        let threshold = if basis == "share" { format!("0.{share}") } else { from.to_string() };
        book.push("tiers", &format!("schedule={id} from={threshold} value={value}"));
        from += r.between(1, 4) * unit;
        share += r.between(1, 2);
        price = price.saturating_sub(10);
        if share > 9 {
            break;
        }
    }
}

/// A random rule of any measure, without its id.
pub fn rule(r: &mut Random, shape: Shape) -> String {
    let supplier = format!("S{}", r.between(1, 3));
    let units = size(r, shape) + 1;
    let share = r.pick(&["0.25", "0.5", "0.6", "0.75"]);
    let score = r.pick(&["0.3", "0.4", "0.5"]);
    let spend = units * 50;
    let pool = match shape.plain_offers {
        // A dearer offer adds to list spend.
        true => 11,
        false => 14,
    };
    match r.between(0, pool) {
        0 => format!("measure=share each=supplier;need within=need at_most={share}"),
        1 => format!("measure=share scope.supplier={supplier} at_least=0.25 weight=reference"),
        2 => format!("measure=share each=supplier at_least={share} if_used=yes weight=units"),
        3 => "measure=count of=supplier each=need at_least=2".to_owned(),
        4 => "measure=count of=supplier at_most=2".to_owned(),
        5 => format!("measure=count of=plant_region each=need at_least=2 counts_from={}", r.pick(&["0.25", "0.4"])),
        6 => format!("measure=count of=supplier each=site at_most=1 counts_from={share}"),
        7 => "measure=count of=product each=site;need exactly=1".to_owned(),
        8 => format!("measure=mean of=preference at_least={score}"),
        9 => format!("measure=mean of=product.quality each=need at_{}={score}", r.pick(&["least", "most"])),
        10 => format!("measure=share scope.incumbent=yes each=site within=site at_least={share}"),
        11 => format!("measure=units each=supplier at_most={units}"),
        12 => format!("measure=spend spend_level=list each=supplier at_least={spend} if_used=yes"),
        13 => format!("measure=spend spend_level=list scope.supplier={supplier} at_most={spend}"),
        _ => format!("measure=share each=plant_region at_most={share} weight=spend spend_level=list"),
    }
}
