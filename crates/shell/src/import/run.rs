//! Sends what a log contains in batches, and counts. A log is read line by line and never held as a whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use perch_wire::import::{Import, Imported, ImportedMessage};
use serde_json::json;
use uuid::Uuid;

use super::ImportCommand;
use super::irc::{Log, Passed, date_in};
use crate::client::Client;
use crate::error::Error;
use crate::identity::Identity;
use crate::operation::{Context, find_room};
use crate::record::Record;
use crate::shell::Shell;

/// Messages that the server takes at a time.
const BATCH_MESSAGES: usize = 1_000;
/// Bytes of text in one batch, far below what the server reads of a request.
const BATCH_BYTES: usize = 512 * 1_024;
/// Bytes of a line; IRC allows 512.
const LINE_BYTES: u64 = 64 * 1_024;

/// A log to read, and the day of its first line.
struct Source {
    path: PathBuf,
    day: Date,
    bytes: u64,
}

/// What was read and done.
#[derive(Default)]
struct Counts {
    lines: u64,
    messages: u64,
    imported: Imported,
    passed: BTreeMap<Passed, u64>,
}

/// Messages on their way to a room.
struct Batch<'a> {
    client: &'a Client,
    room: Uuid,
    messages: Vec<ImportedMessage>,
    bytes: usize,
}

pub(crate) async fn run(shell: &mut Shell, command: ImportCommand) -> Result<(), Error> {
    let ImportCommand::Irc {
        files,
        room,
        time_zone,
        date,
    } = command;
    // Everything that can be wrong with the line is found before anything is sent.
    let zone = TimeZone::get(&time_zone).map_err(|_| {
        Error::Usage(format!("{time_zone} is not a known time zone. Write it as Europe/London; the package tzdata has the list."))
    })?;
    let sources = sources(files, date.as_deref())?;
    let identity = Identity::parse(&room)?;
    let client = shell.client()?;
    let room = find(shell, &client, &identity).await?;
    let total = sources.iter().map(|source| source.bytes).sum();
    let progress = if shell.output.terminal().shows {
        ProgressBar::new(total)
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) =
        ProgressStyle::with_template("{bar:40} {percent:>3} %  {bytes_per_sec}  {msg}")
    {
        progress.set_style(style);
    }
    let mut counts = Counts::default();
    let mut batch = Batch {
        client: &client,
        room,
        messages: Vec::new(),
        bytes: 0,
    };
    for source in &sources {
        let result = Box::pin(load(source, &zone, &mut batch, &mut counts, &progress)).await;
        if result.is_err() {
            progress.finish_and_clear();
            shell.output.object(&counts.record());
        }
        result?;
    }
    progress.finish_and_clear();
    shell.output.object(&counts.record());
    Ok(())
}

async fn find(shell: &mut Shell, client: &Client, identity: &Identity) -> Result<Uuid, Error> {
    let mut context = Context::new(client, &mut shell.output);
    let pool = match &identity.pool {
        Some(pool) => pool.clone(),
        None => {
            context
                .only_pool("Write the room as 'pool.fqdn\\name'.")
                .await?
        }
    };
    Ok(find_room(&mut context, &pool, identity)
        .await?
        .properties
        .id)
}

fn sources(files: Vec<PathBuf>, date: Option<&str>) -> Result<Vec<Source>, Error> {
    let given =
        match date {
            Some(text) => Some(Date::strptime("%Y-%m-%d", text).map_err(|_| {
                Error::Usage(format!("{text} is not a date. Write it as 2004-11-15."))
            })?),
            None => None,
        };
    let source = |path: PathBuf| {
        let metadata = File::open(&path).and_then(|file| file.metadata());
        let bytes = metadata
            .map_err(|cause| Error::File {
                path: path.clone(),
                cause,
            })?
            .len();
        let day = given.or_else(|| date_in(&name(&path))).ok_or_else(|| {
            Error::Usage(format!(
                "The name of {} contains no date. Give the day of its first line with --date 2004-11-15.",
                path.display()
            ))
        })?;
        Ok(Source { path, day, bytes })
    };
    files.into_iter().map(source).collect()
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

async fn load(
    source: &Source,
    zone: &TimeZone,
    batch: &mut Batch<'_>,
    counts: &mut Counts,
    progress: &ProgressBar,
) -> Result<(), Error> {
    let unreadable = |cause| Error::File {
        path: source.path.clone(),
        cause,
    };
    let mut log = Log::new(name(&source.path), batch.room, source.day, zone.clone());
    let mut reader = BufReader::new(File::open(&source.path).map_err(unreadable)?);
    let mut line = Vec::new();
    progress.set_message(name(&source.path));
    while let Some(read) = read_line(&mut reader, &mut line).map_err(unreadable)? {
        counts.lines += 1;
        progress.inc(read.bytes);
        let result = if read.whole {
            log.feed(&line)
        } else {
            Err(log.skip())
        };
        match result {
            Err(kind) => *counts.passed.entry(kind).or_default() += 1,
            Ok(messages) => {
                for message in messages {
                    counts.messages += 1;
                    batch.push(message, counts).await?;
                }
            }
        }
    }
    batch.send(counts).await
}

impl Batch<'_> {
    async fn push(&mut self, message: ImportedMessage, counts: &mut Counts) -> Result<(), Error> {
        self.bytes += message.text.len();
        self.messages.push(message);
        if self.messages.len() >= BATCH_MESSAGES || self.bytes >= BATCH_BYTES {
            self.send(counts).await?;
        }
        Ok(())
    }

    async fn send(&mut self, counts: &mut Counts) -> Result<(), Error> {
        if self.messages.is_empty() {
            return Ok(());
        }
        let import = Import {
            messages: std::mem::take(&mut self.messages),
        };
        self.bytes = 0;
        let done = self.client.import(self.room, &import).await?;
        counts.imported.added += done.added;
        counts.imported.present += done.present;
        Ok(())
    }
}

impl Counts {
    fn record(&self) -> Record {
        let mut properties = vec![
            ("Lines", json!(self.lines)),
            ("Messages", json!(self.messages)),
            ("Added", json!(self.imported.added)),
            ("AlreadyThere", json!(self.imported.present)),
            ("PassedOver", json!(self.passed.values().sum::<u64>())),
        ];
        properties.extend(
            self.passed
                .iter()
                .map(|(kind, count)| (kind.as_str(), json!(count))),
        );
        Record::new(properties)
    }
}

/// What was read of a line.
struct LineRead {
    bytes: u64,
    /// Not longer than a line may be.
    whole: bool,
}

/// The next line into `line`. Of one that is too long only the beginning; the rest is passed over.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<LineRead>> {
    line.clear();
    let mut bytes = reader.by_ref().take(LINE_BYTES).read_until(b'\n', line)? as u64;
    if bytes == 0 {
        return Ok(None);
    }
    let mut ended = line.last() == Some(&b'\n') || bytes < LINE_BYTES;
    let whole = ended;
    while !ended {
        let buffer = reader.fill_buf()?;
        let newline = buffer.iter().position(|byte| *byte == b'\n');
        let used = newline.map_or(buffer.len(), |at| at + 1);
        ended = newline.is_some() || buffer.is_empty();
        reader.consume(used);
        bytes += used as u64;
    }
    Ok(Some(LineRead { bytes, whole }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_whole_up_to_their_limit() {
        let long = usize::try_from(LINE_BYTES).unwrap() * 3;
        let text = format!("one\n{}\nthree", "x".repeat(long));
        let mut reader = BufReader::new(text.as_bytes());
        let (mut line, mut lines, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(read) = read_line(&mut reader, &mut line).unwrap() {
            bytes += read.bytes;
            lines.push(read.whole.then(|| String::from_utf8(line.clone()).unwrap()));
            assert!(line.len() as u64 <= LINE_BYTES);
        }
        assert_eq!(
            lines,
            [Some("one\n".to_owned()), None, Some("three".to_owned())]
        );
        assert_eq!(bytes, text.len() as u64);
    }

    #[test]
    fn a_file_without_a_date_needs_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ubuntu.log");
        std::fs::write(&path, "").unwrap();
        assert!(
            sources(vec![path.clone()], None)
                .err()
                .unwrap()
                .to_string()
                .contains("--date")
        );
        assert_eq!(
            sources(vec![path], Some("2004-11-15")).unwrap()[0].day,
            jiff::civil::date(2004, 11, 15)
        );
        assert!(matches!(
            sources(vec!["/nowhere".into()], None),
            Err(Error::File { .. })
        ));
    }
}
