//! FNV-1a (64 bits): stable over versions and machines, which `std`'s hashers are not. Anyone can make two texts collide.

/// The hash of a text.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
