//! Columns of numbers with names, out of a CSV file: `parzen.csv`, `monitor.csv`. Whatever columns there are; a line that does not have them all, as a
//! killed run may leave it, is passed over.

/// Columns of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<(String, Vec<f64>)>,
}

impl Table {
    /// Reads the text of a file: a line of names, then lines of numbers. A field that is no number is NaN.
    pub fn parse(text: &str) -> Table {
        let mut lines = text.lines();
        let names = lines.next().unwrap_or_default().split(',').map(|name| name.trim().to_string());
        let mut columns: Vec<(String, Vec<f64>)> = names.map(|name| (name, vec![])).collect();
        for line in lines {
            let fields: Vec<&str> = line.split(',').collect();
            if fields.len() == columns.len() {
                columns.iter_mut().zip(fields).for_each(|(column, field)| column.1.push(field.trim().parse().unwrap_or(f64::NAN)));
            }
        }
        Table { columns }
    }

    /// The names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.0.as_str())
    }

    /// One column over another, where both are finite. Nothing if there is no such column.
    pub fn points(&self, x: &str, y: &str) -> Vec<(f64, f64)> {
        let column = |name: &str| self.columns.iter().find(|column| column.0 == name).map_or(&[][..], |column| &column.1);
        column(x).iter().copied().zip(column(y).iter().copied()).filter(|(x, y)| x.is_finite() && y.is_finite()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn torn_and_odd_lines_cost_only_themselves() {
        let table = Table::parse("iteration,sigma, test\n10,0.2,-5.5\n20,x,7\n30,0.1,inf\n40,0.");
        assert_eq!(table.names().collect::<Vec<_>>(), ["iteration", "sigma", "test"]);
        assert_eq!(table.points("iteration", "test"), [(10.0, -5.5), (20.0, 7.0)]);
        assert_eq!(table.points("iteration", "sigma"), [(10.0, 0.2), (30.0, 0.1)]);
        assert_eq!(table.points("iteration", "valid"), []);
        assert_eq!(Table::parse("").points("a", "b"), []);
    }
}
