//! AES-256 in cipher block chaining, as XML Encryption has it (version 1.1, 5.2.2): the initialisation vector stands
//! before the ciphertext, and the last byte says how many are padding.
//!
//! Owns the arithmetic. Does not tell changed ciphertext from whole: a MAC does.

use aes::Aes256;
use aes::cipher::{Array, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use zeroize::Zeroizing;

/// Bytes of an AES block.
pub(super) const BLOCK_BYTES: usize = 16;
/// Bytes of the key.
pub(super) const KEY_BYTES: usize = 32;

/// `iv`, then `plain` encrypted with `key`.
pub(super) fn encrypt(key: &[u8; KEY_BYTES], iv: [u8; BLOCK_BYTES], plain: &[u8]) -> Vec<u8> {
    let cipher = Aes256::new(&Array(*key));
    let padding = BLOCK_BYTES - plain.len() % BLOCK_BYTES;
    let mut padded = Zeroizing::new(Vec::with_capacity(plain.len() + padding));
    padded.extend_from_slice(plain);
    padded.resize(plain.len() + padding, padding as u8);
    let mut value = iv.to_vec();
    let mut chained = Array(iv);
    for block in padded.as_chunks::<BLOCK_BYTES>().0 {
        chained.iter_mut().zip(block).for_each(|(chained, byte)| *chained ^= byte);
        cipher.encrypt_block(&mut chained);
        value.extend_from_slice(&chained);
    }
    value
}

/// What `value` was made of; `None` where its length or padding is none.
pub(super) fn decrypt(key: &[u8; KEY_BYTES], value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = Aes256::new(&Array(*key));
    let (blocks, rest) = value.as_chunks::<BLOCK_BYTES>();
    if !rest.is_empty() || blocks.len() < 2 {
        return None;
    }
    let mut plain = Zeroizing::new(Vec::with_capacity(value.len() - BLOCK_BYTES));
    for pair in blocks.windows(2) {
        let mut block = Array(pair[1]);
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(pair[0]).map(|(byte, chained)| byte ^ chained));
    }
    let padding = usize::from(*plain.last()?);
    let length = plain.len().checked_sub(padding).filter(|_| (1..=BLOCK_BYTES).contains(&padding))?;
    plain.truncate(length);
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-38A, F.2.5 (CBC-AES256), the first two blocks.
    #[test]
    fn blocks_are_those_of_the_standard() {
        let key = *b"\x60\x3d\xeb\x10\x15\xca\x71\xbe\x2b\x73\xae\xf0\x85\x7d\x77\x81\
                     \x1f\x35\x2c\x07\x3b\x61\x08\xd7\x2d\x98\x10\xa3\x09\x14\xdf\xf4";
        let plain = b"\x6b\xc1\xbe\xe2\x2e\x40\x9f\x96\xe9\x3d\x7e\x11\x73\x93\x17\x2a\
                      \xae\x2d\x8a\x57\x1e\x03\xac\x9c\x9e\xb7\x6f\xac\x45\xaf\x8e\x51";
        let expected = b"\xf5\x8c\x4c\x04\xd6\xe5\xf1\xba\x77\x9e\xab\xfb\x5f\x7b\xfb\xd6\
                         \x9c\xfc\x4e\x96\x7e\xdb\x80\x8d\x67\x9f\x77\x7b\xc6\x70\x2c\x7d";
        let iv = std::array::from_fn(|at| at as u8);
        let value = encrypt(&key, iv, plain);
        assert_eq!((&value[..16], &value[16..48], value.len()), (&iv[..], &expected[..], 64));
        assert_eq!(*decrypt(&key, &value).unwrap(), plain);
    }

    #[test]
    fn all_lengths_come_back_and_wrong_ones_are_none() {
        for length in [0, 1, 15, 16, 17, 64] {
            let value = encrypt(&[7; 32], [9; 16], &vec![5; length]);
            assert_eq!(decrypt(&[7; 32], &value).unwrap().len(), length);
            assert_eq!(decrypt(&[7; 32], &value[1..]), None);
        }
        assert_eq!(decrypt(&[7; 32], &[0; 16]), None);
        assert_eq!(decrypt(&[7; 32], &[]), None);
    }
}
