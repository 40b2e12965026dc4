//! What wins over what, what is refused, and that the reference page is the table.

use super::*;
use media::protection::KeySystem;

fn flags(config: Option<&Path>, set: &[&str]) -> Shared {
    Shared {
        data: None,
        config: config.map(Path::to_owned),
        set: set.iter().map(|&pair| pair.to_owned()).collect(),
    }
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn flags_beat_the_environment_beats_the_file() {
    let file = file("[prepare]\nvmaf_target = 90\nvmaf_floor = 88\nthreads = 3\n");
    let environment = |name: &str| match name {
        "MATINEE_PREPARE_VMAF_TARGET" => Some("91".to_owned()),
        "MATINEE_PREPARE_THREADS" => Some("4".to_owned()),
        _ => None,
    };
    let flags = flags(Some(file.path()), &["prepare.vmaf_target=92.5"]);
    let config = Config::load(&flags, environment).unwrap().prepare;
    assert_eq!((config.vmaf_target, config.threads, config.vmaf_floor), (92.5, Some(4), 88.0));
}

#[test]
fn tables_may_have_tables() {
    let file = file(
        "[licence]\nstreams = 7\n[licence.proxy]\nwidevine_url = \"https://keys.example/?key=canary\"\n\
         widevine_headers = \"\"\"\nx-api-key: canary\nx-other: @/nowhere\n\"\"\"\npolicy = \"header\"\n",
    );
    let config = Config::load(&flags(Some(file.path()), &[]), |_| None).unwrap();
    let service = &config.proxy.services[&KeySystem::Widevine];
    assert_eq!((config.licence.streams_max, config.proxy.policy_in), (7, control::PolicyIn::Header));
    assert_eq!(service.url.0, "https://keys.example/?key=canary");
    let error = format!("{:#}", service.headers.read().unwrap_err());
    assert!(error.contains("/nowhere") && !error.contains("canary"), "{error}");
    assert!(!format!("{config:?}").contains("canary"));
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (text, expected) in [
        ("[prepare]\nvmaf_target = 120\n", "120 is out of range: from 70 to 99"),
        ("[prepare]\nvmaf = 90\n", "there is no setting prepare.vmaf"),
        ("vmaf = 90\n", "stands outside a table"),
        ("[prepare\n", "reading the configuration file"),
        ("[serve]\n\noperator_token = \"canary\n", "line 3: "),
        ("[serve]\nlisten = \"here\"\n", "`here` does not fit"),
        ("[serve]\noperator_token = \"short\"\n", "at least 24"),
        ("[serve]\nmedia_url = \" , \"\n", "serve.media_url: the value is empty"),
        ("[licence.proxy.more]\nx = 1\n", "there is no setting licence.proxy.more"),
        ("[licence.proxy]\npolicy = \"cookie\"\n", "it is none, header or body"),
        ("[licence.proxy]\nplayready_url = \"keys.example\"\n", "no http or https URL"),
        ("[licence]\nentitlement_headers = \"no colon\"\n", "write it as Name: value"),
        ("[licence]\nentitlement_down = \"maybe\"\n", "it is refuse or allow"),
    ] {
        let file = file(text);
        let error = Config::load(&flags(Some(file.path()), &[]), |_| None).unwrap_err();
        let message = format!("{error:#}");
        assert!(message.contains(expected), "{message}");
        assert!(message.contains(&file.path().display().to_string()), "{message}");
        assert!(!message.contains("canary"), "a line may hold a secret: {message}");
    }
    for (pair, expected) in [
        ("serve.operator_token=canary", "--set: serve.operator_token: the token is too short"),
        ("licence.proxy.widevine_url=keys.example/?key=canary", "no http or https URL"),
        ("licence.entitlement_headers=canary", "write it as Name: value"),
        ("licence.proxy.widevine_headers=Host: canary", "host is written by Matinee itself"),
        ("keys.nowhere=canary", "there is no setting keys.nowhere"),
    ] {
        let error = format!("{:#}", Config::load(&flags(None, &[pair]), |_| None).unwrap_err());
        assert!(error.contains(expected) && !error.contains("canary"), "{error}");
    }
    let error = Config::load(&flags(None, &["x"]), |_| None).unwrap_err();
    assert!(error.to_string().contains("KEY=VALUE"), "{error}");
}

#[test]
fn every_default_can_be_written_back() {
    for setting in settings() {
        let mut config = Config::default();
        (setting.set)(&mut config, &setting.default()).unwrap_or_else(|e| panic!("{}: {e:#}", setting.key));
        assert_eq!(config, Config::default(), "{}", setting.key);
    }
}

#[test]
fn the_reference_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/configuration.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, reference()).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(page == reference(), "docs/reference/configuration.md is old; run the test with UPDATE_EXPECT=1");
}
