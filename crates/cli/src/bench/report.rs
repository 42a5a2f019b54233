//! Figures: how they are named, repeated, printed and kept.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use hdrhistogram::Histogram;
use perch_domain::{Clock, SystemClock};
use serde_json::json;

use super::failed;
use crate::error::Error;
use crate::say::say;

/// How measurements are repeated and kept.
#[derive(Args, Clone)]
pub(crate) struct Repeat {
    /// Seconds that each load lasts
    #[arg(long, default_value_t = 4)]
    pub(super) seconds: u64,
    /// How often everything is measured; the median counts
    #[arg(long, default_value_t = 3)]
    pub(super) runs: usize,
    /// Say so and succeed where what else is needed is not installed
    #[arg(long)]
    pub(super) if_installed: bool,
    #[command(flatten)]
    pub(super) keep: Keep,
}

impl Repeat {
    /// Whether to measure: what is needed is installed. Otherwise says what is missing.
    ///
    /// # Errors
    /// With the same sentence, unless it may be missing.
    pub(super) fn wanted(&self, installed: bool, missing: &str) -> Result<bool, Error> {
        match (installed, self.if_installed) {
            (true, _) => Ok(true),
            (false, false) => Err(failed(missing)),
            (false, true) => {
                say(&format!("Not measured. {missing}"));
                Ok(false)
            }
        }
    }
}

/// Where figures are kept.
#[derive(Args, Clone)]
pub(crate) struct Keep {
    /// File to which the figures of all runs are appended, with the machine: one JSON object a line
    #[arg(long)]
    json: Option<PathBuf>,
}

/// A figure with its unit.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
}

/// Figures of one run, in the order in which they are told.
#[derive(Default)]
pub(crate) struct Figures(Vec<Figure>);

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
/// A count as a figure.
pub(super) const fn float(count: u64) -> f64 {
    count as f64
}

/// Microseconds as milliseconds.
pub(super) fn milliseconds(micros: u64) -> f64 {
    float(micros) / 1_000.0
}

impl Figures {
    pub(super) fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        self.0.push(Figure {
            name: name.into(),
            value,
            unit,
        });
    }

    /// Adds p50 and p99.
    pub(super) fn add_latency(&mut self, name: &str, latencies: &Histogram<u64>) {
        for (quantile, percent) in [(0.5, 50), (0.99, 99)] {
            let value = milliseconds(latencies.value_at_quantile(quantile));
            self.add(format!("{name}, p{percent}"), value, "ms");
        }
    }

    /// Adds others, whose names begin with whose they are.
    pub(super) fn add_of(&mut self, whose: &str, others: Self) {
        for figure in others.0 {
            self.add(
                format!("{whose}: {}", figure.name),
                figure.value,
                figure.unit,
            );
        }
    }

    /// Adds, for each figure that both have, how often the first's goes into the second's.
    pub(super) fn add_ratios(&mut self, (one, other): (&str, &str)) {
        let of = |whose: &str| -> Vec<(String, f64)> {
            let own = self.0.iter().filter_map(|figure| {
                let name = figure.name.strip_prefix(&format!("{whose}: "))?;
                Some((name.to_owned(), figure.value))
            });
            own.collect()
        };
        let others: BTreeMap<String, f64> = of(other).into_iter().collect();
        for (name, value) in of(one) {
            if let Some(by) = others.get(&name).filter(|by| **by > 0.0) {
                self.add(format!("{one} / {other}: {name}"), value / by, "×");
            }
        }
    }

    /// The figure of a name.
    pub(super) fn get(&self, name: &str) -> Option<f64> {
        let figure = self.0.iter().find(|figure| figure.name == name);
        figure.map(|figure| figure.value)
    }

    pub(super) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }
}

/// Measures so often, tells every run's figures and their medians, and keeps them.
///
/// # Errors
/// Those of a measurement, or when the file cannot be written.
pub(super) async fn repeat(
    title: &str,
    how: &Repeat,
    mut measure: impl AsyncFnMut() -> Result<Figures, Error>,
) -> Result<(), Error> {
    let mut runs = Vec::new();
    for run in 1..=how.runs.max(1) {
        say(&format!("{title}: run {run} of {}", how.runs.max(1)));
        runs.push(measure().await?);
    }
    tell(title, &runs);
    how.keep.append(title, &runs)
}

fn values<'r>(runs: &'r [Figures], name: &'r str) -> impl Iterator<Item = f64> + 'r {
    runs.iter().filter_map(move |run| run.get(name))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Prints a table: the median, and in brackets every run.
pub(super) fn tell(title: &str, runs: &[Figures]) {
    say(title);
    for figure in runs.iter().take(1).flat_map(|run| &run.0) {
        let all: Vec<_> = values(runs, &figure.name).collect();
        let each: Vec<_> = all.iter().map(|value| shown(*value)).collect();
        let each = match each.len() {
            1 => String::new(),
            _ => format!("  ({})", each.join(", ")),
        };
        say(&format!(
            "  {:66} {:>12} {:4}{each}",
            figure.name,
            shown(median(all)),
            figure.unit
        ));
    }
}

/// As many digits as can be of interest.
fn shown(value: f64) -> String {
    if value.abs() >= 1_000.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

impl Keep {
    /// Appends the figures of all runs.
    pub(super) fn append(&self, title: &str, runs: &[Figures]) -> Result<(), Error> {
        let Some(path) = &self.json else {
            return Ok(());
        };
        let figures: Vec<_> = runs
            .iter()
            .take(1)
            .flat_map(|run| &run.0)
            .map(|figure| {
                let all: Vec<_> = values(runs, &figure.name).collect();
                json!({ "name": figure.name, "unit": figure.unit, "median": median(all.clone()), "runs": all })
            })
            .collect();
        let line = json!({
            "title": title,
            "command": std::env::args().skip(1).collect::<Vec<_>>(),
            "version": env!("CARGO_PKG_VERSION"),
            "at": SystemClock.now().to_string(),
            "machine": machine(),
            "figures": figures,
        });
        write_line(path, &line.to_string()).map_err(|cause| Error::File {
            path: path.clone(),
            cause,
        })
    }
}

fn write_line(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    writeln!(file, "{line}")
}

/// What was measured on.
fn machine() -> serde_json::Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map(|line| line.trim_matches([' ', '\t', ':']).to_owned())
    };
    json!({
        // All of them: this process itself is kept to one.
        "cores": read("/proc/cpuinfo").lines().filter(|line| line.starts_with("processor")).count(),
        "processor": field(&read("/proc/cpuinfo"), "model name"),
        "memory": field(&read("/proc/meminfo"), "MemTotal"),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
    })
}

/// Something that a figure has to keep to.
///
/// # Errors
/// With a sentence for each that is beyond its limit.
pub(super) fn check(figures: &Figures, limits: &[(&str, f64)]) -> Result<(), Error> {
    let beyond: Vec<_> = limits
        .iter()
        .filter_map(|(name, limit)| {
            let value = figures.get(name)?;
            (value > *limit).then(|| format!("{name} is {}, above {}", shown(value), shown(*limit)))
        })
        .collect();
    if beyond.is_empty() {
        Ok(())
    } else {
        Err(failed(beyond.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(value: f64) -> Figures {
        let mut figures = Figures::default();
        figures.add("deliveries", value, "/s");
        figures
    }

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!(median(Vec::new()).abs() < f64::EPSILON);
    }

    #[test]
    fn ratios_are_of_figures_that_both_have() {
        let mut figures = Figures::default();
        figures.add_of("perch", run(30.0));
        figures.add_of("peer", run(2.0));
        figures.add("perch: more", 1.0, "");
        figures.add_ratios(("perch", "peer"));
        assert_eq!(figures.get("perch / peer: deliveries"), Some(15.0));
        assert_eq!(figures.get("perch / peer: more"), None);
    }

    #[test]
    fn each_run_is_a_line_of_json_and_none_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("figures.json");
        let keep = Keep {
            json: Some(path.clone()),
        };
        for _ in 0..2 {
            let runs = [run(3.0), run(1.0), run(2.0)];
            keep.append("title", &runs).unwrap();
        }
        let text = fs::read_to_string(path).unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1]["figures"][0]["median"], 2.0);
        assert_eq!(lines[1]["figures"][0]["runs"], json!([3.0, 1.0, 2.0]));
        assert!(lines[1]["machine"]["cores"].as_u64().unwrap() > 0);
    }

    #[test]
    fn a_figure_beyond_its_limit_is_told() {
        assert!(check(&run(50.0), &[("deliveries", 50.0)]).is_ok());
        let beyond = check(&run(50.1), &[("deliveries", 50.0)]).unwrap_err();
        assert!(
            beyond
                .to_string()
                .contains("deliveries is 50.10, above 50.00")
        );
    }
}
