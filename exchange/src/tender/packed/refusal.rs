//! Why a packed file is not opened. A refusal travels from the child process that looked at the file to the parent, which
//! makes the finding.

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use serde::{Deserialize, Serialize};

use super::limits::{CELLS, COLUMNS, ENTRIES, INFLATED_BYTES, PACKED_BYTES, RATIO};

/// What is wrong with the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The file system says no.
    Unreadable(String),
    /// Neither a workbook nor a zip archive.
    NotPacked,
    /// Protected by a password, or a workbook of the format before 2007: both begin alike.
    EncryptedOrOld,
    /// An entry is protected by a password.
    Encrypted(String),
    /// The archive is damaged.
    Broken(String),
    /// More entries than allowed.
    Entries(u64),
    /// The file is larger than allowed.
    PackedBytes(u64),
    /// Unpacked it is larger than allowed.
    InflatedBytes,
    /// It unpacks to far more than it holds, as only made-up files do.
    Ratio(String),
    /// Two entries share bytes or a name.
    Overlap,
    /// An entry's name would leave the archive.
    EntryName(String),
    /// The sheet cannot be parsed.
    Sheet(String, String),
    /// More cells than allowed.
    Cells(String),
    /// A cell beyond the last column that a sheet may have.
    Columns(String, u64),
    /// The process that read it was ended, with the reason.
    Ended(String),
}

impl Refusal {
    /// Says it as a finding.
    pub(crate) fn report(&self, file: &str, findings: &mut Findings) {
        let smaller = "save it again with only the tables that belong to the tender";
        let again = "save it again from the program it comes from";
        let unlocked = "save it as .xlsx without a password";
        let million = 1_000_000;
        let (code, value, expected, fix) = match self {
            Self::Unreadable(why) => {
                ("unreadable", "", format!("cannot be read: {why}"), "check the name and the rights")
            }
            Self::NotPacked => {
                ("not_packed", "", "this is neither a workbook (.xlsx) nor a zip archive".to_owned(), unlocked)
            }
            Self::EncryptedOrOld => (
                "encrypted",
                "",
                "the workbook is protected by a password, or of the format before 2007 (.xls)".to_owned(),
                unlocked,
            ),
            Self::Encrypted(entry) => {
                ("encrypted", &**entry, "this part is protected by a password".to_owned(), unlocked)
            }
            Self::Broken(why) => ("broken_archive", "", format!("the file is damaged: {why}"), again),
            Self::Entries(count) => (
                "too_many_entries",
                "",
                format!("the archive has {count} entries or more, at most {ENTRIES} are read"),
                smaller,
            ),
            Self::PackedBytes(bytes) => (
                "too_large",
                "",
                format!("the file has {} MB, at most {} MB are read", bytes / million, PACKED_BYTES / million),
                smaller,
            ),
            Self::InflatedBytes => (
                "too_large",
                "",
                format!("unpacked it has more than {} MB, the most that is read", INFLATED_BYTES / million),
                smaller,
            ),
            Self::Ratio(entry) => (
                "inflates_too_far",
                &**entry,
                format!("it unpacks to more than {RATIO} times its size; tables do not"),
                again,
            ),
            Self::Overlap => {
                ("broken_archive", "", "two entries of the archive share a name or their bytes".to_owned(), again)
            }
            Self::EntryName(name) => (
                "bad_entry_name",
                &**name,
                "the name of this entry leads out of the archive".to_owned(),
                "pack the folder again with plain names",
            ),
            Self::Sheet(sheet, why) => ("broken_sheet", &**sheet, format!("the sheet cannot be read: {why}"), again),
            Self::Cells(sheet) => (
                "too_large",
                &**sheet,
                format!("the workbook has more than {} million cells, the most that is read", CELLS / million),
                smaller,
            ),
            Self::Columns(sheet, column) => (
                "too_many_columns",
                &**sheet,
                format!("the sheet has a cell in column {column}; a sheet has at most {COLUMNS} columns"),
                again,
            ),
            Self::Ended(why) => ("reading_stopped", "", format!("reading it was stopped: {why}"), smaller),
        };
        findings.error(code, Place::file(file), value, expected, fix);
    }
}
