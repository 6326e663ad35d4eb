//! What the volumes of installations are called.

use sha2::{Digest, Sha256};

/// Name of an installation's volume, the first with number 1. It is the same for every generation.
/// Several people, and several homes of one person, can use one engine: the home is in it, so that
/// none meets, or deletes, another one's data.
#[must_use]
pub fn volume_name(home: &str, installation: &str, number: usize) -> String {
    let hash: String = Sha256::digest(home.as_bytes())
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("berth-{installation}-{hash}-{number}")
}

/// Name of a volume of a service.
#[must_use]
pub fn service_volume_name(home: &str, installation: &str, service: &str, number: usize) -> String {
    // No other service has a number at its end: names have none of their own.
    let name = volume_name(home, installation, number);
    match name.rsplit_once('-') {
        Some((first, number)) => format!("{first}-{service}-{number}"),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_of_two_homes_on_one_engine_are_two() {
        let ours = volume_name("/home/ada/.local/share/berth", "memory", 1);
        let theirs = volume_name("/home/bob/.local/share/berth", "memory", 1);
        assert!(
            ours.starts_with("berth-memory-") && ours.ends_with("-1"),
            "{ours}"
        );
        assert_ne!(ours, theirs);
        assert_eq!(
            ours,
            volume_name("/home/ada/.local/share/berth", "memory", 1)
        );
    }
}
