//! What the award was chosen by, where the tender names an objective: level by level, with bounds.

use rust_decimal::Decimal;

use super::{Section, Sources};
use crate::documents::objective::LevelPart;
use crate::figures::{Cell, Table, number};

pub(super) fn section(sources: &Sources<'_>) -> Option<Section> {
    let objective = sources.award.body.objective.as_ref()?;
    let currency = sources.currency();
    let mut section = Section::new("objective", format!("What it was chosen by: {}", objective.name));
    section.say(match objective.levels.len() {
        1 => "The tender names its own objective. Of all awards that keep the rules this one has the least value of it.".to_owned(),
        n => format!(
            "The tender names its own objective with {n} levels. The first is made as small as can be, each further one among the awards that keep \
             those before it at their best, within a millionth and a cent."
        ),
    });
    let mut levels = Table::new([
        "level".to_owned(),
        format!("#value, {currency}"),
        format!("#no award is below, {currency}"),
        format!("#between, {currency}"),
    ])
    .caption("Each level over the contract, with its proven bound: no award that keeps the levels before it has a lower value.");
    for level in &objective.levels {
        levels.push([
            Cell::text(level.level.to_string()).strong(),
            amount(level.value).strong(),
            level.bound.map_or_else(Cell::none, amount),
            level.bound.map_or_else(Cell::none, |bound| amount((level.value - bound).max(Decimal::ZERO))),
        ]);
    }
    section.table(levels);
    section.table(terms(&objective.levels, currency));
    if objective.levels.iter().any(|l| l.bound.is_none()) {
        section.remark("Where no bound stands nothing is proven about the level: a better award may exist.");
    }
    Some(section)
}

fn terms(levels: &[LevelPart], currency: &str) -> Table {
    let mut table = Table::new([
        "level".to_owned(),
        "term".to_owned(),
        "of".to_owned(),
        "#as measured".to_owned(),
        format!("#adds, {currency}"),
        "why".to_owned(),
    ])
    .caption("The terms that add up to each level. Money is over the contract; measures are worth what the tender says, and a negative amount is a reward.");
    for level in levels {
        for (i, term) in level.terms.iter().enumerate() {
            let number = level.level.to_string();
            table.push([
                if i == 0 { Cell::text(number) } else { Cell::repeated(number) },
                Cell::text(&term.term),
                Cell::text(&term.of),
                term.amount.map_or_else(Cell::none, amount),
                amount(term.contribution),
                Cell::text(&term.why),
            ]);
        }
    }
    table
}

fn amount(amount: Decimal) -> Cell {
    Cell { shown: number::amount(amount), ..Cell::exact(amount) }
}
