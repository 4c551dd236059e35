//! Layers, secrets and refusals; and the example file that people copy.

use super::{Secret, Settings};

const EXAMPLE: &str = include_str!("../../deploy/bonro.example.toml");

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn refusal(toml: &str, pairs: &[(&str, &str)]) -> String {
    Settings::layered(toml, variables(pairs)).expect_err("these settings are wrong").to_string()
}

#[test]
fn the_example_file_states_the_defaults() {
    let example = Settings::layered(EXAMPLE, []).expect("the example is right");
    assert_eq!(example.to_toml(), Settings::default().to_toml());
}

/// Every line `# key = value` of the example, uncommented one by one: all of them are known keys with
/// values that make sense.
#[test]
fn every_commented_line_of_the_example_is_a_setting() {
    let mut section = "";
    let mut tried = 0;
    for line in EXAMPLE.lines() {
        if line.starts_with('[') {
            section = line;
        }
        let Some(setting) = line.strip_prefix("# ") else { continue };
        let Some((key, _)) = setting.split_once(" = ") else { continue };
        if !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            continue;
        }
        let outcome = Settings::layered(&format!("{section}\n{setting}\n"), []);
        let complaint = outcome.err().map(|error| error.to_string()).unwrap_or_default();
        // These need a partner or a file that isn't there; that is what they are refused for, and no other thing.
        let expected = match key {
            "tls_certificate_file" | "tls_key_file" | "dkim_selector" | "dkim_key_file" => "both or neither",
            // Read when the house is opened, not with the settings.
            "ca_file" => "",
            "page_token_key" => "at least 32",
            file if file.ends_with("_file") => "cannot read",
            _ => "",
        };
        assert!(
            complaint.contains(expected) && complaint.is_empty() == expected.is_empty(),
            "{section} {setting}: {complaint}"
        );
        tried += 1;
    }
    assert!(tried >= 8, "only {tried} commented settings were found");
}

#[test]
fn variables_go_over_the_file_and_the_file_over_the_defaults() {
    let toml = "[server]\nlisten = \"127.0.0.1:1\"\n[limits]\npage_size_max = 70\n";
    let settings = Settings::layered(
        toml,
        variables(&[
            ("BONRO_SERVER__LISTEN", "[::]:2"),
            ("BONRO_REPORT__RECIPIENTS", "[\"a@x.example\", \"b@x.example\"]"),
            ("BONRO_MAIL__FROM", "Bonro <bonro@ducpho.example>"),
            ("BONRO_JOBS__ENABLED", "false"),
            ("BONRO_SERVER__PAGE_TOKEN_KEY", "00000000000000000000000000000000"),
            ("BONRO_KEY", "not a setting"),
            ("BONRO_SERVER", "http://not-a-setting"),
            ("HOME", "/"),
        ]),
    )
    .expect("these settings are right");
    assert_eq!(settings.server.listen.to_string(), "[::]:2");
    assert_eq!(settings.report.recipients, ["a@x.example", "b@x.example"]);
    assert_eq!((settings.limits.page_size_max, settings.jobs.enabled), (70, false));
    assert_eq!(settings.server.page_token_key.expect("a key is set").expose().len(), 32);
}

#[test]
fn metrics_are_read_nowhere_unless_a_place_is_named() {
    assert_eq!(Settings::default().metrics.listen, None);
    let named = Settings::layered("", variables(&[("BONRO_METRICS__LISTEN", "127.0.0.1:9464")]));
    let listen = named.expect("these settings are right").metrics.listen;
    assert_eq!(listen.map(|address| address.port()), Some(9464));
    assert!(refusal("[metrics]\nlisten = \"everywhere\"\n", &[]).contains("metrics.listen: “everywhere”"));
    assert!(refusal("[metrics]\nport = 1\n", &[]).contains("port"));
    let alarm = "[report]\nalarm_recipients = [\"nobody\"]\n";
    assert!(refusal(alarm, &[]).contains("report.alarm_recipients"));
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    assert!(refusal("[server]\nlitsen = \"x\"\n", &[]).contains("litsen"));
    assert!(refusal("[sever]\nlisten = \"x\"\n", &[]).contains("sever"));
    assert!(refusal("", &[("BONRO_MAIL__ULR", "file:x")]).contains("ulr"));
    assert!(refusal("", &[("BONRO_LIMITS__PAGE_SIZE_MAX", "many")]).contains("BONRO_LIMITS__PAGE_SIZE_MAX"));
}

#[test]
fn what_cannot_be_so_is_said_all_at_once() {
    let toml = "[server]\nlisten = \"here\"\n[database]\nurl = \"mysql://x\"\n[jobs]\ncheck_figures = \"at noon\"\n\
        [data]\ntime_zone = \"Asia/Duc_Pho\"\n[limits]\nmessage_bytes = 0\n";
    let text = refusal(toml, &[]);
    for key in
        ["server.listen", "database.url", "jobs.check_figures", "data.time_zone", "limits.message_bytes"]
    {
        assert!(text.contains(key), "{key} is missing in:\n{text}");
    }
}

#[test]
fn a_secret_comes_from_its_file_and_is_never_shown() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("url");
    std::fs::write(&path, "postgres://bonro:pass@word@db/bonro\n").expect("a file");
    let toml = format!("[database]\nurl_file = {:?}\n", path.display().to_string());
    let settings = Settings::layered(&toml, []).expect("the file is there");
    assert_eq!(settings.database.url.expose(), "postgres://bonro:pass@word@db/bonro");
    for shown in [format!("{settings:?}"), settings.to_toml()] {
        assert!(shown.contains("postgres://bonro:***@db/bonro") && !shown.contains("pass@word"), "{shown}");
    }
    let both = refusal(&toml, &[("BONRO_DATABASE__URL", "sqlite://x")]);
    assert!(both.contains("only one of the two"), "{both}");
    assert_eq!(Secret::new("a-long-key").to_string(), "***");
    assert_eq!(Secret::new("sqlite://bonro.db").to_string(), "sqlite://bonro.db");
}
