//! `perch`: the one program. Here its parts are put together: configuration, store, use cases, server; and its command
//! line: `init`, `serve`, `demo`, `bench`, `backup`, `verify`, `restore`, `migrate-storage`, `config`, the management shell's subcommands, and the original's cmdlets under
//! their own names.

mod bench;
mod certificate;
mod config;
mod copy;
mod demo;
mod error;
mod hold;
mod init;
mod logging;
mod metrics;
mod say;
mod serve;
mod storage;
mod trace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::ConfigCommand;
use crate::error::Error;

/// Gives back what a storm of connections took, which the system's does not.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// A persistent chat server with the room add-in at its heart.
#[derive(Parser)]
#[command(
    name = "perch",
    version,
    after_help = "Cmdlets of the original run under their own names; `perch cmdlets` lists them.\n\n\
                  Look around:   perch demo\n\
                  For real:      perch init, then perch serve"
)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a deployment: its folder, its first administrator, its first pool.
    Init(init::InitCommand),
    /// Run the deployment until told to stop.
    Serve(serve::ServeCommand),
    /// Run a deployment to look around in, with people, rooms and add-ins.
    Demo(demo::DemoCommand),
    /// Measure this machine and this program: posting, fan-out, joining.
    Bench(bench::BenchCommand),
    /// Copy the deployment into a file, also while it is served.
    Backup(copy::backup::BackupCommand),
    /// Check a backup, alone or against the deployment, message by message.
    Verify(copy::verify::VerifyCommand),
    /// Make a deployment from a backup.
    Restore(copy::restore::RestoreCommand),
    /// Move the deployment from one kind of storage to another.
    MigrateStorage(copy::migrate::MigrateCommand),
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    #[command(flatten)]
    Shell(perch_shell::Command),
}

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(cause) => return error::report(&Error::Runtime(cause)),
    };
    runtime.block_on(Box::pin(run()))
}

async fn run() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(exit) = perch_shell::run_cmdlet(&arguments).await {
        return exit;
    }
    let outcome = match Program::parse().command {
        Command::Init(command) => init::run(command).await,
        Command::Serve(command) => serve::run(command).await,
        Command::Demo(command) => demo::run(command).await,
        Command::Bench(command) => bench::run(command).await,
        Command::Backup(command) => copy::backup::run(command).await,
        Command::Verify(command) => copy::verify::run(command).await,
        Command::Restore(command) => copy::restore::run(command).await,
        Command::MigrateStorage(command) => copy::migrate::run(command).await,
        Command::Config(command) => config::run(&command),
        Command::Shell(command) => return perch_shell::run(command).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error::report(&error),
    }
}
