//! Tests of the page: it is whole, it escapes, and it goes without whatever is missing.

use super::*;
use crate::report::Png;
use image::RgbImage;

fn picture() -> Picture {
    Picture { mime: "image/png", width: 3, height: 2, bytes: Png::encode(&RgbImage::new(3, 2)).bytes().to_vec() }
}

fn rows(count: u64) -> Vec<Metrics> {
    (1..=count)
        .map(|iteration| Metrics { iteration, d_loss: 1.3, g_loss: 0.7, value: -1.3, d_real: 0.6, d_fake: 0.4, ..Metrics::default() })
        .collect()
}

/// Nothing but one section each where there is anything to show.
fn sections(html: &str) -> Vec<&str> {
    html.split("<section aria-labelledby=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn a_run_without_anything_is_still_a_page() {
    let html = page(&Account { name: "empty".into(), ..Account::default() });
    assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"));
    assert_eq!(sections(&html), ["curves"]);
    assert!(html.contains("No iteration has been written down yet"));
}

#[test]
fn a_whole_run_shows_everything_once() {
    let account = Account {
        name: "mnist".into(),
        config: "seed = 7\n[data]\nset = \"mnist\"\n[train]\nrecipe = \"algorithm-1\"\n".into(),
        metrics: rows(300),
        sheets: vec![(0, picture()), (300, picture())],
        sheets_there: 5,
        journal: Journal::parse("[ 0.0 s] training on host twin\n[ 3.0 s] 300 iterations in 3.0 s, 10 ms each\n"),
        log_tail: "[ 0.0 s] training".into(),
        parzen: Some(Table::parse("iteration,sigma,valid,test,standard_error\n100,0.2,-9000,-9001,3\n300,0.2,201,200.4,2.25\n")),
        monitor: Some(Table::parse("iteration,valid_parzen,neighbour_ratio\n100,50,0.9\n300,190,1.1\n")),
        results: Some(serde_json::json!({ "test": 200.4 })),
        figures: vec![("figure-1".into(), picture())],
        left_out: vec!["samples/1.png: damaged".into()],
    };
    let html = page(&account);
    assert_eq!(sections(&html), ["samples", "curves", "parzen", "monitor", "results", "figures", "settings", "log", "left-out"]);
    for shown in [
        "2 of the run&#39;s 5 sheets",
        "200\u{a0}±\u{a0}2.2",
        "Adversarial nets",
        "iterations per second",
        "neighbour ratio",
        "damaged",
        "[0,300]",
    ] {
        assert!(html.contains(shown), "`{shown}` is missing");
    }
    assert_eq!(html.matches("<svg ").count(), 4 + 1 + 1, "the four panels, the Parzen curve, the neighbour ratio");
    assert_eq!(html.matches("://").count(), html.matches("http://www.w3.org/2000/svg").count(), "nothing is fetched from anywhere");
}

#[test]
fn a_conditional_run_stands_beside_the_row_of_its_paper() {
    let score = |mean: f64| serde_json::json!({ "mean": mean, "standard_error": 1.5, "count": 10_000 });
    let results =
        serde_json::json!({ "parzen": { "sigma": 0.2, "test": score(140.25) }, "by_class": { "test": score(151.75), "classes": [] } });
    let account = |train: &str| Account {
        config: format!("seed = 7\n[data]\nset = \"mnist\"\n[train]\n{train}\n"),
        results: Some(results.clone()),
        ..Account::default()
    };
    let html = page(&account("conditional = 10"));
    let shown =
        ["Conditional adversarial nets", "132", "Table 1 of Mirza and Osindero (2014)", "this run, by the example&#39;s class", ">152"];
    shown.iter().for_each(|shown| assert!(html.contains(shown), "`{shown}` is missing"));
    assert!(!page(&account("k = 1")).contains("Conditional adversarial nets"), "nobody is told a label there");
}

#[test]
fn what_comes_from_files_is_never_markup() {
    let evil = "</pre><script>alert(1)</script>{{script}}\"'\u{1b}[31m";
    let account = Account {
        name: evil.into(),
        config: format!("seed = 1\n[data]\nset = '''{evil}'''\n"),
        sheets: vec![(1, picture())],
        journal: Journal {
            version: Some(evil.into()),
            checksum: Some(evil.into()),
            ..Journal::parse(&format!("[0 s] training on {evil}"))
        },
        log_tail: evil.into(),
        monitor: Some(Table::parse(&format!("iteration,{evil}\n1,2\n2,3\n"))),
        figures: vec![(evil.into(), picture())],
        left_out: vec![evil.into()],
        ..Account::default()
    };
    let html = page(&account);
    assert!(!html.contains("<script>alert"), "a script came in");
    assert!(!html.contains('\u{1b}'), "a control character came in");
    assert_eq!(html.matches("\"use strict\"").count(), 1, "what is filled in is not filled again");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;{{script}}&quot;&#39;"));
}

#[test]
fn numbers_that_are_none_leave_no_trace_in_the_curves() {
    let broken =
        Metrics { iteration: 2, d_loss: f32::NAN, g_loss: f32::INFINITY, value: f32::NEG_INFINITY, non_finite: true, ..Metrics::default() };
    for metrics in [vec![broken], vec![broken; 3], [rows(1), vec![broken]].concat()] {
        let html = page(&Account { metrics, ..Account::default() });
        let curves: Vec<&str> = html.split("<svg ").skip(1).map(|rest| rest.split("</svg>").next().unwrap()).collect();
        assert_eq!(curves.len(), 4);
        assert!(
            curves.iter().all(|curve| curve.matches("NaN").count() == 1 && !curve.contains("inf") && curve.contains("first NaN")),
            "{curves:?}"
        );
    }
}
