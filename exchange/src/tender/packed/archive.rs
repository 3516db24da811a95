//! A zip archive is measured before anything in it is believed: its directory first, then what its entries really
//! unpack to, counted while it is thrown away.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

use super::limits::{ENTRIES, INFLATED_BYTES, PACKED_BYTES, RATIO, RATIO_FROM};
use super::refusal::Refusal;

/// First bytes of a compound document: password-protected workbooks and those of the format before 2007.
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// First bytes of the record that ends an archive; it says how many entries there are.
const END_RECORD: [u8; 4] = *b"PK\x05\x06";
/// Its length without the comment that may follow.
const END_LENGTH: usize = 22;

/// An archive within all limits.
pub(crate) type Archive = ZipArchive<Cursor<Vec<u8>>>;

/// Opens a file as an archive within all limits.
pub(crate) fn open(path: &Path) -> Result<Archive, Refusal> {
    within_limits(read(path)?)
}

fn read(path: &Path) -> Result<Vec<u8>, Refusal> {
    let unreadable = |e: io::Error| Refusal::Unreadable(e.to_string());
    let meta = std::fs::metadata(path).map_err(unreadable)?;
    // Pipes and devices may never end.
    if !meta.is_file() {
        return Err(Refusal::Unreadable("it is no file".to_owned()));
    }
    if meta.len() > PACKED_BYTES {
        return Err(Refusal::PackedBytes(meta.len()));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|f| f.take(PACKED_BYTES).read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok(bytes)
}

fn within_limits(bytes: Vec<u8>) -> Result<Archive, Refusal> {
    if bytes.starts_with(&COMPOUND) {
        return Err(Refusal::EncryptedOrOld);
    }
    if !bytes.starts_with(b"PK") {
        return Err(Refusal::NotPacked);
    }
    // Before the directory is built in memory.
    let entries = entries_said(&bytes).ok_or_else(|| Refusal::Broken("its end is missing".to_owned()))?;
    if entries > ENTRIES {
        return Err(Refusal::Entries(entries));
    }
    let broken = |e: zip::result::ZipError| Refusal::Broken(e.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() as u64 > ENTRIES {
        return Err(Refusal::Entries(archive.len() as u64));
    }
    if archive.has_duplicate_names() || archive.has_overlapping_entries().map_err(broken)? {
        return Err(Refusal::Overlap);
    }
    let mut inflated = 0;
    for i in 0..archive.len() {
        let declared = {
            let entry = archive.by_index_raw(i).map_err(broken)?;
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            if leads_out(&name) {
                return Err(Refusal::EntryName(name));
            }
            if entry.encrypted() {
                return Err(Refusal::Encrypted(name));
            }
            if too_far(entry.size(), entry.compressed_size()) {
                return Err(Refusal::Ratio(name));
            }
            (name, entry.compressed_size())
        };
        let entry = archive.by_index(i).map_err(broken)?;
        inflated += measure(entry, INFLATED_BYTES - inflated, declared)?;
    }
    Ok(archive)
}

/// Unpacks and forgets, up to `left` bytes.
fn measure(mut entry: impl Read, left: u64, (name, packed): (String, u64)) -> Result<u64, Refusal> {
    let mut buffer = vec![0; 1 << 16];
    let mut count = 0;
    loop {
        match entry.read(&mut buffer) {
            Ok(0) => return Ok(count),
            Ok(n) => count += n as u64,
            Err(error) => return Err(Refusal::Broken(format!("{name}: {error}"))),
        }
        if too_far(count, packed) {
            return Err(Refusal::Ratio(name));
        }
        if count > left {
            return Err(Refusal::InflatedBytes);
        }
    }
}

fn too_far(inflated: u64, packed: u64) -> bool {
    inflated > RATIO_FROM && inflated / RATIO > packed
}

/// A name that is absolute or climbs, for any system.
fn leads_out(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':');
    name.starts_with('/') || drive || name.contains(['\\', '\0']) || name.split('/').any(|part| part == "..")
}

/// The number of entries that the record at the end states; 65,535 may mean more.
fn entries_said(bytes: &[u8]) -> Option<u64> {
    let from = bytes.len().saturating_sub(END_LENGTH + usize::from(u16::MAX));
    let tail = bytes.get(from..bytes.len().checked_sub(END_LENGTH)? + END_RECORD.len())?;
    let at = from + tail.windows(END_RECORD.len()).rposition(|w| w == END_RECORD)?;
    Some(u64::from(u16::from_le_bytes([*bytes.get(at + 10)?, *bytes.get(at + 11)?])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_are_known() {
        for name in ["/etc/passwd", "../x", "a/../../x", "C:/x", "a\\b", "x\0"] {
            assert!(leads_out(name), "{name}");
        }
        for name in ["xl/worksheets/sheet1.xml", "..rels/x", "_rels/.rels", "tender.toml"] {
            assert!(!leads_out(name), "{name}");
        }
    }

    #[test]
    fn small_entries_may_repeat_themselves() {
        assert!(!too_far(999_999, 1));
        assert!(!too_far(2_000_000, 10_000));
        assert!(too_far(2_000_201, 10_000));
    }

    #[test]
    fn unpacking_stops_at_the_limits() {
        let entry = |bytes| std::io::repeat(7).take(bytes);
        let packed = |bytes| ("a".to_owned(), bytes);
        assert_eq!(measure(entry(5_000_000), 5_000_000, packed(100_000)), Ok(5_000_000));
        assert_eq!(measure(entry(5_000_001), 5_000_000, packed(100_000)), Err(Refusal::InflatedBytes));
        assert_eq!(measure(entry(u64::MAX), u64::MAX, packed(10_000)), Err(Refusal::Ratio("a".to_owned())));
    }
}
