//! Fan charts: unmet demand of each need by week, as bands of the replications.

use plotters::prelude::*;

use super::svg::draw;
use super::{Cell, Figure, FigureError, Key, Panel, Table, axis, number, palette};
use crate::documents::stress::{FanPart, StepPart};

/// The figure for these needs by `step`; `name` gives a need its name for people. All panels share their axes.
pub fn figure(
    id: &str,
    title: &str,
    (fans, step): (&[&FanPart], StepPart),
    name: impl Fn(&str) -> String,
) -> Result<Figure, FigureError> {
    let step = step.word();
    let most = fans.iter().flat_map(|f| &f.unmet_fraction).flat_map(|b| b.iter().copied()).fold(0.0, f64::max);
    let top = axis::ceiling(most.max(0.01), 5.0).min(1.0);
    let quantiles = ["#5 %", "#25 %", "#median", "#75 %", "#95 %", "#mean"];
    let mut table = Table::new(["need", &format!("#{step}")].into_iter().chain(quantiles));
    let mut panels = Vec::new();
    for fan in fans {
        for (week, band) in fan.unmet_fraction.iter().enumerate() {
            let mut row = vec![Cell::text(&fan.need), Cell::count(week + 1)];
            row.extend(band.iter().map(|q| Cell::float(*q, number::percent)));
            table.push(row);
        }
        let title = name(&fan.need);
        panels.push(Panel { svg: panel(&title, step, fan, top)?, title });
    }
    let caption = format!(
        "Each panel: the part of a {step}'s demand that goes unmet, by {step} from the start of the test. In half of all \
         replications the shortage lies in the dark band, in nine of ten in the light one; an area that touches 0 means that many \
         replications meet the whole demand of that {step}. All panels share one scale."
    );
    let legend = vec![
        Key::new("wide", "5 to 95 % of replications"),
        Key::new("narrow", "25 to 75 %"),
        Key::new("median", "median (solid)"),
        Key::new("mean", "mean (dashed)"),
    ];
    Ok(Figure { id: id.to_owned(), title: title.to_owned(), caption, legend, panels, table })
}

fn panel(name: &str, step: &str, fan: &FanPart, top: f64) -> Result<String, FigureError> {
    let weeks = fan.unmet_fraction.len();
    let at = |q: usize| fan.unmet_fraction.iter().enumerate().map(move |(w, b)| ((w + 1) as f64, b[q]));
    let worst = at(5).fold((0.0, 0.0), |a: (f64, f64), p| if p.1 > a.1 { p } else { a });
    let label =
        format!("{name}: mean unmet demand is highest in {step} {:.0}, with {}", worst.0, number::percent(worst.1));
    draw((500, 270), &label, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(26)
            .margin_top(12)
            .set_label_area_size(LabelAreaPosition::Bottom, 42)
            .set_label_area_size(LabelAreaPosition::Left, 68)
            .build_cartesian_2d(1.0..weeks.max(2) as f64, 0.0..top)?;
        axis::level_lines(
            &mut chart,
            17.0,
            6,
            &|w| format!("{} {w:.0}", if step == "week" { "wk" } else { step }),
            &|v| number::percent((v * 1000.0).round() / 1000.0),
        )?;
        for (low, high, colour) in [(0, 4, palette::SKY.mix(0.35)), (1, 3, palette::BLUE.mix(0.45))] {
            let outline: Vec<(f64, f64)> = at(high).chain(at(low).collect::<Vec<_>>().into_iter().rev()).collect();
            chart.draw_series([Polygon::new(outline, colour.filled())])?;
        }
        chart.draw_series(LineSeries::new(at(2), palette::INK.stroke_width(2)))?;
        chart.draw_series(DashedLineSeries::new(at(5), 7, 4, palette::VERMILION.stroke_width(3)))?;
        Ok(())
    })
}
