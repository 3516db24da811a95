//! The tables of a tender: one file per group, one declaration per table.

mod adjustments;
mod clinical;
mod demand;
mod objectives;
mod offers;
mod packages;
mod payment;
mod picks;
mod places;
mod room;
mod rules;
mod supply;

pub use adjustments::*;
pub use clinical::*;
pub use demand::*;
pub use objectives::*;
pub use offers::*;
pub use packages::*;
pub use payment::*;
pub use picks::*;
pub use places::*;
pub use room::*;
pub use rules::*;
pub use supply::*;

use crate::finding::{Findings, Place};
use crate::raw::{RawRow, RawTable, RawTender};
use crate::schema::{Row, RowCount, Table, read_rows};

macro_rules! draft {
    ($($field:ident: $row:ty),+ $(,)?) => {
        /// A tender whose cells are all well formed; references between rows are not yet checked.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct Draft {
            $(
                #[doc = concat!("Rows of `", stringify!($field), "`.")]
                pub $field: Vec<$row>,
            )+
        }

        /// The description of every table, in the order of the manual.
        pub fn all_tables() -> Vec<Table> {
            vec![$(<$row as Row>::table()),+]
        }

        /// Reads every table. The draft holds the accepted rows; the findings say why others were not.
        pub fn read(raw: &RawTender, findings: &mut Findings) -> (Draft, Vec<(&'static str, RowCount)>) {
            let names = [$(stringify!($field)),+];
            let mut counts = Vec::new();
            for (i, table) in raw.tables.iter().enumerate() {
                if !names.contains(&table.name.as_str()) {
                    let fix = crate::cell::did_you_mean(&table.name, names, "the tables are:");
                    findings.error("unknown_table", Place::file(&table.file), &table.name, "no table has this name", fix);
                } else if raw.tables[..i].iter().any(|t| t.name == table.name) {
                    findings.error("duplicate_table", Place::file(&table.file), &table.name, "the table stands twice", "keep one of them");
                }
            }
            $(
                let (rows, count) = read_rows::<$row>(raw.tables.iter().find(|t| t.name == stringify!($field)), findings);
                let $field = rows;
                counts.push((stringify!($field), count));
            )+
            (Draft { $($field),+ }, counts)
        }

        /// The canonical form: rows sorted by key, blanks and defaults left out, decimals normalised. Two tenders are
        /// equal when this is equal.
        pub fn canonical(draft: &Draft) -> RawTender {
            let mut tables = Vec::new();
            $( tables.extend(canonical_table(&draft.$field)); )+
            RawTender { tables }
        }
    };
}

draft! {
    tender: TenderRow,
    sites: SiteRow,
    criticality: CriticalityRow,
    needs: NeedRow,
    demand: DemandRow,
    suppliers: SupplierRow,
    plants: PlantRow,
    inputs: InputRow,
    products: ProductRow,
    equivalences: EquivalenceRow,
    cases: CaseRow,
    components: ComponentRow,
    offers: OfferRow,
    schedules: ScheduleRow,
    tiers: TierRow,
    packages: PackageRow,
    package_lines: PackageLineRow,
    adjustments: AdjustmentRow,
    fees: FeeRow,
    freight: FreightRow,
    preferences: PreferenceRow,
    incumbents: IncumbentRow,
    switching: SwitchingRow,
    places: PlaceRow,
    stock: StockRow,
    policies: PolicyRow,
    picks: PickRow,
    room: RoomRow,
    rules: RuleRow,
    objectives: ObjectiveRow,
}

fn canonical_table<R: Row>(rows: &[R]) -> Option<RawTable> {
    if rows.is_empty() {
        return None;
    }
    let name = R::table().name;
    let mut table = RawTable { name: name.to_owned(), file: name.to_owned(), ..RawTable::default() };
    let mut sorted: Vec<&R> = rows.iter().collect();
    sorted.sort_by_cached_key(|r| r.key());
    // Columns in the order of the manual, then wildcards in order of name.
    let order: Vec<String> = R::table().columns.iter().map(|c| c.name.clone()).collect();
    let rank = |name: &str| {
        let exact = order.iter().position(|c| c == name);
        exact.or_else(|| order.iter().position(|c| c.strip_suffix('*').is_some_and(|p| name.starts_with(p))))
    };
    // Columns as they come, and the cells of each row by the number of their column.
    let mut found: Vec<String> = Vec::new();
    let mut rows: Vec<Vec<(usize, String)>> = Vec::with_capacity(sorted.len());
    for row in sorted {
        let mut cells = Vec::new();
        row.print(&mut |name, text| {
            let column = found.iter().position(|c| c == name).unwrap_or_else(|| {
                found.push(name.to_owned());
                found.len() - 1
            });
            cells.push((column, text));
        });
        rows.push(cells);
    }
    let mut columns: Vec<&String> = found.iter().collect();
    columns.sort_by(|a, b| (rank(a), a).cmp(&(rank(b), b)));
    let places: Vec<usize> = found.iter().filter_map(|name| columns.iter().position(|c| *c == name)).collect();
    for column in columns {
        table.column(column);
    }
    for row in rows {
        let mut cells = vec![None; places.len()];
        for (column, text) in row {
            cells[places[column]] = Some(text);
        }
        table.rows.push(RawRow { place: Place::file(name), cells, refused: false });
    }
    Some(table)
}
