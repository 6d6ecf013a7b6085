"""Settings: a flag beats a WORKINGFLOW_* variable beats workingflow.toml beats the default.

``Config`` is the one table of settings: each field has a type, a default, a reader and a help text,
and every value knows where it came from (``config.sources``). A setting ``session_idle`` is the
flag ``--session-idle``, the variable ``WORKINGFLOW_SESSION_IDLE`` (or, for the name of a file that
holds the value, ``WORKINGFLOW_SESSION_IDLE_FILE``) and ``session_idle = "12h"`` in
``workingflow.toml`` in the data directory.

A value that cannot be read, and a name in the file that is no setting, is refused by name and
place: a setting that is silently ignored is worse than a server that does not start.
"""

from __future__ import annotations

import dataclasses
import difflib
import ipaddress
import os
import re
import tomllib
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from appliance.errors import FlagInvalid, SettingInvalid

FILE_NAME = "workingflow.toml"
PREFIX = "WORKINGFLOW_"
# Read by the build and the tests, not by the program.
FOREIGN_VARIABLES = frozenset({"WORKINGFLOW_REQUIRE_FRONTEND"})

_SIZE_UNITS = {"": 1, "b": 1, "kib": 1024, "mib": 1024**2, "gib": 1024**3}
_SIZE_UNITS |= {"k": 1024, "m": 1024**2, "g": 1024**3, "kb": 1000, "mb": 1000**2, "gb": 1000**3}
_TIME_UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_AMOUNT = re.compile(r"\s*(\d{1,15})\s*([a-z]*)\s*", re.IGNORECASE)
_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True}
_BOOLEANS |= {"false": False, "no": False, "off": False, "0": False}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = _BOOLEANS.get(str(value).lower())
    if known is None:
        raise ValueError("must be true or false")
    return known


def _number(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,18}", str(value).strip()):
            raise ValueError("must be a whole number")
        number = int(value)
        if not low <= number <= high:
            raise ValueError(f"must be between {low} and {high}")
        return number

    return read


def _amount(units: Mapping[str, int], example: str) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        match = None if isinstance(value, bool) else _AMOUNT.fullmatch(str(value))
        if match is None or match[2].lower() not in units:
            raise ValueError(f"must be an amount such as {example}")
        amount = int(match[1]) * units[match[2].lower()]
        if amount == 0:
            raise ValueError("must be more than 0")
        return amount

    return read


_size = _amount(_SIZE_UNITS, '"20MiB"')
seconds = _amount(_TIME_UNITS, '"90s", "30m", "12h" or "14d"')
"""Reads a duration, as a number of seconds."""


def _choice(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return read


def _time_of_day(value: Any) -> str:
    if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", _text(value)):
        raise ValueError("must be a time of day such as 02:30, or empty")
    return value


def _keeping(value: Any) -> int:
    if value == "forever":
        return 0
    try:
        return max(1, seconds(value) // 86400)
    except ValueError:
        raise ValueError('must be a time such as "365d", or "forever"') from None


def _path(value: Any) -> Path | None:
    return Path(_text(value)).expanduser() if value != "" else None


def _language(value: Any) -> str:
    if value and not re.fullmatch(r"[a-z]{2,3}", _text(value)):
        raise ValueError("must be a language code such as en or de")
    return value


def _zone(value: Any) -> str:
    try:
        zoneinfo.ZoneInfo(_text(value))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone such as Europe/Berlin") from None
    return value


def _base_url(value: Any) -> str:
    if value and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", _text(value)):
        raise ValueError("must be an address such as https://workflow.example.com")
    return value.rstrip("/")


def _networks(value: Any) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else _text(value).replace(",", " ").split()
    try:
        return tuple(str(ipaddress.ip_network(part, strict=False)) for part in parts)
    except ValueError:
        raise ValueError("must be networks such as 127.0.0.1, 10.0.0.0/8") from None


def about(
    read: Callable[[Any], Any], help: str, *, shown: str = "", secret: bool = False
) -> dict[str, Any]:
    """What a setting's field says of itself.

    ``read`` turns a text (or a TOML value) into the field's type and raises ValueError with what
    it must be; ``shown`` is how people would write the default; a ``secret`` is never shown.
    """
    return {"read": read, "help": help, "shown": shown, "secret": secret}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings of the appliance. Times are in seconds, sizes in bytes."""

    data: Path
    """The data directory; everything of a team lives in it."""

    host: str = field(
        default="127.0.0.1",
        metadata=about(_text, "Address to listen on; 0.0.0.0 means all of them."),
    )
    port: int = field(default=8080, metadata=about(_number(1, 65535), "Port to listen on."))
    base_url: str = field(
        default="",
        metadata=about(
            _base_url, "Address under which people reach this server, for links and cookies."
        ),
    )
    tls_cert: Path | None = field(
        default=None,
        metadata=about(_path, "TLS certificate chain (PEM); with tls_key the server speaks HTTPS."),
    )
    tls_key: Path | None = field(
        default=None, metadata=about(_path, "Private key of tls_cert (PEM).")
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata=about(_networks, "Networks of proxies whose X-Forwarded-* headers are believed."),
    )
    language: str = field(
        default="",
        metadata=about(
            _language,
            "Language of pages for people who have not chosen their own. Empty: their browser's.",
        ),
    )
    time_zone: str = field(
        default="UTC",
        metadata=about(
            _zone, "Time zone of processes, and of people who have not chosen their own."
        ),
    )
    demos: bool = field(
        default=True,
        metadata=about(_boolean, "Deploy the processes that ship into an empty store."),
    )
    body_limit: int = field(
        default=1024**2, metadata=about(_size, "Largest JSON body of a request.", shown="1MiB")
    )
    upload_limit: int = field(
        default=100 * 1024**2,
        metadata=about(_size, "Largest file that a person may upload.", shown="100MiB"),
    )
    model_limit: int = field(
        default=10 * 1024**2,
        metadata=about(_size, "Largest BPMN or form file that may be deployed.", shown="10MiB"),
    )
    session_idle: int = field(
        default=12 * 3600,
        metadata=about(
            seconds, "A person who does nothing for so long is signed out.", shown="12h"
        ),
    )
    session_limit: int = field(
        default=14 * 86400,
        metadata=about(seconds, "A person is signed out after so long in any case.", shown="14d"),
    )
    script_time: int = field(
        default=100, metadata=about(_number(1, 60_000), "Milliseconds that one script may run.")
    )
    script_memory: int = field(
        default=32 * 1024**2,
        metadata=about(_size, "Memory that one script may use.", shown="32MiB"),
    )
    backup_at: str = field(
        default="02:30",
        metadata=about(_time_of_day, "When a backup is made each day, in time_zone. Empty: never."),
    )
    backups_kept: int = field(
        default=7,
        metadata=about(_number(1, 1000), "How many of the daily backups are kept."),
    )
    audit_kept: int = field(
        default=0,
        metadata=about(_keeping, "How long the audit log is kept.", shown="forever"),
    )
    grace: int = field(
        default=10,
        metadata=about(
            seconds, "Time for running requests to end when the server stops.", shown="10s"
        ),
    )
    log_format: str = field(
        default="text",
        metadata=about(_choice("text", "json"), "How log lines look: text or json."),
    )
    log_level: str = field(
        default="info",
        metadata=about(
            _choice("debug", "info", "warning", "error"), "The least level that is logged."
        ),
    )

    sources: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)
    """Where each value came from, as people would say it."""

    @classmethod
    def load(
        cls,
        flags: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Config:
        """Read all settings; ``flags`` that are None were not given.

        Raises ``SettingInvalid`` naming the setting and its source.
        """
        environ = os.environ if environ is None else environ
        given = {name: value for name, value in (flags or {}).items() if value is not None}
        data, data_source = data_directory(given.pop("data", None), environ)
        found = _from_file(data / FILE_NAME) | _from_environment(environ)
        found |= {name: (value, _flag(name)) for name, value in given.items()}
        values = {name: _read(name, value, source) for name, (value, source) in found.items()}
        sources = {name: source for name, (_, source) in found.items()} | {"data": data_source}
        config = cls(data=data, **values, sources=sources)
        _check_together(config)
        return config

    def address(self, path: str = "") -> str:
        """The address under which people reach a page of this server."""
        if self.base_url:
            return self.base_url + path
        host = {"0.0.0.0": "localhost", "::": "localhost"}.get(self.host, self.host)
        host = f"[{host}]" if ":" in host else host
        return f"{'https' if self.tls_cert else 'http'}://{host}:{self.port}{path}"

    def source(self, name: str) -> str:
        """Where the value of this setting came from."""
        return self.sources.get(name, "default")

    def shown(self, name: str) -> str:
        """The value of this setting for people: secrets are hidden."""
        value = getattr(self, name)
        if name in SETTINGS and SETTINGS[name].metadata["secret"] and value:
            return "(set, not shown)"
        if name in SETTINGS and self.source(name) == "default" and SETTINGS[name].metadata["shown"]:
            return SETTINGS[name].metadata["shown"]
        if isinstance(value, bool):
            return str(value).lower()
        return ", ".join(value) if isinstance(value, tuple) else str(value or "")


SETTINGS: Mapping[str, dataclasses.Field[Any]] = {
    each.name: each for each in dataclasses.fields(Config) if "read" in each.metadata
}
"""The settings by name; ``metadata`` holds their reader and help."""


def data_directory(flag: str | Path | None, environ: Mapping[str, str]) -> tuple[Path, str]:
    """The data directory and where its name came from."""
    if flag:
        return Path(flag).expanduser().absolute(), "flag --data"
    if named := environ.get("WORKINGFLOW_DATA"):
        return Path(named).expanduser().absolute(), "environment WORKINGFLOW_DATA"
    return user_data_path("workingflow", appauthor=False), "default"


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Names in the environment that look like settings and are none (worth a warning)."""
    known = {PREFIX + name.upper() for name in (*SETTINGS, "data")}
    known |= {f"{name}_FILE" for name in known} | FOREIGN_VARIABLES
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def _flag(name: str) -> str:
    return f"flag --{name.replace('_', '-')}"


def _from_file(path: Path) -> dict[str, tuple[Any, str]]:
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingInvalid(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    for name in found:
        if name not in SETTINGS:
            near = difflib.get_close_matches(name, SETTINGS, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise SettingInvalid(f"{path}: there is no setting {name}.{hint}")
    return {name: (value, f"file {path}") for name, value in found.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[Any, str]]:
    found: dict[str, tuple[Any, str]] = {}
    for name in SETTINGS:
        variable = PREFIX + name.upper()
        value, file = environ.get(variable), environ.get(f"{variable}_FILE")
        if value and file:
            raise SettingInvalid(f"Both {variable} and {variable}_FILE are set; keep one of them.")
        if value:  # an empty variable means "not set", as compose files write it
            found[name] = (value, f"environment {variable}")
        elif file:
            found[name] = (_content(file, variable), f"environment {variable}_FILE")
    return found


def _content(file: str, variable: str) -> str:
    try:
        return Path(file).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise SettingInvalid(f"environment {variable}_FILE: {file}: {reason}") from error


def _read(name: str, value: Any, source: str) -> Any:
    metadata = SETTINGS[name].metadata
    try:
        return metadata["read"](value)
    except ValueError as error:
        got = "" if metadata["secret"] else f", not {value!r}"
        refusal = FlagInvalid if source == _flag(name) else SettingInvalid
        raise refusal(f"{name} ({source}): {error}{got}.") from None


def _check_together(config: Config) -> None:
    if (config.tls_cert is None) != (config.tls_key is None):
        given, missing = ("tls_cert", "tls_key") if config.tls_cert else ("tls_key", "tls_cert")
        raise SettingInvalid(f"{given} ({config.source(given)}) needs {missing} too.")
    if config.session_limit < config.session_idle:
        source = config.source("session_limit")
        raise SettingInvalid(f"session_limit ({source}) must not be less than session_idle.")
