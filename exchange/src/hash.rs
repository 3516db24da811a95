//! Hashes that name an input: equal tenders have equal hashes, whatever their rendering and row order.

use ballast_domain::raw::RawTender;
use ballast_domain::tables::{Draft, canonical};
use sha2::{Digest, Sha256};

/// `sha256:` and 64 hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    named(&Sha256::digest(bytes))
}

fn named(hash: &[u8]) -> String {
    let hex: String = hash.iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256:{hex}")
}

/// The hash of a tender's canonical draft.
pub fn input_hash(draft: &Draft) -> String {
    let mut hash = Sha256::new();
    feed(&canonical(draft), &mut hash);
    named(&hash.finalize())
}

/// Length-prefixed, so that no two different tenders share their bytes.
fn feed(raw: &RawTender, hash: &mut Sha256) {
    let mut put = |text: Option<&str>| match text {
        Some(text) => {
            hash.update((text.len() as u64 + 1).to_le_bytes());
            hash.update(text);
        }
        None => hash.update(0u64.to_le_bytes()),
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
}
