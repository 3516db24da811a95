//! Hashes that name an input: equal tenders have equal hashes, whatever their rendering and row order.

use ballast_domain::raw::RawTender;
use ballast_domain::tables::{Draft, canonical};
use sha2::{Digest, Sha256};

/// `sha256:` and 64 hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256:{hex}")
}

/// The hash of a tender's canonical draft.
pub fn input_hash(draft: &Draft) -> String {
    digest(&canonical_bytes(&canonical(draft)))
}

/// Length-prefixed, so that no two different tenders share their bytes.
fn canonical_bytes(raw: &RawTender) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |text: Option<&str>| match text {
        Some(text) => {
            bytes.extend((text.len() as u64 + 1).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        None => bytes.extend(0u64.to_le_bytes()),
    };
    for table in &raw.tables {
        put(Some(&table.name));
        put(Some(&table.columns.len().to_string()));
        put(Some(&table.rows.len().to_string()));
        for column in &table.columns {
            put(Some(column));
        }
        for cell in table.rows.iter().flat_map(|r| &r.cells) {
            put(cell.as_deref());
        }
    }
    bytes
}
