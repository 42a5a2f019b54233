//! What operators install: the Debian package has what it should, the unit is one that systemd understands and keeps
//! shut, and the program tells systemd how it does.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{fs, str};

use crate::process::{deployment, perch, run};

/// How long the program may take to say something to systemd.
const SAID_MAX: Duration = Duration::from_secs(60);
/// `systemd-analyze security`: 0 is safest, 10 is bare.
const EXPOSURE_MAX: &str = "20";

fn packaging() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging")
}

fn said(command: &mut Command) -> String {
    let output = command
        .output()
        .expect("it can be run; on Debian: apt install dpkg systemd");
    let words = [output.stdout, output.stderr].concat();
    let words = String::from_utf8_lossy(&words).into_owned();
    assert!(output.status.success(), "{command:?}: {words}");
    words
}

#[test]
fn the_debian_package_has_program_unit_configuration_and_scripts() {
    let folder = tempfile::tempdir().unwrap();
    // Stands for the program, which would take a minute to be compressed.
    let program = folder.path().join("perch");
    fs::write(&program, "#!/bin/sh\necho perch 9.8.7\n").unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    let built = said(
        Command::new(packaging().join("build-deb"))
            .arg(&program)
            .arg(folder.path()),
    );
    let package = built.lines().find(|line| line.ends_with(".deb")).unwrap();
    let listed = said(Command::new("dpkg-deb").args(["--contents", package]));
    for (mode, file) in [
        ("-rwxr-xr-x root/root", "./usr/bin/perch"),
        ("-rw-r--r-- root/root", "./lib/systemd/system/perch.service"),
        ("-rw-r--r-- root/root", "./usr/lib/sysusers.d/perch.conf"),
        ("-rw-r----- root/root", "./etc/perch/perch.toml"),
        (
            "-rw-r--r-- root/root",
            "./usr/share/doc/perch/operations.md",
        ),
    ] {
        let found = listed
            .lines()
            .any(|line| line.starts_with(mode) && line.ends_with(file));
        assert!(found, "{mode} {file} is not in\n{listed}");
    }
    let control = said(Command::new("dpkg-deb").args(["--field", package]));
    assert!(control.contains("Package: perch"), "{control}");
    assert!(control.contains("Version: 9.8.7"), "{control}");
    let scripts = folder.path().join("control");
    said(
        Command::new("dpkg-deb")
            .args(["--control", package])
            .arg(&scripts),
    );
    for script in ["postinst", "prerm", "postrm"] {
        said(Command::new("sh").arg("-n").arg(scripts.join(script)));
    }
    assert_eq!(
        fs::read_to_string(scripts.join("conffiles")).unwrap(),
        "/etc/perch/perch.toml\n"
    );
}

#[test]
fn the_packaged_configuration_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let file = packaging().join("perch.toml");
    let given = ["config", "check", "--config", file.to_str().unwrap()];
    let output = run(folder.path(), &given);
    assert!(output.status.success(), "{output:?}");
    // What is commented out is right too.
    let text = fs::read_to_string(&file).unwrap();
    let whole: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.starts_with('[') || setting.contains(" = ") => setting,
            _ => line,
        })
        .map(|line| {
            format!(
                "{}\n",
                line.replace("http://localhost:8400", "https://localhost")
            )
        })
        .collect();
    fs::write(folder.path().join("whole.toml"), whole).unwrap();
    let output = run(
        folder.path(),
        &["config", "check", "--config", "whole.toml"],
    );
    assert!(output.status.success(), "{output:?}");
    let shown = str::from_utf8(&output.stdout).unwrap();
    assert!(shown.contains("/etc/perch/key.pem"), "{shown}");
}

#[test]
fn systemd_understands_the_unit_and_it_is_shut() {
    let folder = tempfile::tempdir().unwrap();
    let unit = fs::read_to_string(packaging().join("perch.service")).unwrap();
    assert!(unit.contains("/usr/bin/perch"));
    let unit = unit.replace("/usr/bin/perch", env!("CARGO_BIN_EXE_perch"));
    let file = folder.path().join("perch.service");
    fs::write(&file, unit).unwrap();
    let words = said(Command::new("systemd-analyze").arg("verify").arg(&file));
    assert!(!words.contains("perch.service"), "{words}");
    let threshold = format!("--threshold={EXPOSURE_MAX}");
    let security = ["security", "--offline=true", "--no-pager", &threshold];
    said(Command::new("systemd-analyze").args(security).arg(&file));
}

#[test]
fn systemd_is_told_when_the_server_is_ready_and_when_it_stops() {
    let folder = deployment();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(SAID_MAX)).unwrap();
    let heard = || {
        let mut words = [0; 256];
        let length = socket.recv(&mut words).unwrap();
        str::from_utf8(&words[..length]).unwrap().trim().to_owned()
    };
    let mut child = perch(folder.path(), &["serve", "--server-listen", "127.0.0.1:0"])
        .env("NOTIFY_SOCKET", &path)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    assert_eq!(heard(), "READY=1");
    said(Command::new("kill").arg(child.id().to_string()));
    assert_eq!(heard(), "STOPPING=1");
    assert!(child.wait().unwrap().success());
}
