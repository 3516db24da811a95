//! One family of rows per file, written from the algebra; the certificate states the same apart, from the sentence.

pub(crate) mod adjustments;
pub(crate) mod balance;
pub(crate) mod capacity;
pub(crate) mod conditional;
pub(crate) mod coverage;
pub(crate) mod linear;
pub(crate) mod minimum;
pub(crate) mod minimum_order;
pub(crate) mod objective;
pub(crate) mod onboarding;
pub(crate) mod outcome;
pub(crate) mod packages;
pub(crate) mod picks;
pub(crate) mod standardization;
pub(crate) mod switching;
pub(crate) mod tender_rules;

mod condition;
mod count;
mod line_cost;
mod moved;
mod ratio;
mod rows;

pub(crate) use rows::Rows;
