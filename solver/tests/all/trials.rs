//! Random trials: seed after seed until enough were worth trying. Every fault is gathered, and what the trials showed is
//! counted, so that a test that no longer tries anything fails.

use std::collections::BTreeMap;

/// What one trial found.
#[derive(Debug, Default)]
pub struct Trial {
    fault: Option<String>,
    shows: Vec<&'static str>,
}

impl Trial {
    /// A trial that went wrong as told, or well.
    pub fn of(fault: Option<String>) -> Self {
        Self { fault, shows: Vec::new() }
    }

    /// Counts it under a name.
    pub fn note(mut self, name: &'static str, shown: bool) -> Self {
        self.shows.extend(shown.then_some(name));
        self
    }
}

/// How many trials showed what.
#[derive(Debug)]
pub struct Tally {
    tried: usize,
    shown: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// In so many percent of the trials or more.
    #[track_caller]
    pub fn at_least(self, name: &str, percent: usize) -> Self {
        assert!(self.times(name) * 100 >= self.tried * percent, "less than {percent} % {name}: {self:?}");
        self
    }

    /// Not in all of them.
    #[track_caller]
    pub fn not_always(self, name: &str) -> Self {
        assert!(self.times(name) < self.tried, "always {name}: {self:?}");
        self
    }

    fn times(&self, name: &str) -> usize {
        self.shown.get(name).copied().unwrap_or(0)
    }
}

/// How often: quickly, or with BALLAST_TRIALS=1.
#[derive(Debug, Clone, Copy)]
pub struct Often(pub usize, pub usize);

/// Tries seeds from the first on, or only the one in BALLAST_SEED; those of which `trial` makes nothing are passed over. Fails with the first faults.
#[track_caller]
pub fn trials(first: u64, often: Often, mut trial: impl FnMut(u64) -> Option<Trial>) -> Tally {
    let said = |name: &str| std::env::var(name).ok();
    let one: Option<u64> = said("BALLAST_SEED").map(|seed| seed.parse().expect("a number in BALLAST_SEED"));
    let count = match (one, said("BALLAST_TRIALS").as_deref()) {
        (Some(_), _) => 1,
        (None, Some("1")) => often.1,
        _ => often.0,
    };
    let mut tally = Tally { tried: 0, shown: BTreeMap::new() };
    let mut wrong = Vec::new();
    for seed in one.unwrap_or(first + 1).. {
        if tally.tried == count {
            break;
        }
        let Some(trial) = trial(seed) else { continue };
        tally.tried += 1;
        for name in trial.shows {
            *tally.shown.entry(name).or_default() += 1;
        }
        wrong.extend(trial.fault.map(|text| format!("seed {seed}: {text}")));
    }
    let told = wrong[..wrong.len().min(3)].join("\n");
    assert!(wrong.is_empty(), "{} of {count} disagree; the first:\n{told}", wrong.len());
    println!("trial: {count} tenders agree; {:?}", tally.shown);
    tally
}
