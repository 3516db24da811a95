//! The page: blocks through a template. No script, no network, no font files.

use askama::Template;

use super::{Block, Report, ReportError};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
}

pub(super) fn html(report: &Report) -> Result<String, ReportError> {
    Ok(Page { report }.render()?)
}
