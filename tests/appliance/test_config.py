"""Settings: which source wins, and what is refused by name and place."""

from pathlib import Path

import pytest

from appliance.config import SETTINGS, Config, unknown_variables
from appliance.errors import SettingInvalid


def load(data: Path, environ=None, **flags) -> Config:
    return Config.load({"data": str(data), **flags}, environ or {})


@pytest.mark.parametrize(
    ("flag", "environ", "file", "port", "source"),
    [
        (None, {}, "", 8080, "default"),
        (None, {}, "port = 1", 1, "file {data}/workingflow.toml"),
        (None, {"WORKINGFLOW_PORT": "2"}, "port = 1", 2, "environment WORKINGFLOW_PORT"),
        (3, {"WORKINGFLOW_PORT": "2"}, "port = 1", 3, "flag --port"),
        (None, {"WORKINGFLOW_PORT": ""}, "port = 1", 1, "file {data}/workingflow.toml"),
    ],
)
def test_the_nearest_source_wins_and_is_named(tmp_path, flag, environ, file, port, source):
    (tmp_path / "workingflow.toml").write_text(file)
    config = load(tmp_path, environ, port=flag)
    assert config.port == port
    assert config.source("port") == source.format(data=tmp_path)


def test_a_value_may_lie_in_a_file_that_a_variable_names(tmp_path):
    (tmp_path / "secret").write_text("flow.example.com\n")
    variable = {"WORKINGFLOW_HOST_FILE": str(tmp_path / "secret")}
    config = load(tmp_path, variable)
    assert config.host == "flow.example.com"
    assert config.source("host") == "environment WORKINGFLOW_HOST_FILE"


@pytest.mark.parametrize(
    ("environ", "file", "message"),
    [
        (
            {"WORKINGFLOW_PORT": "tcp://10.0.0.1:80"},
            "",
            "port (environment WORKINGFLOW_PORT): must",
        ),
        ({"WORKINGFLOW_PORT": "0"}, "", "between 1 and 65535"),
        ({"WORKINGFLOW_PORT": "65536"}, "", "between 1 and 65535"),
        ({"WORKINGFLOW_PORT": "8" * 5000}, "", "must be a whole number"),
        ({}, "port = true", "must be a whole number"),
        ({}, "port = 80.5", "must be a whole number"),
        ({}, "prot = 80", "there is no setting prot. Did you mean port?"),
        ({}, "qqq = 80", "there is no setting qqq."),
        ({}, "port = ", "workingflow.toml"),
        ({}, "host = 5", "host (file"),
        ({}, "session_idle = '12 parsecs'", "must be an amount such as"),
        ({}, "session_idle = 0", "must be more than 0"),
        ({}, "session_idle = '20d'", "must not be less than session_idle"),
        ({}, "body_limit = '-1'", "must be an amount such as"),
        ({}, "log_format = 'xml'", "must be one of text, json"),
        ({}, "demos = 'maybe'", "must be true or false"),
        ({}, "time_zone = 'Mars/Olympus'", "must be a time zone"),
        ({}, "time_zone = '../../etc/passwd'", "must be a time zone"),
        ({}, "trusted_proxies = ['everybody']", "must be networks"),
        ({}, "base_url = 'ftp://x'", "must be an address"),
        ({}, "tls_cert = '/x/cert.pem'", "needs tls_key too"),
        ({"WORKINGFLOW_TLS_KEY": "/x"}, "", "needs tls_cert too"),
        ({"WORKINGFLOW_HOST_FILE": "/does/not/exist"}, "", "No such file or directory"),
        ({"WORKINGFLOW_HOST": "a", "WORKINGFLOW_HOST_FILE": "/b"}, "", "keep one of them"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_and_place(tmp_path, environ, file, message):
    (tmp_path / "workingflow.toml").write_text(file)
    with pytest.raises(SettingInvalid) as refused:
        load(tmp_path, environ)
    assert message in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "workingflow.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingInvalid, match=r"workingflow\.toml"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("body_limit", "5", 5),
        ("body_limit", "2 KiB", 2048),
        ("body_limit", "3mb", 3_000_000),
        ("session_limit", "90000", 90_000),
        ("session_limit", "20d", 20 * 86400),
        ("grace", "2m", 120),
        ("demos", "no", False),
        ("demos", "ON", True),
        ("tls_cert", "", None),
        ("trusted_proxies", "127.0.0.1, 10.0.0.0/8", ("127.0.0.1/32", "10.0.0.0/8")),
        ("base_url", "https://flow.example.com/", "https://flow.example.com"),
        ("time_zone", "Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_values_are_written_as_people_write_them(tmp_path, name, text, value):
    config = load(tmp_path, **{name: text})
    assert getattr(config, name) == value


def test_the_data_directory_itself_has_a_source(tmp_path):
    environ = {"WORKINGFLOW_DATA": str(tmp_path / "a")}
    assert Config.load({"data": None}, environ).data == tmp_path / "a"
    assert Config.load({"data": str(tmp_path / "b")}, environ).source("data") == "flag --data"
    assert Config.load({}, {}).source("data") == "default"
    assert Config.load({}, {}).data.name == "workingflow"


def test_every_setting_explains_itself_and_shows_its_default(tmp_path):
    config = load(tmp_path)
    for name, field in SETTINGS.items():
        assert field.metadata["help"].endswith("."), name
        assert config.source(name) == "default"
        shown = config.shown(name)
        assert getattr(load(tmp_path, **{name: shown}), name) == getattr(config, name), name


def test_a_misspelt_variable_is_noticed():
    environ = {"WORKINGFLOW_PROT": "1", "WORKINGFLOW_PORT": "1", "WORKINGFLOW_HOST_FILE": "x"}
    assert unknown_variables(environ) == ["WORKINGFLOW_PROT"]
