//! `ballast.counter-bid/1`: the smallest change of prices with which a bidder wins a share, or up to which it keeps it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::explain::TriedPart;
use super::study::{AnswerPart, DifferencePart};

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CounterBidBody {
    /// Supplier.
    pub supplier: String,
    /// Of this need only.
    pub need: Option<String>,
    /// The wanted share of what it may serve.
    pub share: Decimal,
    /// The best award with at least that share, at the prices as they are.
    pub with: AnswerPart,
    /// The best award with less: at most 0.99 of it.
    pub less: AnswerPart,
    /// At the prices as they are: `wins`, `loses`, `undecided`.
    pub now: String,
    /// The greatest factor proven to win below the least proven to lose.
    pub proven_winning: Option<Decimal>,
    /// The least factor proven to lose above one that wins.
    pub proven_losing: Option<Decimal>,
    /// Its offers, with list prices.
    pub offers: Vec<AskedPart>,
    /// What the award at the winning factor pays it over the contract, without mark-up, freight and fees.
    pub paid: Option<Decimal>,
    /// From the best award with less at the prices as they are to the one at the winning factor.
    pub difference: Option<DifferencePart>,
    /// Why it may flip elsewhere, too; null: nothing but cost depends on its prices.
    pub counts: Option<String>,
    /// Prices that stay as they are, or that others share.
    pub caveats: Vec<String>,
    /// Every factor decided, in order; `dearer` is against the best award with less at the same prices.
    pub tried: Vec<TriedPart>,
}

/// An offer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AskedPart {
    /// Offer.
    pub offer: String,
    /// List price per pack now.
    pub now: Decimal,
    /// That times the winning factor.
    pub winning: Option<Decimal>,
}
