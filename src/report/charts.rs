//! Pictures of the figures: bars drawn as SVG, the same for a browser and for paper, each with its values in letters
//! and told in words for those who can't see it. What is drawn is counted elsewhere.

use std::fmt::Write as _;

use chrono::{Datelike as _, Days, NaiveDate};
use serde::Serialize;

use crate::domain::summary::{Rate, RowKey};
use crate::domain::text::grouped;

use super::ReportInput;
use super::sentences::share;

/// What only pictures show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Charts {
    /// The months of the period, in their order.
    pub months: Vec<MonthFigures>,
    /// Dossiers open at its end by their age, the youngest first.
    pub ages: Vec<AgeBand>,
}

/// A month, or as much of it as lies in the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthFigures {
    /// Its first day within the period.
    pub first: NaiveDate,
    /// Its last one.
    pub last: NaiveDate,
    /// Dossiers received on those days.
    pub received: i64,
    /// Resolved on them.
    pub resolved: i64,
}

/// Open dossiers of an age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeBand {
    /// `dưới 1 tháng`.
    pub label: &'static str,
    /// How many.
    pub open: i64,
}

impl MonthFigures {
    /// `01/2024`, or `15–31/12/2023` where the period doesn't hold the whole month.
    pub fn label(&self) -> String {
        let begins = self.first.day() == 1;
        let ends = (self.last + Days::new(1)).day() == 1;
        let days = match (begins && ends, self.first == self.last) {
            (true, _) => String::new(),
            (false, true) => format!("{:02}/", self.first.day()),
            (false, false) => format!("{:02}–{:02}/", self.first.day(), self.last.day()),
        };
        format!("{days}{}", self.first.format("%m/%Y"))
    }
}

/// A picture.
#[derive(Debug, Serialize)]
pub struct Picture {
    /// What it shows.
    pub title: &'static str,
    /// The same in numbers.
    pub told: String,
    /// The picture without title: an `svg` element.
    pub svg: String,
    /// It needs the whole width of a page.
    pub wide: bool,
}

/// Units that the rates name at most: those with the lowest.
const UNITS: usize = 30;
/// The letters of all papers.
const FONT: &str = "Times New Roman, Liberation Serif, serif";
/// What came in, and other bars that stand alone.
pub const DARK: u32 = 0x001f_4e79;
/// What went out.
pub const LIGHT: u32 = 0x009d_c3e6;

/// The pictures for which there is something to show.
pub fn pictures(input: &ReportInput<'_>) -> Vec<Picture> {
    [months(&input.charts.months), ages(&input.charts.ages), rates(input)].into_iter().flatten().collect()
}

/// The resolved dossiers of units that weren't late, and all of them, the lowest rate first.
pub fn unit_rates<'a>(input: &ReportInput<'a>) -> Vec<(&'a str, Rate)> {
    let rows = input.summary.rows.iter().filter(|row| matches!(row.key, RowKey::Unit(_)));
    let mut rates: Vec<(&str, Rate)> = rows
        .map(|row| (row.label.as_str(), row.figures.dossiers.not_late_rate()))
        .filter(|(_, rate)| rate.denominator > 0)
        .collect();
    let higher = |a: Rate, b: Rate| (a.numerator * b.denominator).cmp(&(b.numerator * a.denominator));
    rates.sort_by(|(a, first), (b, second)| higher(*first, *second).then(a.cmp(b)));
    rates
}

fn months(months: &[MonthFigures]) -> Option<Picture> {
    let most = months.iter().flat_map(|m| [m.received, m.resolved]).max().filter(|most| *most > 0)?;
    let told = months.iter().map(|m| {
        format!("{}: tiếp nhận {}, giải quyết {}", m.label(), grouped(m.received), grouped(m.resolved))
    });
    let (width, height, floor, top) = (460, 250, 215, 40);
    let mut drawn = Drawing::new(width, height);
    for (at, (colour, name)) in [(0, (DARK, "Tiếp nhận")), (1, (LIGHT, "Đã giải quyết"))] {
        drawn.bar(10 + at * 110, 6, 11, 11, colour);
        drawn.text(25 + at * 110, 16, "start", name);
    }
    let count = i64::try_from(months.len()).unwrap_or(i64::MAX);
    let step = (width - 20) / count;
    let bar = (step * 9 / 20).min(40);
    for (at, month) in (0..).zip(months) {
        let middle = 10 + step * at + step / 2;
        for (left, value, colour) in [(middle - bar, month.received, DARK), (middle, month.resolved, LIGHT)] {
            let high = scaled(value, most, floor - top);
            drawn.bar(left, floor - high, bar, high, colour);
            drawn.small(left + bar / 2, floor - high - 4, &grouped(value));
        }
        drawn.text(middle, floor + 15, "middle", &month.label());
    }
    drawn.line(10, floor, width - 10, floor);
    Some(Picture {
        title: "Hồ sơ tiếp nhận và giải quyết theo tháng",
        told: told.collect::<Vec<_>>().join("; "),
        svg: drawn.svg(),
        wide: false,
    })
}

fn ages(ages: &[AgeBand]) -> Option<Picture> {
    let most = ages.iter().map(|band| band.open).max().filter(|most| *most > 0)?;
    let bars: Vec<Bar> = ages
        .iter()
        .map(|band| Bar { label: band.label.to_owned(), value: band.open, most, said: grouped(band.open) })
        .collect();
    let title = "Hồ sơ đang giải quyết cuối kỳ theo thời gian kể từ khi tiếp nhận";
    Some(Picture { title, told: told(&bars), svg: across(&bars, 460, 130, 26), wide: false })
}

fn rates(input: &ReportInput<'_>) -> Option<Picture> {
    let rates = unit_rates(input);
    let all = rates.len();
    let bars: Vec<Bar> = rates
        .into_iter()
        .take(UNITS)
        .filter_map(|(unit, rate)| {
            let parts = format!("{}/{}", grouped(rate.numerator), grouped(rate.denominator));
            let said = format!("{} ({parts})", share(rate)?);
            Some(Bar { label: unit.to_owned(), value: rate.numerator, most: rate.denominator, said })
        })
        .collect();
    let title = if all > UNITS {
        "Tỷ lệ giải quyết trước hạn, đúng hạn: 30 cơ quan, đơn vị có tỷ lệ thấp nhất"
    } else {
        "Tỷ lệ giải quyết trước hạn, đúng hạn theo cơ quan, đơn vị"
    };
    let svg = across(&bars, 940, 330, 17);
    (!bars.is_empty()).then(|| Picture { title, told: told(&bars), svg, wide: true })
}

/// A bar that lies.
struct Bar {
    label: String,
    value: i64,
    /// What would fill the width.
    most: i64,
    said: String,
}

fn told(bars: &[Bar]) -> String {
    bars.iter().map(|bar| format!("{} – {}", bar.label, bar.said)).collect::<Vec<_>>().join("; ")
}

/// Bars below one another, with their names in the first `names` of the width.
fn across(bars: &[Bar], width: i64, names: i64, step: i64) -> String {
    let count = i64::try_from(bars.len()).unwrap_or(i64::MAX);
    let mut drawn = Drawing::new(width, step * count + 8);
    // Room for the longest value behind the longest bar.
    let longest = bars.iter().map(|bar| bar.said.chars().count()).max().unwrap_or_default();
    let room = width - names - 16 - i64::try_from(longest * 7).unwrap_or_default();
    for (at, bar) in (0..).zip(bars) {
        let top = 4 + step * at;
        let long = scaled(bar.value, bar.most, room);
        let base = top + step / 2 + 4;
        drawn.text(names, base, "end", &bar.label);
        drawn.bar(names + 6, top + 2, long, step - 5, DARK);
        drawn.text(names + 11 + long, base, "start", &bar.said);
    }
    drawn.line(names + 6, 0, names + 6, step * count + 8);
    drawn.svg()
}

/// A share of a length.
fn scaled(value: i64, most: i64, length: i64) -> i64 {
    let scaled = i128::from(value.max(0)) * i128::from(length) / i128::from(most.max(1));
    i64::try_from(scaled).unwrap_or(length).min(length)
}

/// An `svg` element as it grows.
struct Drawing(String);

impl Drawing {
    fn new(width: i64, height: i64) -> Self {
        let mut head = String::new();
        let written = write!(
            head,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" font-family=\"{FONT}\" font-size=\"12\" aria-hidden=\"true\">"
        );
        debug_assert!(written.is_ok(), "writing into a string cannot fail");
        Self(head)
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        let written = self.0.write_fmt(element);
        debug_assert!(written.is_ok(), "writing into a string cannot fail");
    }

    fn bar(&mut self, left: i64, top: i64, width: i64, height: i64, colour: u32) {
        self.add(format_args!(
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"#{colour:06x}\"/>"
        ));
    }

    fn text(&mut self, x: i64, y: i64, anchor: &str, text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        // Signs that XML forbids, even as codes.
        let text = text.replace(char::is_control, " ");
        self.add(format_args!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"));
    }

    /// A number over a bar, hardly wider than it.
    fn small(&mut self, x: i64, y: i64, number: &str) {
        self.add(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"11\" text-anchor=\"middle\">{number}</text>"
        ));
    }

    fn line(&mut self, x1: i64, y1: i64, x2: i64, y2: i64) {
        self.add(format_args!("<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"#000\"/>"));
    }

    fn svg(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}
