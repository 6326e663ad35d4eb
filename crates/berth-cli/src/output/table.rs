//! Tables of text.

use super::clean;

/// Columns that are as wide as their widest cell; the last one is as long as it is.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub fn new<const N: usize>(headings: [&str; N]) -> Self {
        Self {
            rows: vec![headings.map(str::to_owned).to_vec()],
        }
    }

    /// Adds a row. A cell is one line; what is untrusted in it is made safe.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        let cells = cells.map(|cell| clean(&cell).replace(['\n', '\t'], " "));
        self.rows.push(cells.to_vec());
    }

    /// The text, with a line break at the end of each row.
    pub fn text(&self) -> String {
        let width = |cell: &String| cell.chars().count();
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<usize> = (0..columns)
            .map(|i| {
                self.rows
                    .iter()
                    .filter_map(|row| row.get(i))
                    .map(width)
                    .max()
            })
            .map(Option::unwrap_or_default)
            .collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&format!("{cell:<width$}  "));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_nothing_trails() {
        let mut table = Table::new(["NAME", "STATE"]);
        table.row(["ü".to_owned(), "ready".to_owned()]);
        table.row(["longer-name".to_owned(), String::new()]);
        assert_eq!(
            table.text(),
            "NAME         STATE\nü            ready\nlonger-name\n"
        );
    }
}
