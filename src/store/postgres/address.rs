//! Addresses of databases: `postgres://USER@HOST:PORT/DATABASE?OPTIONS`, read as libpq reads them, and shown without secrets.

use super::tls::Trust;
use anyhow::{Context as _, anyhow, bail};
use percent_encoding::percent_decode_str;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Where Debian's PostgreSQL listens on the machine it runs on.
#[cfg(unix)]
const HERE: &str = "/var/run/postgresql";
#[cfg(not(unix))]
const HERE: &str = "localhost";

/// How long an address that does not answer is waited for.
const CONNECT: Duration = Duration::from_secs(10);

/// After how long a connection whose other end says nothing is lost.
const SILENCE: Duration = Duration::from_secs(30);

/// A database, and how it is reached.
pub(in crate::store) struct Address {
    pub(super) config: Config,
    pub(super) trust: Trust,
    shown: String,
}

impl Address {
    /// Reads an address. What it leaves out comes from the environment, as for `psql`.
    ///
    /// # Errors
    /// Where it is none; the message holds nothing of it but the name of an option, as any part may be a secret.
    pub(in crate::store) fn parse(text: &str) -> anyhow::Result<Self> {
        let (scheme, rest) = text.split_once("://").unwrap_or((text, ""));
        if !matches!(scheme, "postgres" | "postgresql") {
            bail!("a catalogue is a file, or a database at `postgres://USER@HOST/DATABASE`; nothing else is known here");
        }
        // Before the address is taken apart: an `@` or `/` in a password would make something else of it.
        if rest.rsplit_once('@').is_some_and(|(user, _)| user.contains(['@', '/', '?', '#'])) {
            bail!(
                "in an address write `@` as `%40`, `/` as `%2F`, `?` as `%3F` and `#` as `%23` where they are part of a password or a name"
            );
        }
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        // These two are said in other words than the client's.
        let (mut mode, mut roots) = (variable("PGSSLMODE"), variable("PGSSLROOTCERT"));
        let mut others = Vec::new();
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value.to_owned()),
                Some(("sslrootcert", value)) => {
                    roots = Some(percent_decode_str(value).decode_utf8().context("`sslrootcert` names no path")?.into_owned());
                }
                _ => others.push(option),
            }
        }
        let address = format!("postgres://{place}?{}", others.join("&"));
        let mut config: Config = address.parse().map_err(|error: tokio_postgres::Error| {
            let why = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            anyhow!("the address cannot be read ({why}): write `postgres://USER@HOST:PORT/DATABASE`")
        })?;
        complete(&mut config)?;
        let (mode, trust) = Trust::of(mode.as_deref().unwrap_or("prefer"), roots)?;
        config.ssl_mode(mode);
        let shown = shown(&config);
        Ok(Self { config, trust, shown })
    }

    /// The address as it may be shown.
    pub(in crate::store) fn shown(&self) -> &str {
        &self.shown
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Fills in what the address leaves out.
fn complete(config: &mut Config) -> anyhow::Result<()> {
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        config.host(variable("PGHOST").unwrap_or_else(|| HERE.to_owned()));
    }
    if config.get_ports().is_empty()
        && let Some(port) = variable("PGPORT")
    {
        config.port(port.parse().map_err(|_| anyhow!("PGPORT is no port: set a number, or none"))?);
    }
    if config.get_user().is_none()
        && let Some(user) = variable("PGUSER")
    {
        config.user(user);
    }
    if config.get_dbname().is_none()
        && let Some(database) = variable("PGDATABASE")
    {
        config.dbname(database);
    }
    if config.get_password().is_none()
        && let Some(password) = variable("PGPASSWORD")
    {
        config.password(password);
    }
    if config.get_application_name().is_none() {
        config.application_name("toolgrade");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    config.keepalives_idle(config.get_keepalives_idle().min(SILENCE));
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(SILENCE / 3);
    }
    Ok(())
}

/// Hosts and database; the rest is nobody's business.
fn shown(config: &Config) -> String {
    let mut hosts = Vec::new();
    for (number, host) in config.get_hosts().iter().enumerate() {
        let name = match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        };
        let port = config.get_ports().get(number).or(config.get_ports().first()).filter(|port| **port != 5432);
        hosts.push(port.map_or_else(|| name.clone(), |port| format!("{name}:{port}")));
    }
    format!("postgres://{}/{}", hosts.join(","), config.get_dbname().unwrap_or_default())
}
