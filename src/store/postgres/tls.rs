//! TLS on the way to a database: how much of it an address asks for, in libpq's words.

use anyhow::{Context as _, bail};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::sync::Arc;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Whose certificate is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Anybody's: who listens learns nothing, but who answers may be anybody.
    Anybody,
    /// One for this host, from an authority the system trusts.
    System,
    /// One for this host, from an authority in this file.
    Authorities(String),
}

impl Trust {
    /// What `sslmode` and `sslrootcert` ask for.
    pub(super) fn of(mode: &str, roots: Option<String>) -> anyhow::Result<(SslMode, Self)> {
        let roots = roots.filter(|roots| roots != "system");
        Ok(match mode {
            "disable" => (SslMode::Disable, Self::Anybody),
            "prefer" => (SslMode::Prefer, Self::Anybody),
            "require" => (SslMode::Require, Self::Anybody),
            "verify-full" => (SslMode::Require, roots.map_or(Self::System, Self::Authorities)),
            _ => bail!("`sslmode` is `disable`, `prefer`, `require` or `verify-full`"),
        })
    }

    /// What makes the connections.
    pub(super) fn connector(&self) -> anyhow::Result<MakeRustlsConnect> {
        let provider = Arc::new(ring::default_provider());
        let algorithms = provider.signature_verification_algorithms;
        let builder =
            ClientConfig::builder_with_provider(Arc::<CryptoProvider>::clone(&provider)).with_safe_default_protocol_versions()?;
        let mut config = match self {
            Self::Anybody => {
                builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(algorithms))).with_no_client_auth()
            }
            Self::System => builder.with_platform_verifier()?.with_no_client_auth(),
            Self::Authorities(path) => {
                let unreadable = || format!("cannot read the certificates in `{path}` (`sslrootcert`)");
                let mut roots = RootCertStore::empty();
                for certificate in CertificateDer::pem_file_iter(path).with_context(unreadable)? {
                    roots.add(certificate.with_context(unreadable)?).with_context(unreadable)?;
                }
                builder.with_root_certificates(roots).with_no_client_auth()
            }
        };
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(MakeRustlsConnect::new(config))
    }
}

/// Takes every certificate of a server that has its key.
#[derive(Debug)]
struct AnyCertificate(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
