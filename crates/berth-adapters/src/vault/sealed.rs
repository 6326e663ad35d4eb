//! Authenticated encryption, for what is kept in a file: XChaCha20-Poly1305 with a random nonce
//! in front.

use berth_core::error::{Error, Result};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// Length of a key in bytes.
pub const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 24;

/// A key; its memory is wiped.
pub type SealKey = Zeroizing<[u8; KEY_LENGTH]>;

/// A new random key.
pub fn new_key() -> Result<SealKey> {
    let mut key = SealKey::default();
    fill_random(key.as_mut())?;
    Ok(key)
}

/// Random bytes from the operating system.
pub fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes)
        .map_err(|error| Error::internal("the system gives no random numbers").caused_by(&error))
}

/// Encrypts. `about` is not encrypted but has to be the same on opening: what the bytes belong to.
pub fn seal(key: &SealKey, about: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE_LENGTH];
    fill_random(&mut nonce)?;
    let sealed = cipher(key)
        .encrypt(
            &XNonce::from(nonce),
            Payload {
                msg: plain,
                aad: about,
            },
        )
        .map_err(|_| Error::internal("a value is too long to be encrypted"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Decrypts; `None` where the key is not the one, or a byte was changed.
pub fn open(key: &SealKey, about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LENGTH>()?;
    cipher(key)
        .decrypt(
            &XNonce::from(*nonce),
            Payload {
                msg: sealed,
                aad: about,
            },
        )
        .ok()
        .map(Zeroizing::new)
}

/// Seals the parts of something long, one after the other: each has a nonce of its own, made of a
/// random beginning and its number, so that none can be left out, doubled or moved.
pub struct Parts {
    key: SealKey,
    nonce: [u8; NONCE_LENGTH],
    about: Vec<u8>,
    number: u64,
}

/// Length of the random beginning of the nonces.
pub const PARTS_NONCE: usize = NONCE_LENGTH - 8;

/// What sealing adds to a part.
pub const TAG_LENGTH: usize = 16;

impl Parts {
    /// From the first part on. A beginning is used once with a key.
    pub fn new(key: SealKey, beginning: [u8; PARTS_NONCE], about: Vec<u8>) -> Self {
        let mut nonce = [0; NONCE_LENGTH];
        nonce[..PARTS_NONCE].copy_from_slice(&beginning);
        Self {
            key,
            nonce,
            about,
            number: 0,
        }
    }

    fn next(&mut self) -> XNonce {
        self.nonce[PARTS_NONCE..].copy_from_slice(&self.number.to_be_bytes());
        self.number += 1;
        XNonce::from(self.nonce)
    }

    /// Encrypts the next part.
    pub fn seal(&mut self, plain: &[u8]) -> Result<Vec<u8>> {
        let nonce = self.next();
        let payload = Payload {
            msg: plain,
            aad: &self.about,
        };
        cipher(&self.key)
            .encrypt(&nonce, payload)
            .map_err(|_| Error::internal("a part is too long to be encrypted"))
    }

    /// Decrypts the next part; `None` where it is not the one that was sealed then.
    pub fn open(&mut self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let nonce = self.next();
        let payload = Payload {
            msg: sealed,
            aad: &self.about,
        };
        let plain = cipher(&self.key).decrypt(&nonce, payload);
        plain.ok().map(Zeroizing::new)
    }
}

fn cipher(key: &SealKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(**key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_with_the_same_key_and_subject_only() {
        let key = new_key().expect("random");
        let sealed = seal(&key, b"a", b"the value").expect("sealed");
        assert_eq!(
            open(&key, b"a", &sealed).as_deref().map(Vec::as_slice),
            Some(b"the value".as_slice())
        );
        assert!(!sealed.windows(9).any(|part| part == b"the value"));
        assert!(open(&key, b"b", &sealed).is_none());
        assert!(open(&new_key().expect("random"), b"a", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&key, b"a", &changed).is_none(), "byte {at}");
            assert!(open(&key, b"a", &sealed[..at]).is_none(), "cut at {at}");
        }
        assert_ne!(
            seal(&key, b"a", b"the value").expect("sealed"),
            sealed,
            "the nonce is new each time"
        );
    }
}
