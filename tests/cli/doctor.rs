//! `gander doctor`: a right adapter and the host pass, and say so in a table and in JSON.

use crate::{assert_fails, run};

#[test]
fn the_host_is_examined_and_its_drift_is_certified() {
    let out = run(&["doctor", "--adapter", "host", "--json"]);
    assert!(out.status.success(), "{}", crate::said(&out));
    let diagnoses: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let host = &diagnoses[0];
    assert!(host["adapter"].as_str().unwrap().contains("host twin (f32"), "{host}");
    let kernels = host["kernels"].as_array().unwrap();
    assert!(kernels.len() > 50, "{} kernels", kernels.len());
    for kernel in kernels {
        assert_eq!(kernel["failed"], 0, "{kernel}");
        assert!(kernel["worst"].as_f64().unwrap() <= 1.0, "{kernel}");
    }
    let exact = |name: &str| kernels.iter().filter(|kernel| kernel["kernel"] == name).all(|kernel| kernel["exact"] == kernel["numbers"]);
    assert!(
        ["shuffle", "tick", "copy", "maxout_forward", "within_fold + piece"].into_iter().all(exact),
        "integers are compared bit for bit"
    );
    assert_eq!((&host["mismatches"], &host["fault"]), (&serde_json::json!([]), &serde_json::Value::Null));
    let drift = host["drift"]["discriminator"].as_f64().unwrap();
    assert!(drift > 0.0 && drift < 0.1, "{drift}");
}

#[test]
fn the_adapter_of_this_machine_passes_in_every_variant() {
    let out = run(&["doctor"]);
    let table = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{}{table}", crate::said(&out));
    for line in ["examined", "matmul_nn + relu", "tiled", "cut_tn", "0 differ in a bit", "drift: after 100 iterations", "pass"] {
        assert!(table.contains(line), "no `{line}` in {table}");
    }
    assert!(!table.contains("FAIL"), "{table}");
}

#[test]
fn an_adapter_that_is_not_there_is_refused() {
    assert_fails(&run(&["doctor", "--adapter", "no such adapter"]), 4, &["no such adapter", "--adapter host"]);
}
