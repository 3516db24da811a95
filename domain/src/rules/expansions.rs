//! What the rules of a tender expand to, each expanded once: the structure check, the model and every certificate read the
//! same instances.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::Rule;
use super::expand::{Instance, instances};
use crate::tender::Tender;

/// Instances by the id of their rule, with the rule as it was when they were made: a rule that has changed since is
/// expanded again.
///
/// They belong to one tender as it stands. A clone starts without any, so that it may be changed before it is read.
#[derive(Default)]
pub struct Expansions(RwLock<BTreeMap<String, Known>>);

/// A rule as it was with what it expands to.
type Known = (Rule, Arc<[Instance]>);

impl Clone for Expansions {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl std::fmt::Debug for Expansions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_set().entries(known.keys()).finish()
    }
}

/// All instances of a rule, in order of their values. An instance whose condition can never hold is left out.
pub fn expand(tender: &Tender, rule: &Rule) -> Arc<[Instance]> {
    let known = tender.expansions.0.read().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, instances)) = known.get(&rule.id).filter(|(of, _)| of == rule) {
        return Arc::clone(instances);
    }
    drop(known);
    let made: Arc<[Instance]> = instances(tender, rule).into();
    let mut known = tender.expansions.0.write().unwrap_or_else(PoisonError::into_inner);
    known.insert(rule.id.clone(), (rule.clone(), Arc::clone(&made)));
    made
}
