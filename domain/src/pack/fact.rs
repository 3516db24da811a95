//! Where figures come from, and what is known about an event beside them.

/// Where the figures of an entry come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Citation.
    pub source: String,
    /// Names of the figures that are assumed, or `*`.
    pub assumed: Vec<String>,
    /// Names of the figures that are worked out from figures of the source. What is in neither list was seen there.
    pub derived: Vec<String>,
}

/// How a figure is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Stands in the source.
    Seen,
    /// Worked out from figures of the source.
    Derived,
    /// A guess.
    Assumed,
}

/// What a fact is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It went into the pack, so it proves nothing about it.
    Input,
    /// It is what the pack should bring about; the pack was fitted to it.
    Calibrated,
    /// It is what the pack should bring about; the pack never saw it.
    Checked,
}

/// A fact about the event that a pack tells of.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Unique name in the pack.
    pub id: String,
    /// The fact in words.
    pub text: String,
    /// What it is for.
    pub role: Role,
    /// How it is known.
    pub mark: Mark,
    /// Its figure, if it has one.
    pub value: Option<f64>,
    /// How far a replay may be off, in the unit of the figure; an outcome has one.
    pub tolerance: Option<f64>,
    /// What a replay measures against it (`docs/packs.md` lists them); an outcome has one.
    pub measure: Option<String>,
    /// Citation.
    pub source: String,
}
