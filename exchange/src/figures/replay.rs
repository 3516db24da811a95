//! One replication as a picture: for each need what was wanted, what arrived and what went unmet, week by week.

use plotters::prelude::*;

use super::svg::draw;
use super::{Cell, Figure, FigureError, Key, Panel, Table, axis, number, palette};
use crate::documents::replay::NeedPart;
use crate::documents::stress::StepPart;

const SIZE: (u32, u32) = (500, 270);

/// The figure for these needs; quantities are parts of the need's mean week, so that all panels share one scale.
pub fn figure(
    id: &str,
    title: &str,
    (needs, step): (&[&NeedPart], StepPart),
    name: impl Fn(&str) -> String,
) -> Result<Figure, FigureError> {
    let step = step.word();
    let most = needs.iter().flat_map(|n| n.weeks.iter().map(|w| part(n, w.demand.max(w.received))));
    let top = axis::ceiling(most.fold(1.0, f64::max), 5.0);
    let columns = ["#demand", "#arrived", "#unmet", "#stock, weeks", "#suppliers could ship"];
    let mut table = Table::new(["need", &format!("#{step}")].into_iter().chain(columns));
    let mut panels = Vec::new();
    for need in needs {
        for w in &need.weeks {
            table.push([
                Cell::text(&need.need),
                Cell::count(w.week),
                Cell::float(part(need, w.demand), number::percent),
                Cell::float(part(need, w.received), number::percent),
                Cell::float(part(need, w.unmet), number::percent),
                Cell::float(part(need, w.stock), number::measure),
                Cell::float(w.capacity, number::percent),
            ]);
        }
        let title = name(&need.need);
        panels.push(Panel { svg: panel(&title, step, need, top)?, title });
    }
    let caption = "Each panel: one need, in parts of its mean week. The area is what goes unmet; the solid line is what arrives from suppliers, \
                   the dashed one what is wanted. Between the two lines stands what stock, reserve and other products supply.";
    let legend = vec![
        Key::new("median", "wanted (dashed)"),
        Key::new("curve", "arrived from suppliers (solid)"),
        Key::new("plan", "unmet (area)"),
    ];
    Ok(Figure { id: id.to_owned(), title: title.to_owned(), caption: caption.to_owned(), legend, panels, table })
}

/// All panels of a figure below each other as one drawing that stands alone.
pub fn stacked(figure: &Figure) -> String {
    let (width, height, head) = (SIZE.0, SIZE.1, 24);
    let all = (height + head) * u32::try_from(figure.panels.len()).unwrap_or(0).max(1);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {all}\" font-family=\"sans-serif\">\n<title>{}</title>\n",
        escaped(&figure.title)
    );
    for (i, panel) in figure.panels.iter().enumerate() {
        let y = i as u32 * (height + head);
        let svg = panel.svg.replacen(
            "<svg ",
            &format!("<svg x=\"0\" y=\"{}\" width=\"{width}\" height=\"{height}\" ", y + head),
            1,
        );
        text.push_str(&format!(
            "<text x=\"8\" y=\"{}\" font-size=\"15\">{}</text>\n{svg}\n",
            y + 17,
            escaped(&panel.title)
        ));
    }
    text.push_str("</svg>\n");
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn part(need: &NeedPart, units: f64) -> f64 {
    if need.mean_weekly_demand > 0.0 { units / need.mean_weekly_demand } else { 0.0 }
}

fn panel(name: &str, step: &str, need: &NeedPart, top: f64) -> Result<String, FigureError> {
    let weeks = need.weeks.len();
    let short = need.weeks.iter().filter(|w| w.unmet > 0.0).count();
    let label = format!("{name}: {short} of {weeks} {step}s with unmet demand");
    // Each week is a step from its number to the next.
    let steps = |of: fn(&crate::documents::replay::WeekPart) -> f64| -> Vec<(f64, f64)> {
        let week = |w: &crate::documents::replay::WeekPart| {
            let y = part(need, of(w));
            [(w.week as f64, y), (w.week as f64 + 1.0, y)]
        };
        need.weeks.iter().flat_map(week).collect()
    };
    draw(SIZE, &label, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(26)
            .margin_top(12)
            .set_label_area_size(LabelAreaPosition::Bottom, 42)
            .set_label_area_size(LabelAreaPosition::Left, 68)
            .build_cartesian_2d(1.0..(weeks + 1).max(2) as f64, 0.0..top)?;
        axis::level_lines(
            &mut chart,
            17.0,
            6,
            &|w| format!("{} {w:.0}", if step == "week" { "wk" } else { step }),
            &|v| number::percent((v * 1000.0).round() / 1000.0),
        )?;
        let mut outline = steps(|w| w.unmet);
        outline.push(((weeks + 1) as f64, 0.0));
        outline.push((1.0, 0.0));
        chart.draw_series([Polygon::new(outline, palette::VERMILION.mix(0.5).filled())])?;
        chart.draw_series(LineSeries::new(steps(|w| w.received), palette::BLUE.stroke_width(3)))?;
        chart.draw_series(DashedLineSeries::new(steps(|w| w.demand), 7, 4, palette::INK.stroke_width(2)))?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::replay::WeekPart;

    #[test]
    fn the_picture_stands_alone_and_its_numbers_are_in_the_table() {
        let week = |week, unmet| WeekPart {
            week,
            capacity: 0.5,
            demand: 10.0,
            saved: 0.0,
            received: 5.0,
            gained: 0.0,
            reserve_drawn: 0.0,
            unmet,
            stock: 20.0,
        };
        let need = NeedPart {
            need: "a<b".into(),
            unit: "bag".into(),
            mean_weekly_demand: 10.0,
            unmet: 5.0,
            weeks: vec![week(1, 0.0), week(2, 5.0)],
        };
        let figure = figure("replay", "Replication 7", (&[&need, &need], StepPart::Week), |n| n.to_owned()).unwrap();
        assert_eq!((figure.table.rows.len(), figure.panels.len()), (4, 2));
        assert_eq!(figure.table.rows[1][4].shown, format!("50{}", number::PERCENT));
        let svg = stacked(&figure);
        assert_eq!((svg.matches("<svg").count(), svg.matches("</svg>").count()), (3, 3));
        let by_day = super::figure("replay", "Replication 7", (&[&need], StepPart::Day), |n| n.to_owned()).unwrap();
        assert!(stacked(&by_day).contains("1 of 2 days with unmet demand"));
        assert!(svg.contains("a&lt;b: 1 of 2 weeks with unmet demand") && !svg.contains("a<b"));
    }
}
