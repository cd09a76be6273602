//! `gander report`: a page of any run, whatever has happened to its folder.

use crate::{assert_fails, gander, run, said, train};
use std::fs;
use std::path::Path;
use std::process::Output;

fn report(out: &Path, more: &[&str]) -> Output {
    gander().arg("report").arg(out).args(more).output().unwrap()
}

fn page(out: &Path) -> String {
    fs::read_to_string(out.join("report.html")).unwrap()
}

#[test]
fn a_run_is_on_one_page_and_the_page_is_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "45", "--set", "report.samples_every=10"]).status.success());
    fs::create_dir(out.join("figures")).unwrap();
    fs::copy(out.join("samples/000000.png"), out.join("figures/figure-2.png")).unwrap();
    fs::write(out.join("eval.json"), r#"{"parzen": {"test": 1.25, "standard_error": 0.5}}"#).unwrap();
    fs::write(out.join("parzen.csv"), "iteration,sigma,valid,test,standard_error\n10,0.1,-3,-3.1,0.2\n45,0.1,1,0.75,0.25\n").unwrap();
    let output = report(&out, &[]);
    assert!(output.status.success(), "{}", said(&output));
    let html = page(&out);
    for shown in ["0.75\u{a0}±\u{a0}0.2", "host twin", "sha256 of the data", "1.25", "config.toml", "Figure 2", "[0,10,20,30,40,45]"] {
        assert!(html.contains(shown), "`{shown}` is missing");
    }
    assert_eq!(html.matches("://").count(), html.matches("http://www.w3.org/2000/svg").count(), "no address but the name of SVG");
    assert!(!html.contains("left-out"), "nothing is left out");
    assert!(report(&out, &["--sheets", "3"]).status.success());
    assert!(page(&out).contains("3 of the run&#39;s 6 sheets") && page(&out).contains("[0,30,45]"));
}

#[test]
fn what_is_broken_is_named_and_the_rest_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ring");
    assert!(train(&out, &["--iterations", "20", "--set", "report.samples_every=10"]).status.success());
    let sheet = fs::read(out.join("samples/000010.png")).unwrap();
    fs::write(out.join("samples/000010.png"), &sheet[..sheet.len() / 2]).unwrap();
    fs::write(out.join("samples/000020.png"), "no picture").unwrap();
    fs::write(out.join("eval.json"), "{").unwrap();
    fs::write(out.join("metrics.csv"), "other,columns\n1,2\n").unwrap();
    fs::write(out.join("config.toml"), [0xff, b'<']).unwrap();
    fs::write(out.join("run.log"), "x".repeat(9 << 20)).unwrap();
    let output = report(&out, &[]);
    assert!(output.status.success(), "{}", said(&output));
    let html = page(&out);
    for named in
        ["000010.png: damaged", "000020.png: neither PNG nor GIF", "eval.json: no JSON", "metrics.csv: its columns are", "config.toml"]
    {
        assert!(html.contains(named), "`{named}` is missing");
    }
    assert!(html.contains("run.log: only the last") && html.contains("iteration 0"));
    assert!(html.len() < 12 << 20);
}

#[test]
fn an_empty_run_has_a_page_and_an_empty_folder_has_none() {
    let folder = tempfile::tempdir().unwrap();
    assert_fails(&run(&["report", folder.path().to_str().unwrap()]), 2, &["no run"]);
    fs::write(folder.path().join("config.toml"), "").unwrap();
    let output = report(folder.path(), &["--out", folder.path().join("page.html").to_str().unwrap()]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(fs::read_to_string(folder.path().join("page.html")).unwrap().contains("No iteration has been written down yet"));
}
