//! Cost waterfalls: from what is paid today to what the award costs, and from list price to cost. Bars add up exactly.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::svg::draw;
use super::{Cell, Figure, FigureError, Key, Panel, Table, axis, number, palette};
use crate::documents::award::AwardBody;

/// A bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it is.
    pub label: String,
    /// Its change, or the level reached where it is a total.
    pub amount: Decimal,
    /// True for a level, false for a change.
    pub total: bool,
}

fn change(label: impl Into<String>, amount: Decimal) -> Step {
    Step { label: label.into(), amount, total: false }
}

fn total(label: impl Into<String>, amount: Decimal) -> Step {
    Step { label: label.into(), amount, total: true }
}

/// From today's buying to the award; `None` without a baseline.
pub fn from_baseline(body: &AwardBody) -> Option<Vec<Step>> {
    let (value, b) = (body.value?, body.baseline.as_ref()?);
    let once: Vec<_> = body.cost.iter().filter(|c| c.once && !c.amount.is_zero()).collect();
    let cash = body.cash.as_ref().map_or(value, |c| c.total);
    let new_demand = cash - b.award_on_same_cells - once.iter().map(|c| c.amount).sum::<Decimal>();
    let mut steps = vec![total("Today's mix at today's prices", b.at_todays_prices)];
    steps.push(change("Price effect: same mix, tender's prices", -b.price_effect));
    steps.push(change("Mix effect: other products", -b.mix_effect));
    if !once.is_empty() || !new_demand.is_zero() {
        steps.push(total("Award on the same demand", b.award_on_same_cells));
    }
    if !new_demand.is_zero() {
        steps.push(change("Demand that has no purchase today", new_demand));
    }
    steps.extend(once.iter().map(|c| change(format!("One-off: {}", c.component), c.amount)));
    steps.push(total("Award", cash));
    // The value of a named objective is no sum of cash and shadow money; it has a section of its own.
    if value != cash && body.objective.is_none() {
        steps.push(change("Shadow money in the decision", value - cash));
        steps.push(total("Value of the award", value));
    }
    Some(steps)
}

/// From list price to cost, by component.
pub fn from_list(body: &AwardBody) -> Option<Vec<Step>> {
    let value = body.value?;
    // Without ordinary offers, packages cost money and goods nothing.
    let goods = body.cost.first()?;
    let parts = body.cost.iter().skip(1).filter(|c| !c.amount.is_zero() && !c.shadow);
    let mut steps = vec![total("Goods at list price", goods.amount)];
    steps.extend(parts.map(|c| {
        let mut label = c.component.clone();
        if let Some(first) = label.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        change(if c.once { format!("{label} (once)") } else { label }, c.amount)
    }));
    steps.push(total("Cost of the award", body.cash.as_ref().map_or(value, |c| c.total)));
    Some(steps)
}

/// The figure for such steps.
pub fn figure(id: &str, title: &str, caption: &str, steps: &[Step], currency: &str) -> Result<Figure, FigureError> {
    let mut table = Table::new(["step".to_owned(), format!("#change, {currency}"), format!("#level, {currency}")]);
    let bars = levels(steps);
    for (step, (_, level)) in steps.iter().zip(&bars) {
        let moved = if step.total { Cell::none() } else { Cell::signed(step.amount) };
        table.push([Cell::text(&step.label), moved, Cell::money(*level)]);
    }
    let (svg, cut) = paint(&format!("Waterfall: {title}"), steps, &bars, currency)?;
    let mut caption = caption.to_owned();
    if cut > 0.0 {
        caption.push_str(&format!(
            " The axis starts at {}, not at 0, so that the steps can be seen.",
            axis::money_tick(cut, cut)
        ));
    }
    let legend = vec![
        Key::new("total", "level"),
        Key::new("down", "lowers the cost (−)"),
        Key::new("up", "raises the cost (+)"),
    ];
    let panels = vec![Panel { title: String::new(), svg }];
    Ok(Figure { id: id.to_owned(), title: title.to_owned(), caption, legend, panels, table })
}

/// Start and end of each bar.
fn levels(steps: &[Step]) -> Vec<(Decimal, Decimal)> {
    let mut level = Decimal::ZERO;
    let bar = |s: &Step| {
        let from = if s.total { Decimal::ZERO } else { level };
        level = if s.total { s.amount } else { level + s.amount };
        (from, level)
    };
    steps.iter().map(bar).collect()
}

fn paint(
    name: &str,
    steps: &[Step],
    bars: &[(Decimal, Decimal)],
    currency: &str,
) -> Result<(String, f64), FigureError> {
    let float = |d: Decimal| d.to_f64().unwrap_or_default();
    let ends: Vec<f64> = bars.iter().map(|b| float(b.1)).collect();
    let (least, most) = ends.iter().fold((f64::MAX, 0f64), |(l, m), &v| (l.min(v), m.max(v)));
    let margin = ((most - least) * 0.35).max(most * 0.01);
    let tick = axis::step(most - least + margin, 5.0);
    let start = ((least - margin) / tick).floor() * tick;
    let start = if start < most * 0.4 { 0.0 } else { start };
    let end = most + (most - start) * 0.16;
    let (row, left) = (38, 300);
    let size = (1000, row * steps.len() as u32 + 44);
    let svg = draw(size, name, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(10)
            .margin_top(4)
            .set_label_area_size(LabelAreaPosition::Bottom, 34)
            .set_label_area_size(LabelAreaPosition::Left, left)
            .build_cartesian_2d(start..end, steps.len() as f64..0.0)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .x_labels(7)
            .light_line_style(TRANSPARENT)
            .bold_line_style(palette::GRID)
            .axis_style(palette::AXIS)
            .x_label_formatter(&|v| format!("{} {currency}", axis::money_tick(*v, end - start)))
            .label_style(axis::text(13.0, palette::MUTED, HPos::Center, VPos::Top))
            .draw()?;
        for (i, (step, (from, to))) in steps.iter().zip(bars).enumerate() {
            let (from, to) = (float(*from).max(start), float(*to));
            let y = i as f64;
            let colour = match step {
                s if s.total => palette::SLATE,
                s if s.amount.is_sign_negative() => palette::BLUE,
                _ => palette::VERMILION,
            };
            let bar = Rectangle::new([(from.min(to), y + 0.2), (from.max(to), y + 0.8)], colour.filled());
            chart.draw_series([bar])?;
            if i + 1 < steps.len() {
                chart.draw_series([PathElement::new(vec![(to, y + 0.2), (to, y + 1.8)], palette::AXIS)])?;
            }
            let (px, py) = chart.backend_coord(&(from.max(to), y + 0.5));
            let shown = if step.total { number::money(step.amount) } else { number::signed(step.amount) };
            let style = if step.total { axis::bold } else { axis::text };
            area.draw(&Text::new(shown, (px + 8, py), style(14.0, palette::INK, HPos::Left, VPos::Center)))?;
            area.draw(&Text::new(
                step.label.clone(),
                (left - 12, py),
                style(14.0, palette::INK, HPos::Right, VPos::Center),
            ))?;
            if step.total && start > 0.0 {
                // The bar is cut: two white strokes say so.
                for shift in [14, 21] {
                    let stroke = vec![(left + shift - 4, py + 15), (left + shift + 4, py - 15)];
                    area.draw(&PathElement::new(stroke, WHITE.stroke_width(3)))?;
                }
            }
        }
        Ok(())
    })?;
    Ok((svg, start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::award::{BaselinePart, CostPart};

    fn body() -> AwardBody {
        let part =
            |component: &str, amount, once| CostPart { component: component.to_owned(), amount, once, shadow: false };
        AwardBody {
            value: Some(Decimal::new(95_531, 2)),
            cost: vec![
                part("goods", Decimal::new(100_031, 2), false),
                part("discounts", Decimal::from(-65), false),
                part("switching", Decimal::from(20), true),
            ],
            baseline: Some(BaselinePart {
                cells: 3,
                excluded: 1,
                at_todays_prices: Decimal::from(1000),
                award_on_same_cells: Decimal::new(90_011, 2),
                saving: Decimal::new(9_989, 2),
                price_effect: Decimal::new(12_000, 2),
                mix_effect: Decimal::new(-2_011, 2),
                saving_after_one_off: Decimal::new(7_989, 2),
                repriced_cells: 3,
                repriced: Decimal::from(880),
                by_cell: Vec::new(),
            }),
            ..AwardBody::without_award("optimal", None, String::new(), Vec::new())
        }
    }

    #[test]
    fn bars_add_up_exactly() {
        for steps in [from_baseline(&body()).unwrap(), from_list(&body()).unwrap()] {
            let mut level = Decimal::ZERO;
            for (i, step) in steps.iter().enumerate() {
                if step.total && i > 0 {
                    assert_eq!(level, step.amount, "{}", step.label);
                }
                level = if step.total { step.amount } else { level + step.amount };
            }
            assert_eq!(level, Decimal::new(95_531, 2));
        }
    }

    #[test]
    fn the_figure_has_its_numbers() {
        let steps = from_baseline(&body()).unwrap();
        let figure = figure("w", "Title", "Caption.", &steps, "USD").unwrap();
        assert_eq!(figure.table.rows.len(), steps.len());
        assert!(figure.panels[0].svg.contains("role=\"img\"") && figure.panels[0].svg.contains("+35"));
    }
}
