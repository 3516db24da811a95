//! A line on standard error while long work goes on; nothing where standard error is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::Output;

/// A spinner with a message, for work of unknown length.
pub fn spinner(output: &Output, message: &str) -> ProgressBar {
    if !output.draws() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_message(message.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar, for work of known length.
pub fn bar(output: &Output, length: u64, message: &str) -> ProgressBar {
    if !output.draws() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(message.to_owned())
}
