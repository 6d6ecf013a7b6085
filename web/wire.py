"""What the REST API says and hears: its records, its times and its JSON.

Field names are the API's own (camelCase), ids are texts, times are UTC with three digits:
``2026-05-01T09:15:22.000+00:00``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from engine.errors import Finding

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encoder = msgspec.json.Encoder(decimal_format="number")
encode = _encoder.encode
"""A record, or a list of them, as JSON bytes; decimals stay numbers, digit by digit."""


def moment(ms: int) -> str:
    """Milliseconds since the epoch as the API writes times."""
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")


class Error(msgspec.Struct, frozen=True, gc=False):
    """Every error: a message for people and a code for programs."""

    error: str
    code: str


class Process(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One entry of ``GET /processapi/list``: the latest version of a process."""

    key: str
    name: str
    version: int
    description: str
    has_start_form: bool


class Started(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The answer to ``POST /processapi/{processKey}/start``."""

    process_instance_id: str
    process_definition_key: str
    message: str = "Process started successfully"


class Sent(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The answer to ``POST /api/v1/messages``: where it arrived, which it may have started."""

    process_instance_id: str
    started: bool


class Broadcast(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The answer to ``POST /api/v1/signals``: the instances that it started."""

    started_process_instance_ids: list[str]


class Deployed(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A process of a deployment; ``unchanged``: this version is the one that was there before."""

    key: str
    name: str
    version: int
    executable: bool
    unchanged: bool


class Deployment(msgspec.Struct, frozen=True):
    """The answer to ``POST /api/v1/deployments``; none of the findings is an error."""

    processes: list[Deployed]
    findings: Sequence[Finding]


class NotDeployed(msgspec.Struct, frozen=True):
    """The error of ``POST /api/v1/deployments`` that also says everything that was found."""

    error: str
    code: str
    findings: Sequence[Finding]


class Job(msgspec.Struct, frozen=True, rename="camel"):
    """A job that ``POST /api/v1/jobs/fetch`` has given to a worker."""

    job_id: str
    process_instance_id: str
    process_definition_key: str
    activity_id: str
    retries: int
    locked_until: str
    variables: dict[str, Any]


class Incident(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """An open incident of ``GET /api/v1/instances/{id}/incidents``."""

    incident_id: str
    activity_id: str
    activity_name: str
    message: str
    create_time: str


class Task(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """An open task in a status."""

    task_id: str
    task_name: str
    assignee: str | None
    create_time: str


class File(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A file of an instance; ``name`` is what the download address ends with."""

    name: str
    original_name: str
    content_type: str
    size: int
    uploaded_at: str
    uploaded_by: str | None
    task_id: str | None


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to ``GET /processapi/{id}/status``."""

    process_instance_id: str
    process_definition_name: str
    process_definition_key: str
    start_time: str
    end_time: str | None
    status: str
    active_tasks: list[Task]
    variables: dict[str, Any]
    files: list[File]
