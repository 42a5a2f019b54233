//! Reading the values of settings, and saying what is wrong with them.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;

/// A number of a type.
pub(super) fn number<T: FromStr>(text: &str, range: &str) -> Result<T, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("{text:?} is no number {range}."))
}

/// A number of a range.
pub(super) fn within(text: &str, min: u32, max: u32) -> Result<u32, String> {
    let range = format!("from {min} to {max}");
    number(text, &range)
        .ok()
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(|| format!("{text:?} is no number {range}."))
}

/// An address with a port.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is no address with a port, such as 127.0.0.1:8400."))
}

/// A time of 1 to 600 seconds.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    within(text, 1, 600).map(|seconds| Duration::from_secs(seconds.into()))
}

/// Networks with commas between them; an address is a network of one.
pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let network = |part: &str| {
        let one = || part.parse::<IpAddr>().map(IpNet::from).ok();
        let fault =
            || format!("{part:?} is no address or network, such as 10.0.0.1 or 10.0.0.0/8.");
        part.parse().ok().or_else(one).ok_or_else(fault)
    };
    parts.map(network).collect()
}

/// What is `off` unless somebody sets it.
pub(super) fn unless_off<T>(
    text: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    (text != "off").then(|| read(text)).transpose()
}
