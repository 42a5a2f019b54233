//! The table of settings. A new one is a line here and a field of [`Config`].

use std::num::NonZeroU32;
use std::path::PathBuf;

use perch_domain::addin::Origin;
use perch_domain::limits::MESSAGES_PAGE_MAX;
use perch_live_nats::NatsUrl;
use perch_server::CertificateFiles;
use perch_store_postgres::PostgresUrl;
use serde_json::{Map, Value, json};
use tracing_subscriber::EnvFilter;
use url::Url;

use super::Config;
use super::values::{address, networks, number, seconds, unless_off, within};
use crate::logging::LogFormat;

/// A setting.
pub(crate) struct Key {
    /// Its section and name in the file.
    pub(crate) name: &'static str,
    /// What it is, with its unit and range.
    pub(crate) help: &'static str,
    /// Its value when nobody sets it.
    pub(crate) default: &'static str,
    /// Whether the file has a number rather than a text.
    pub(crate) number: bool,
    /// Takes a value into the configuration, or says what is wrong with it.
    pub(crate) set: fn(&mut Config, &str) -> Result<(), String>,
}

impl Key {
    /// `PERCH_SERVER_LISTEN`.
    pub(crate) fn variable(&self) -> String {
        format!("PERCH_{}", self.name.replace('.', "_").to_uppercase())
    }

    /// `server-listen`.
    pub(crate) fn flag(&self) -> String {
        self.name.replace(['.', '_'], "-")
    }

    /// A value as it may be shown: the address of a database, or of NATS, without its password.
    pub(crate) fn shown(text: &str) -> String {
        if text.starts_with("nats:") || text.starts_with("tls:") {
            return text
                .parse()
                .map_or_else(|_| "***".to_owned(), |url: NatsUrl| url.to_string());
        }
        if text.starts_with("postgres") {
            return text
                .parse()
                .map_or_else(|_| "***".to_owned(), |url: PostgresUrl| url.to_string());
        }
        text.to_owned()
    }
}

fn files(config: &mut Config) -> &mut CertificateFiles {
    config.tls.get_or_insert_with(|| CertificateFiles {
        certificate: PathBuf::new(),
        key: PathBuf::new(),
    })
}

/// Every setting, in the order in which `perch config check` prints them.
pub(crate) const KEYS: &[Key] = &[
    Key {
        name: "deployment.name",
        help: "Shown at the top of the client",
        default: "Perch",
        number: false,
        set: |config, text| {
            if text.trim().is_empty() || text.chars().count() > 64 {
                return Err("Give a name of 1 to 64 characters.".to_owned());
            }
            text.trim().clone_into(&mut config.deployment_name);
            Ok(())
        },
    },
    Key {
        name: "server.listen",
        help: "Address and port on which the server listens",
        default: "127.0.0.1:8400",
        number: false,
        set: |config, text| {
            config.listen = address(text)?;
            Ok(())
        },
    },
    Key {
        name: "server.public_url",
        help: "Where browsers reach the server; with https, cookies are Secure",
        default: "http://localhost:8400",
        number: false,
        set: |config, text| {
            config.public_origin = Origin::parse(text).map_err(|_| {
                format!("{text:?} is no http or https address, such as https://chat.contoso.com.")
            })?;
            Ok(())
        },
    },
    Key {
        name: "server.proxies",
        help: "Proxies whose X-Forwarded-For is believed: addresses or networks, with commas between them",
        default: "",
        number: false,
        set: |config, text| {
            config.http.proxies = networks(text)?;
            Ok(())
        },
    },
    Key {
        name: "server.requests_per_second",
        help: "Requests a second that one person, or one address without a person, may make over time",
        default: "100",
        number: true,
        set: |config, text| {
            config.http.requests_per_second = number::<NonZeroU32>(text, "from 1")?;
            Ok(())
        },
    },
    Key {
        name: "server.requests_burst",
        help: "Requests that one person, or one address without a person, may make at once",
        default: "1000",
        number: true,
        set: |config, text| {
            config.http.requests_burst = number::<NonZeroU32>(text, "from 1")?;
            Ok(())
        },
    },
    Key {
        name: "server.head_seconds",
        help: "Seconds that a client may take for the head of a request, the wait for it included, 1 to 600",
        default: "30",
        number: true,
        set: |config, text| {
            config.http.head = seconds(text)?;
            Ok(())
        },
    },
    Key {
        name: "server.body_seconds",
        help: "Seconds that a client may take for the body of a request, 1 to 600",
        default: "60",
        number: true,
        set: |config, text| {
            config.http.body = seconds(text)?;
            Ok(())
        },
    },
    Key {
        name: "tls.certificate",
        help: "File of the certificate and those that signed it, PEM; none: plain HTTP, behind a proxy",
        default: "",
        number: false,
        set: |config, text| {
            if !text.is_empty() {
                files(config).certificate = text.into();
            }
            Ok(())
        },
    },
    Key {
        name: "tls.key",
        help: "File of the certificate's private key, PEM",
        default: "",
        number: false,
        set: |config, text| {
            if !text.is_empty() {
                files(config).key = text.into();
            }
            Ok(())
        },
    },
    Key {
        name: "storage.folder",
        help: "Folder of the embedded databases",
        default: "perch-data",
        number: false,
        set: |config, text| {
            if text.is_empty() {
                return Err("Give a folder.".to_owned());
            }
            config.folder = text.into();
            Ok(())
        },
    },
    Key {
        name: "storage.bytes_max",
        help: "Bytes at which a database file counts as full; 0: when the disk is",
        default: "0",
        number: true,
        set: |config, text| {
            config.bytes_max = Some(number(text, "of bytes")?).filter(|bytes| *bytes > 0);
            Ok(())
        },
    },
    Key {
        name: "storage.url",
        help: "PostgreSQL database that keeps the deployment, such as postgres://perch@db.contoso.com/perch; embedded: the folder does",
        default: "embedded",
        number: false,
        set: |config, text| {
            config.database = (text != "embedded").then(|| text.parse()).transpose()?;
            Ok(())
        },
    },
    Key {
        name: "storage.connections",
        help: "Connections to the PostgreSQL database at once, 2 to 1000",
        default: "16",
        number: true,
        set: |config, text| {
            config.connections = within(text, 2, 1_000)?;
            Ok(())
        },
    },
    Key {
        name: "bus.url",
        help: "NATS servers that connect the nodes, such as tls://perch:password@nats.contoso.com, several with commas between them; none: this is the only node",
        default: "none",
        number: false,
        set: |config, text| {
            config.bus = (text != "none").then(|| text.parse()).transpose()?;
            Ok(())
        },
    },
    Key {
        name: "bus.subject",
        help: "The subject on NATS of this deployment; another deployment needs another one",
        default: "perch",
        number: false,
        set: |config, text| {
            if text.is_empty() || text.contains(['*', '>', ' ']) {
                return Err("Give words with dots between them, such as perch.contoso.".to_owned());
            }
            text.clone_into(&mut config.bus_subject);
            Ok(())
        },
    },
    Key {
        name: "bus.authorities",
        help: "File of the authorities whose NATS servers are believed, PEM; none: those of the system",
        default: "",
        number: false,
        set: |config, text| {
            config.bus_authorities = (!text.is_empty()).then(|| text.into());
            Ok(())
        },
    },
    Key {
        name: "node.name",
        help: "The name of this node, unique in the deployment; none: the machine's name",
        default: "",
        number: false,
        set: |config, text| {
            config.node_name = if text.is_empty() {
                gethostname::gethostname().to_string_lossy().into_owned()
            } else {
                text.to_owned()
            };
            Ok(())
        },
    },
    Key {
        name: "live.default_chat_history",
        help: "Messages sent when a room is joined, 1 to 500",
        default: "30",
        number: true,
        set: |config, text| {
            config.default_chat_history = within(text, 1, MESSAGES_PAGE_MAX)?;
            Ok(())
        },
    },
    Key {
        name: "live.frames_per_second",
        help: "Frames a second that one connection may send over time",
        default: "50",
        number: true,
        set: |config, text| {
            config.limits.frames_per_second = number::<NonZeroU32>(text, "from 1")?;
            Ok(())
        },
    },
    Key {
        name: "live.frames_burst",
        help: "Frames that one connection may send at once",
        default: "200",
        number: true,
        set: |config, text| {
            config.limits.frames_burst = number::<NonZeroU32>(text, "from 1")?;
            Ok(())
        },
    },
    Key {
        name: "addins.check_hours",
        help: "Hours between two looks at each add-in's page, 1 to 720; 0: only when somebody asks",
        default: "24",
        number: true,
        set: |config, text| {
            config.addin_check_hours = within(text, 0, 720)?;
            Ok(())
        },
    },
    Key {
        name: "addins.proxy_host",
        help: "Host below which proxied pages of add-ins are, such as addins.bank.example, with a certificate for *.addins.bank.example; off: no proxy",
        default: "off",
        number: false,
        set: |config, text| {
            config.addin_proxy = unless_off(text, |text| Ok(text.to_owned()))?;
            Ok(())
        },
    },
    Key {
        name: "session.days",
        help: "Days that a browser's session lasts, 1 to 365",
        default: "14",
        number: true,
        set: |config, text| {
            config.session_days = within(text, 1, 365)?;
            Ok(())
        },
    },
    Key {
        name: "log.filter",
        help: "What is logged: error, warn, info, debug, or directives such as info,perch_live=debug",
        default: "info",
        number: false,
        set: |config, text| {
            EnvFilter::try_new(text).map_err(|cause| format!("{text:?} is no filter: {cause}."))?;
            text.clone_into(&mut config.log_filter);
            Ok(())
        },
    },
    Key {
        name: "log.format",
        help: "text, or json: one object a line",
        default: "text",
        number: false,
        set: |config, text| {
            config.log_format = match text {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err(format!("{text:?} is neither text nor json.")),
            };
            Ok(())
        },
    },
    Key {
        name: "trace.otlp_url",
        help: "Collector to which traces go by OTLP over HTTP, such as http://127.0.0.1:4318; off: nowhere",
        default: "off",
        number: false,
        set: |config, text| {
            config.trace_collector = unless_off(text, |text| {
                let url = text.parse::<Url>().ok();
                url.filter(|url| matches!(url.scheme(), "http" | "https"))
                    .ok_or_else(|| format!("{text:?} is no http or https address."))
            })?;
            Ok(())
        },
    },
    Key {
        name: "trace.percent",
        help: "How many of a hundred traces are kept, 1 to 100",
        default: "100",
        number: true,
        set: |config, text| {
            config.trace_percent = within(text, 1, 100)?;
            Ok(())
        },
    },
    Key {
        name: "metrics.listen",
        help: "Address and port at which Prometheus finds /metrics; off: nowhere",
        default: "off",
        number: false,
        set: |config, text| {
            config.metrics_listen = unless_off(text, address)?;
            Ok(())
        },
    },
];

/// The JSON Schema of the file, kept as `api/config.schema.json`.
pub(crate) fn schema() -> String {
    let mut sections = Map::new();
    for key in KEYS {
        let (section, name) = key.name.split_once('.').unwrap_or(("", key.name));
        let default = if key.number {
            key.default.parse::<u64>().map_or(Value::Null, Value::from)
        } else {
            Value::from(key.default)
        };
        let kind = if key.number { "integer" } else { "string" };
        let entry = sections.entry(section).or_insert_with(
            || json!({ "type": "object", "additionalProperties": false, "properties": {} }),
        );
        if let Some(properties) = entry.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert(
                name.to_owned(),
                json!({ "type": kind, "description": format!("{}.", key.help), "default": default }),
            );
        }
    }
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of perch",
        "type": "object",
        "additionalProperties": false,
        "properties": sections,
    });
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_in_the_repository_is_up_to_date() {
        let kept = include_str!("../../../../api/config.schema.json");
        assert_eq!(
            schema(),
            kept,
            "write it with `cargo run -- config schema > api/config.schema.json`"
        );
    }

    #[test]
    fn every_setting_is_in_the_guide() {
        let guide = include_str!("../../../../docs/guide/install.md");
        for key in KEYS {
            let (section, name) = key.name.split_once('.').unwrap();
            let default = match key.default {
                "" => "none".to_owned(),
                default => format!("`{default}`"),
            };
            let (flag, variable) = (key.flag(), key.variable());
            let row = format!("| `[{section}] {name}` | `--{flag}` | `{variable}` | {default} |");
            assert!(guide.contains(&row), "docs/guide/install.md lacks {row}");
        }
    }

    #[test]
    fn every_default_is_right() {
        let mut config = Config::unset().unwrap();
        for key in KEYS {
            (key.set)(&mut config, key.default).unwrap();
        }
    }
}
