//! A large catalog: entries as different from each other as real ones, the same in every run.

use std::fmt::Write;
use std::path::Path;

/// How many: more than all public registries have today.
pub const ENTRIES: u32 = 25_000;

/// Syllables of the made-up words; 20 × 20 × 20 words are about as many as 25,000 real entries use.
const SYLLABLES: [&str; 20] = [
    "ar", "be", "co", "da", "el", "fi", "go", "hu", "in", "ka", "lo", "mi", "ne", "or", "pa", "ri",
    "se", "ta", "ul", "ve",
];

const CATEGORIES: [&str; 9] = [
    "cloud",
    "databases",
    "developer-tools",
    "files",
    "knowledge",
    "reasoning",
    "utilities",
    "web",
    "work",
];

/// Numbers that look random and are the same each time: xorshift64*.
pub struct Dice(u64);

impl Dice {
    /// Another seed, other numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }

    /// A word; few of them are used often, as in every language.
    pub fn word(&mut self) -> String {
        let most = [20, 400, 8000, 8000][usize::try_from(self.below(4)).unwrap_or_default()];
        let number = usize::try_from(self.below(most)).unwrap_or_default();
        [number % 20, number / 20 % 20, number / 400]
            .map(|syllable| SYLLABLES[syllable])
            .concat()
    }

    fn words(&mut self, count: usize) -> String {
        let words: Vec<String> = (0..count).map(|_| self.word()).collect();
        words.join(" ")
    }
}

/// One entry as a catalog file.
fn entry(number: u32) -> String {
    let mut dice = Dice::new(u64::from(number) + 1);
    let title = dice.words(2);
    let mut text = format!(
        "id: e{number}\ntitle: {title}\npublisher: {}\nsummary: {}\ndescription: {}\n\
         categories: [{}]\nkeywords: [{}, x{number}]\nhomepage: https://example.com/e{number}\n\
         license: MIT\ntools:\n",
        dice.words(1),
        dice.words(9),
        dice.words(30),
        CATEGORIES[usize::try_from(dice.below(9)).unwrap_or_default()],
        dice.word(),
    );
    for tool in 0..4 {
        let (name, about) = (dice.word(), dice.words(6));
        let _ = write!(text, "  - name: {name}_{tool}\n    description: {about}\n");
    }
    text.push_str("permissions:\n  network: the service's own address\n  files: none of yours\n");
    let needs_secret = dice.below(3) == 0;
    if needs_secret {
        text.push_str(
            "inputs:\n  - key: token\n    title: Token\n    required: true\n    \
             kind:\n      type: secret\n",
        );
    }
    text.push_str("variants:\n  - id: node\n    title: Node package\n    best_for: ");
    let _ = write!(
        text,
        "{}\n    version: 1.0.{number}\n    run:\n      type: node\n      package: e{number}\n      \
         version: 1.0.{number}\n      bin: e{number}\n",
        dice.words(4)
    );
    if needs_secret {
        text.push_str("      env:\n        TOKEN: \"{{token}}\"\n");
    }
    text
}

/// Writes them all into a folder.
pub fn write(folder: &Path) {
    std::fs::create_dir_all(folder).expect("made");
    for number in 0..ENTRIES {
        let file = folder.join(format!("e{number}.yaml"));
        std::fs::write(file, entry(number)).expect("written");
    }
}
