//! Table 1 of the paper: Parzen window log-likelihoods in nats, each with its standard error; and the row that conditional games have in theirs.

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The model.
    pub model: &'static str,
    /// Mean log-likelihood of the test set and its standard error.
    pub mnist: (f64, f64),
    /// The same for the Toronto Face Database, across folds.
    pub tfd: (f64, f64),
}

/// Goodfellow et al. 2014, Table 1.
pub const TABLE_1: [Row; 4] = [
    Row { model: "DBN", mnist: (138.0, 2.0), tfd: (1909.0, 66.0) },
    Row { model: "Stacked CAE", mnist: (121.0, 1.6), tfd: (2110.0, 50.0) },
    Row { model: "Deep GSN", mnist: (214.0, 1.1), tfd: (1890.0, 29.0) },
    Row { model: "Adversarial nets", mnist: (225.0, 2.0), tfd: (2057.0, 26.0) },
];

/// Mirza and Osindero 2014, Table 1: conditional adversarial nets on MNIST, 1,000 samples of each class, all test examples under the windows of all samples.
pub const CONDITIONAL: (&str, f64, f64) = ("Conditional adversarial nets", 132.0, 1.8);

/// What conditional games have been given in print for a data set; none if it is not in that table.
pub fn conditional_row(data_set: &str) -> Option<(&'static str, f64, f64)> {
    (data_set == "mnist").then_some(CONDITIONAL)
}

/// The table's rows for a data set: (model, mean, standard error); none if it is not in the table.
pub fn rows(data_set: &str) -> Vec<(&'static str, f64, f64)> {
    let pick: fn(&Row) -> (f64, f64) = match data_set {
        "mnist" => |row| row.mnist,
        "tfd" => |row| row.tfd,
        _ => return vec![],
    };
    TABLE_1.iter().map(|row| (row.model, pick(row).0, pick(row).1)).collect()
}
