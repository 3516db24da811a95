//! How much of a packed file is opened. A tender of 10,000 sites and needs stays far below.

/// Entries of the archive.
pub(crate) const ENTRIES: u64 = 2_000;
/// Bytes of the file.
pub(crate) const PACKED_BYTES: u64 = 100_000_000;
/// Bytes of all entries, unpacked.
pub(crate) const INFLATED_BYTES: u64 = 200_000_000;
/// Unpacked bytes per packed byte, looked at from [`RATIO_FROM`] on.
pub(crate) const RATIO: u64 = 200;
/// Small entries may repeat themselves as they like.
pub(crate) const RATIO_FROM: u64 = 1_000_000;
/// Cells of all sheets that have something in them.
pub(crate) const CELLS: u64 = 5_000_000;
/// Columns of a sheet; the file format has no more.
pub(crate) const COLUMNS: u64 = 16_384;
