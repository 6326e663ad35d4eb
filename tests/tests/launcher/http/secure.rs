//! Encrypted servers, and headers that are secret.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::*;

/// An authority of this test's own, and a server's encryption that it vouches for.
fn authority() -> (String, berth_tests::http::Encryption) {
    let mut params = CertificateParams::new(Vec::new()).expect("names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("names");
    let own = own.signed_by(&key, &issuer).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![own.der().clone()],
            rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        )
        .expect("a certificate");
    (issuer.pem(), Arc::new(config))
}

#[test]
fn an_encrypted_server_is_one_that_the_system_trusts() {
    let (trusted, encryption) = authority();
    let mcp = Mcp::new();
    let server = Server::encrypted(encryption, move |exchange| mcp.answer(exchange));
    let person = Person::new();
    install(&person, &server.url("/mcp"));
    let file = person.home().join("authority.pem");
    std::fs::write(&file, trusted).expect("written");

    let mut session = person.start_with("server", &[("SSL_CERT_FILE", file.as_os_str())]);
    begin(&mut session);
    assert_eq!(text_of(&session.ask(&echo(1, "hidden"))), "hidden");
    drop(session);

    let seen = server.seen().len();
    let mut session = person.start("server");
    let answer = session.ask(&initialize());
    assert_eq!(
        answer["error"]["data"]["berth"]["code"],
        "server_unreachable"
    );
    let (status, errors) = session.wait();
    assert_eq!(status.code(), Some(12), "{errors}");
    assert_eq!(server.seen().len(), seen, "nothing was sent to it");
}

#[test]
fn an_address_that_is_not_encrypted_is_only_on_this_computer() {
    let person = Person::new();
    install(&person, "http://192.0.2.1/mcp");
    let (status, _, errors) = person.run("server");
    assert_eq!(status.code(), Some(12), "{errors}");
    assert!(errors.contains("neither encrypted"), "{errors}");
}
