//! Dense typed indexes, and vectors that only the right index opens.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A dense index of one kind of thing; made only by the tender that owns the thing.
pub trait Ix: Copy + Ord + std::hash::Hash + std::fmt::Debug {
    /// From a position.
    fn new(position: usize) -> Self;
    /// The position.
    fn ix(self) -> usize;
}

macro_rules! index {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl Ix for $name {
            fn new(position: usize) -> Self {
                Self(u32::try_from(position).unwrap_or(u32::MAX))
            }
            fn ix(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

index! {
    /// A site.
    SiteIx,
    /// An owner of sites.
    MemberIx,
    /// A category of needs.
    CategoryIx,
    /// A need.
    NeedIx,
    /// A demand cell: one site's demand for one need.
    CellIx,
    /// A supplier.
    SupplierIx,
    /// A plant.
    PlantIx,
    /// A product.
    ProductIx,
    /// An offer.
    OfferIx,
    /// A schedule.
    ScheduleIx,
    /// A package.
    PackageIx,
    /// A pick.
    PickIx,
    /// A candidate line: one offer that may serve one demand cell.
    CandidateIx,
    /// A rule.
    RuleIx,
    /// A node of the factor map.
    NodeIx,
}

/// A vector indexed by one kind of index only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IxVec<I, T>(Vec<T>, PhantomData<I>);

impl<I: Ix, T> IxVec<I, T> {
    /// One value per thing, computed from its index.
    pub fn from_fn(len: usize, f: impl FnMut(I) -> T) -> Self {
        let mut f = f;
        Self((0..len).map(|i| f(I::new(i))).collect(), PhantomData)
    }
    /// Number of things.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// All indexes, in order.
    pub fn indexes(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.0.len()).map(I::new)
    }
    /// Index and value, in order.
    pub fn enumerate(&self) -> impl Iterator<Item = (I, &T)> {
        self.0.iter().enumerate().map(|(i, t)| (I::new(i), t))
    }
    /// Values, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
    /// Values as a slice, in order.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
    /// Adds a value and gives its index.
    pub fn push(&mut self, value: T) -> I {
        self.0.push(value);
        I::new(self.0.len() - 1)
    }
}

impl<I, T> Default for IxVec<I, T> {
    fn default() -> Self {
        Self(Vec::new(), PhantomData)
    }
}

impl<I: Ix, T> FromIterator<T> for IxVec<I, T> {
    fn from_iter<It: IntoIterator<Item = T>>(iter: It) -> Self {
        Self(iter.into_iter().collect(), PhantomData)
    }
}

impl<I: Ix, T> Index<I> for IxVec<I, T> {
    type Output = T;
    fn index(&self, i: I) -> &T {
        &self.0[i.ix()]
    }
}

impl<I: Ix, T> IndexMut<I> for IxVec<I, T> {
    fn index_mut(&mut self, i: I) -> &mut T {
        &mut self.0[i.ix()]
    }
}
