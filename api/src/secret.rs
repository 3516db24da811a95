//! Random ids and secrets. Ids are random, so that none tells how much others do; of secrets only the hash is kept.

use sha2::{Digest, Sha256};

/// In the order in which texts are sorted.
const LETTERS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

/// So many random letters, five bits each.
///
/// # Errors
/// If the system gives no randomness.
fn letters(count: usize) -> Result<String, getrandom::Error> {
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.into_iter().map(|b| char::from(LETTERS[usize::from(b & 31)])).collect())
}

/// An id such as `run_…`: the microsecond, so that lists are in order of time, and 70 random bits.
///
/// # Errors
/// If the system gives no randomness.
pub fn id(kind: &str) -> Result<String, getrandom::Error> {
    let micros = jiff::Timestamp::now().as_microsecond();
    let time = (0..11).rev().map(|i| char::from(LETTERS[usize::try_from(micros >> (5 * i) & 31).unwrap_or(0)]));
    Ok(format!("{kind}_{}{}", time.collect::<String>(), letters(14)?))
}

/// A secret of 200 random bits.
///
/// # Errors
/// If the system gives no randomness.
pub fn secret() -> Result<String, getrandom::Error> {
    letters(40)
}

/// The hash that is kept of a secret. Secrets are random and long, so a plain hash is enough.
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// `sha256:` and the hash of bytes: the name of a document.
pub fn content_hash(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Equality in a time that does not depend on where two texts differ.
pub fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |d, (a, b)| d | (a ^ b)) == 0
}
