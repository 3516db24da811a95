//! Colours that survive colour blindness and a grey printer: Okabe and Ito, and one ramp of blues for heat maps.

use plotters::style::RGBColor;

/// Text and totals.
pub const INK: RGBColor = RGBColor(0x1d, 0x26, 0x30);
/// Axis labels.
pub const MUTED: RGBColor = RGBColor(0x55, 0x60, 0x6c);
/// Grid lines.
pub const GRID: RGBColor = RGBColor(0xe3, 0xe7, 0xeb);
/// Axis lines.
pub const AXIS: RGBColor = RGBColor(0x9a, 0xa4, 0xae);
/// The decision; what is saved.
pub const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
/// Wide bands.
pub const SKY: RGBColor = RGBColor(0x56, 0xb4, 0xe9);
/// What costs more; what to look at.
pub const VERMILION: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
/// Totals.
pub const SLATE: RGBColor = RGBColor(0x3b, 0x4a, 0x5a);

/// Stops of the ramp for heat maps.
const RAMP: [[f64; 3]; 3] = [[238.0, 245.0, 251.0], [107.0, 174.0, 214.0], [8.0, 65.0, 124.0]];

/// Background and text colour of a heat-map cell, for a share from 0 to 1: near white to deep blue, text always readable.
pub fn heat(share: f64) -> String {
    let t = share.clamp(0.0, 1.0);
    let (from, to, part) = if t < 0.5 { (RAMP[0], RAMP[1], t * 2.0) } else { (RAMP[1], RAMP[2], t * 2.0 - 1.0) };
    let mix = |i: usize| (from[i] + (to[i] - from[i]) * part).round() as u8;
    let (r, g, b) = (mix(0), mix(1), mix(2));
    let text = if t > 0.62 { "#fff" } else { "#1d2630" };
    format!("background:#{r:02x}{g:02x}{b:02x};color:{text}")
}
