//! The backup file: one zstd stream of JSON lines, which can be read without this program.
//!
//! First comes [`About`]; then each section: a line that names it, its rows (arrays), a line with its seal. The last line
//! has the number of sections and the SHA-256 of all that came before: what was torn off or altered is found out.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use perch_domain::pool::PoolFqdn;
use perch_domain::{RoomId, Timestamp};
use perch_store::snapshot::{Part, Row, hex, tables};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::moment::ROWS_AT_ONCE;
use crate::section::Sealer;
use crate::{Error, Seal, Section, Sink, Source};

/// The version of the format.
const FORMAT: u32 = 1;
/// zstd's own default: more takes time and saves little.
const LEVEL: i32 = 3;
/// Bytes after which the end of a section ends a block of zstd, too: damage makes a block unreadable, and no more.
const BLOCK_BYTES: usize = 32 * 1_024;
/// The longest line that is read: many times the longest row there can be.
const LINE_BYTES_MAX: u64 = 16 * 1_024 * 1_024;

/// What a backup says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct About {
    /// The version of the format.
    perch_backup: u32,
    /// The version of the program that made it.
    program: String,
    /// What tells its deployment from others.
    pub deployment: Uuid,
    /// When it was taken, in UTC.
    pub taken_at: String,
    /// Its pools.
    pub pools: Vec<String>,
    /// The rows of each table, over all pools.
    pub rows: BTreeMap<String, u64>,
}

impl About {
    pub(crate) fn new(
        deployment: Uuid,
        taken_at: Timestamp,
        pools: &[PoolFqdn],
        rows: BTreeMap<String, u64>,
    ) -> Self {
        let taken_at = jiff::Timestamp::from_microsecond(taken_at.as_micros());
        Self {
            perch_backup: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            deployment,
            taken_at: taken_at.unwrap_or_default().to_string(),
            pools: pools.iter().map(ToString::to_string).collect(),
            rows,
        }
    }

    /// How many rows a table has.
    #[must_use]
    pub fn rows_of(&self, table: &str) -> u64 {
        self.rows.get(table).copied().unwrap_or_default()
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows_in_all(&self) -> u64 {
        self.rows.values().sum()
    }
}

/// The line that begins a section.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    section: String,
    pool: Option<String>,
    room: Option<Uuid>,
    columns: Vec<String>,
}

/// The line that ends a section.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    rows: u64,
    sha256: String,
}

/// The line that ends the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Last {
    sections: u64,
    sha256_of_all: String,
}

/// A backup that is being written. It has its name once it is whole and on the disk.
pub struct BackupWriter {
    path: PathBuf,
    partial: PathBuf,
    stream: zstd::Encoder<'static, BufWriter<File>>,
    digest: Sha256,
    sections: u64,
    /// Bytes since the last block was ended.
    block_bytes: usize,
}

impl BackupWriter {
    /// Begins a file that does not exist yet, which nobody else can read.
    ///
    /// # Errors
    /// When it exists or cannot be written.
    pub fn create(path: &Path, about: &About) -> Result<Self, Error> {
        let failed = |cause| Error::File {
            path: path.to_owned(),
            cause,
        };
        if path.exists() {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(&partial).map_err(failed)?;
        let mut stream = zstd::Encoder::new(BufWriter::new(file), LEVEL).map_err(failed)?;
        stream.include_checksum(true).map_err(failed)?;
        let mut writer = Self {
            path: path.to_owned(),
            partial,
            stream,
            digest: Sha256::new(),
            sections: 0,
            block_bytes: 0,
        };
        writer.record(about)?;
        writer.end_block()?;
        Ok(writer)
    }

    fn failed(&self) -> impl FnOnce(io::Error) -> Error + use<> {
        let path = self.path.clone();
        |cause| Error::File { path, cause }
    }

    fn end_block(&mut self) -> Result<(), Error> {
        self.block_bytes = 0;
        let failed = self.failed();
        self.stream.flush().map_err(failed)
    }

    fn line(&mut self, line: &str) -> Result<(), Error> {
        let failed = self.failed();
        self.block_bytes += line.len();
        self.digest.update(line);
        self.digest.update("\n");
        let written = self.stream.write_all(line.as_bytes());
        written
            .and_then(|()| self.stream.write_all(b"\n"))
            .map_err(failed)
    }

    fn record(&mut self, record: &impl Serialize) -> Result<(), Error> {
        let line = serde_json::to_string(record).map_err(|cause| self.failed()(cause.into()))?;
        self.line(&line)
    }

    /// Ends the file, waits for the disk, and gives it its name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<(), Error> {
        let failed = self.failed();
        let last = Last {
            sections: self.sections,
            sha256_of_all: hex(&self.digest.clone().finalize()),
        };
        self.record(&last)?;
        let end = || -> io::Result<()> {
            let file = self.stream.finish()?.into_inner()?;
            file.sync_all()?;
            fs::rename(&self.partial, &self.path)?;
            let folder = self.path.parent().filter(|path| *path != Path::new(""));
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        end().map_err(failed)
    }
}

#[async_trait]
impl Sink for BackupWriter {
    async fn begin(&mut self, section: &Section) -> Result<(), Error> {
        self.sections += 1;
        self.record(&Begin {
            section: section.table.name.to_owned(),
            pool: match &section.part {
                Part::Pool(fqdn) => Some(fqdn.to_string()),
                Part::Deployment => None,
            },
            room: section.room.map(|room| room.0),
            columns: section
                .columns
                .iter()
                .map(|column| column.name.to_owned())
                .collect(),
        })
    }

    async fn rows(&mut self, _section: &Section, rows: &[Row]) -> Result<(), Error> {
        rows.iter().try_for_each(|row| self.line(row))
    }

    async fn end(&mut self, _section: &Section, seal: &Seal) -> Result<(), Error> {
        self.record(&End {
            rows: seal.rows,
            sha256: hex(&seal.sha256),
        })?;
        if self.block_bytes < BLOCK_BYTES {
            return Ok(());
        }
        self.end_block()
    }
}

/// A backup file.
pub struct Backup {
    path: PathBuf,
    about: About,
}

impl Backup {
    /// Opens a file and reads what it says of itself.
    ///
    /// # Errors
    /// When it cannot be read, is no backup, or was made by a later version.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut lines = Lines::open(path)?;
        let first = lines.next().map_err(|_| Error::NoBackup)?;
        let about: About = serde_json::from_str(&first).map_err(|_| Error::NoBackup)?;
        if about.perch_backup != FORMAT {
            return Err(Error::Later(about.program));
        }
        Ok(Self {
            path: path.to_owned(),
            about,
        })
    }

    /// What it says of itself.
    #[must_use]
    pub const fn about(&self) -> &About {
        &self.about
    }

    fn section(&self, begin: &Begin, lines: &Lines) -> Result<Section, Error> {
        let part = match &begin.pool {
            Some(fqdn) => Part::Pool(PoolFqdn::stored(fqdn.clone())),
            None => Part::Deployment,
        };
        let later = || match self.about.program.as_str() {
            env!("CARGO_PKG_VERSION") => lines.damaged("there is a table or column that is none"),
            program => Error::Later(program.to_owned()),
        };
        let mut known = tables(&part).iter();
        let table = known
            .find(|table| table.name == begin.section)
            .ok_or_else(later)?;
        let column = |name: &String| table.columns.iter().find(|column| column.name == *name);
        let columns = begin.columns.iter().map(column);
        Ok(Section {
            part,
            table,
            room: begin.room.map(RoomId),
            columns: columns.collect::<Option<_>>().ok_or_else(later)?,
        })
    }
}

#[async_trait]
impl Source for Backup {
    async fn stream(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let mut lines = Lines::open(&self.path)?;
        lines.next()?;
        "what follows its first line".clone_into(&mut lines.at);
        let mut sections = 0;
        loop {
            let before = hex(&lines.digest.clone().finalize());
            let line = lines.next()?;
            if let Ok(last) = serde_json::from_str::<Last>(&line) {
                if last.sections != sections || last.sha256_of_all != before {
                    return Err(lines.damaged("sections are missing or were altered"));
                }
                return lines.end();
            }
            let begin: Begin = serde_json::from_str(&line)
                .map_err(|_| lines.damaged("there is a line that begins no section"))?;
            let section = self.section(&begin, &lines)?;
            lines.at = section.key().to_string();
            stream(&mut lines, &section, sink).await?;
            lines.at = format!("what follows {}", section.key());
            sections += 1;
        }
    }
}

async fn stream(lines: &mut Lines, section: &Section, sink: &mut dyn Sink) -> Result<(), Error> {
    sink.begin(section).await?;
    let mut sealer = Sealer::default();
    let mut rows = Vec::with_capacity(ROWS_AT_ONCE);
    let end = loop {
        let line = lines.next()?;
        if !line.starts_with('[') {
            break line;
        }
        sealer.add(&line);
        rows.push(line);
        if rows.len() == ROWS_AT_ONCE {
            sink.rows(section, &rows).await?;
            rows.clear();
        }
    };
    let end: End = serde_json::from_str(&end)
        .map_err(|_| lines.damaged("there is a line that is neither a row nor a seal"))?;
    let seal = sealer.seal();
    if end.rows != seal.rows {
        let fault = format!("it has {} rows instead of {}", seal.rows, end.rows);
        return Err(lines.damaged(&fault));
    }
    if end.sha256 != hex(&seal.sha256) {
        return Err(lines.damaged("its rows are not those that were written"));
    }
    sink.rows(section, &rows).await?;
    sink.end(section, &seal).await
}

/// The lines of a file.
struct Lines {
    path: PathBuf,
    stream: BufReader<zstd::Decoder<'static, BufReader<File>>>,
    digest: Sha256,
    /// Where we are, for whoever is told of damage.
    at: String,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, Error> {
        let failed = |cause| Error::File {
            path: path.to_owned(),
            cause,
        };
        let file = File::open(path).map_err(failed)?;
        let stream = zstd::Decoder::new(file).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            stream: BufReader::new(stream),
            digest: Sha256::new(),
            at: "its first line".to_owned(),
        })
    }

    fn damaged(&self, fault: &str) -> Error {
        Error::Damaged {
            at: self.at.clone(),
            fault: fault.to_owned(),
        }
    }

    fn next(&mut self) -> Result<String, Error> {
        let mut line = String::new();
        let read = (&mut self.stream).take(LINE_BYTES_MAX).read_line(&mut line);
        match read {
            Err(cause) if cause.raw_os_error().is_some() => Err(Error::File {
                path: self.path.clone(),
                cause,
            }),
            Err(cause) => Err(self.damaged(&cause.to_string())),
            Ok(_) if line.pop() != Some('\n') => Err(self.damaged("the file ends there")),
            Ok(_) => {
                self.digest.update(&line);
                self.digest.update("\n");
                Ok(line)
            }
        }
    }

    /// Nothing may follow, and what zstd checks at its end must be right.
    fn end(&mut self) -> Result<(), Error> {
        match self.stream.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.damaged("something follows its end")),
            Err(cause) => Err(self.damaged(&cause.to_string())),
        }
    }
}
