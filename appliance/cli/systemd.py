"""``workingflow systemd-unit``: a service that starts with the machine and may do little else."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from appliance.cli import options
from appliance.errors import InvalidInput

STATE = Path("/var/lib")
HOMES = (Path("/home"), Path("/root"))
UNIT = """\
# Put it into /etc/systemd/system/workingflow.service, then:
# systemctl daemon-reload && systemctl enable --now workingflow
[Unit]
Description=Workingflow
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=60
StartLimitBurst=4

[Service]
ExecStart={program} serve
Environment=WORKINGFLOW_DATA={data}
{owner}
UMask=0077
Restart=on-failure
RestartSec=2
RestartPreventExitStatus=2 3 4 5
TimeoutStopSec=30
LimitNOFILE=65536

# What it does not need, it may not do.
AmbientCapabilities={capability}
CapabilityBoundingSet={capability}
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome={home}
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


@click.command(
    "systemd-unit",
    epilog=options.example(
        "workingflow systemd-unit --data /var/lib/workingflow --user workingflow"
        " > /etc/systemd/system/workingflow.service"
    ),
)
@click.option("--user", default="", help="Who runs it. Without: a user that systemd makes.")
@options.data
def systemd_unit(user: str, data: str | None) -> None:
    """Print a unit for systemd that runs this program.

    The data directory may be anywhere with --user; without, it must be in /var/lib.
    """
    config = options.load(data or str(STATE / "workingflow"))
    click.echo(unit(_program(), config.data, user, config.port), nl=False)


def unit(program: str, data: Path, user: str, port: int) -> str:
    """The text of the unit. Raises ``InvalidInput`` for a place that systemd cannot provide."""
    home = [place for place in HOMES if data.is_relative_to(place)]
    return UNIT.format(
        program=program,
        data=data,
        owner=_owner(data, user),
        capability="CAP_NET_BIND_SERVICE" if port < 1024 else "",
        home="no" if home else "read-only",
    )


def _owner(data: Path, user: str) -> str:
    if user:
        return f"User={user}\nReadWritePaths={data}"
    if not data.is_relative_to(STATE):
        raise InvalidInput(f"{data} is not in {STATE}: name the user who owns it, with --user.")
    name = data.relative_to(STATE)
    return f"DynamicUser=yes\nStateDirectory={name}\nStateDirectoryMode=0700"


def _program() -> str:
    started = Path(sys.argv[0])
    if getattr(sys, "frozen", False) or started.name == "__main__.py":
        started = Path(sys.executable)
    more = " -m appliance" if started.name.startswith("python") else ""
    return f"{started.absolute()}{more}"
