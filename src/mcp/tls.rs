//! TLS on the way to servers, set up once: to read the certificates of the system takes longer than a visit to a quick server.

use reqwest::Url;
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::sync::{Arc, LazyLock};

/// Whom the system trusts.
static SYSTEM: LazyLock<Result<ClientConfig, rustls::Error>> = LazyLock::new(|| config(true));

/// For what is not encrypted: there a machine without certificates must do.
static NOBODY: LazyLock<Result<ClientConfig, rustls::Error>> = LazyLock::new(|| config(false));

/// How a server at this address is made sure of.
pub(super) fn for_url(url: &Url) -> Result<ClientConfig, rustls::Error> {
    let config = if url.scheme() == "http" { &NOBODY } else { &SYSTEM };
    (*config).clone()
}

fn config(trusts_system: bool) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions()?;
    let builder = match trusts_system {
        true => builder.with_platform_verifier()?,
        false => builder.with_root_certificates(RootCertStore::empty()),
    };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
