//! Measured numbers in words and tables.

use yew::prelude::*;

use crate::session::{ClassFigures, ClassSplit, Interval, Measured, Unit};
use crate::ui::parts::table::Table;
use crate::ui::text::{number, within};

/// A share with its bounds, or what is missing.
pub fn share(measured: Measured) -> String {
    match measured {
        Ok(found) => bounded(found),
        Err(missing) => format!("– ({})", missing.in_words()),
    }
}

/// A share with its bounds.
pub fn bounded(found: Interval) -> String {
    format!("{} ({})", number(found.estimate, Unit::Share), within(found, Unit::Share))
}

/// Precision, recall and F1 of every class.
pub fn class_table(title: String, classes: &[ClassSplit], figures: &[ClassFigures]) -> Html {
    let columns = ["Class", "Test pictures", "Precision", "Recall", "F1"];
    let rows = classes.iter().zip(figures).map(|(class, figures)| {
        let cells = [figures.precision, figures.recall, figures.f1].map(share);
        [class.name.clone(), class.test.to_string()].into_iter().chain(cells).collect::<Vec<_>>()
    });
    html! {
        <Table summary="Precision, recall and F1 of every class" {title}
            columns={columns.map(str::to_owned).to_vec()} rows={rows.collect::<Vec<_>>()} />
    }
}
