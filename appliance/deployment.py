"""What a deployment consists of and whether it may run: files in, checked models and forms out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from appliance.store.known import Known
from engine.elements.start_event import StartEvent
from engine.elements.user_task import UserTask
from engine.errors import Finding, ModelInvalid
from engine.form_fields import FormField
from engine.forms import Form, from_form_fields
from engine.model import Node, Process
from engine.xml import Bpmn, inspect

MODEL_SUFFIXES = (".bpmn20.xml", ".bpmn", ".xml")
FORM_SUFFIXES = (".form", ".json")
RESERVED_KEYS = frozenset({
    "list", "tasks", "instances", "messages", "signals", "jobs", "incidents", "webhooks", "events",
    "sla", "deployments", "openapi.json", "whoami", "version",
})  # fmt: skip
"""Words that stand in the API's addresses where a process key would."""

_KEY = re.compile(r"[A-Za-z0-9._~-]{1,200}")


@dataclass
class Deployment:
    """Files that belong together, read and checked; with errors in ``findings`` none of it runs."""

    files: Mapping[str, bytes]
    models: list[Bpmn] = field(default_factory=list)
    forms: dict[str, tuple[str, Form]] = field(default_factory=dict)
    """By form key: the file's name and the form."""
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def read(cls, files: Mapping[str, bytes], limit: int, known: Known) -> Deployment:
        """Read everything that is to be deployed beside what is ``known``.

        No file may be larger than ``limit`` bytes. What is wrong is in ``findings``.
        """
        deployment = cls(files)
        for name, data in files.items():
            if len(data) > limit:
                deployment._error("too-large", f"the file is larger than {limit:,} bytes", name)
            elif name.lower().endswith(MODEL_SUFFIXES):
                deployment._read_model(name, data)
            elif name.lower().endswith(FORM_SUFFIXES):
                deployment._read_form(name, data)
            else:
                kinds = ", ".join((*MODEL_SUFFIXES, *FORM_SUFFIXES))
                deployment._error("file-kind", f"the name must end with one of {kinds}", name)
        deployment._check(known)
        return deployment

    @property
    def processes(self) -> Iterator[tuple[str, Process]]:
        """What is deployed, with the names of the files: where none runs, all, to be viewed."""
        return (
            (model.file, process)
            for model in self.models
            for process in model.executable or model.processes
        )

    @property
    def wrong(self) -> bool:
        """Whether there are errors."""
        return any(finding.severity == "error" for finding in self.findings)

    def or_raise(self) -> Deployment:
        """Itself, or ``ModelInvalid`` when there are errors."""
        if self.wrong:
            raise ModelInvalid(self.findings)
        return self

    @cached_property
    def digests(self) -> Mapping[str, bytes]:
        """The SHA-256 of each file."""
        return {name: hashlib.sha256(data).digest() for name, data in self.files.items()}

    def digest(self, file: str, process: Process) -> bytes:
        """What has to be the same for nothing to be new: the file and the forms beside it."""
        own = [self.forms[key][0] for key in sorted(set(form_keys(process))) if key in self.forms]
        return hashlib.sha256(b"".join(self.digests[name] for name in (file, *own))).digest()

    def _read_model(self, name: str, data: bytes) -> None:
        try:
            model = inspect(data, name)
        except ModelInvalid as error:
            self.findings += error.findings
            return
        self.models.append(model)
        self.findings += model.findings
        if model.processes and not model.executable:
            why = 'no process is executable: kept for viewing only; isExecutable="true" lets it run'
            self.findings.append(Finding("warning", "not-executable", why, file=name))

    def _read_form(self, name: str, data: bytes) -> None:
        try:
            form = Form.read(data, file=name)
        except ModelInvalid as error:
            self.findings += error.findings
            return
        self.findings += form.findings
        key = form.id or _stem(name)
        if key in self.forms:
            self._error("duplicate-form", f"{self.forms[key][0]} has the form {key} too", name)
        self.forms[key] = name, form

    def _check(self, known: Known) -> None:
        seen: dict[str, str] = {}
        for file, process in self.processes:
            if process.key in seen:
                self._error("duplicate-process", f"the key {process.key} is used twice", file)
            seen[process.key] = file
            self._check_key(file, process)
            if not process.executable:
                continue
            for node in form_nodes(process):
                self._check_form(file, node, known)
            self._check_groups(file, process, known)

    def _check_key(self, file: str, process: Process) -> None:
        key = process.key
        if not _KEY.fullmatch(key) or set(key) == {"."}:
            why = "may have letters, digits, dots, hyphens and underscores, at most 200"
        elif key.isdecimal():
            why = "must not be a number: it would be taken for an instance's id"
        elif key.lower() in RESERVED_KEYS:
            why = "is a word that the API's addresses use"
        else:
            return
        self._error("process-key", f"the process key {key[:200]!r} {why}", file, process)

    def _check_form(self, file: str, node: Node, known: Known) -> None:
        key = constant_form_key(node)
        if key and key not in self.forms and not known.form(key):
            why = f"there is no form {key!r}: deploy it beside the model"
            self._warn("unknown-form", why, node, file)
        if fields := form_fields(node):
            try:
                form = Form.parse(from_form_fields(fields, key=node.id, file=file), file=file)
            except ModelInvalid as error:
                self.findings += error.findings
            else:
                self.findings += form.findings

    def _check_groups(self, file: str, process: Process, known: Known) -> None:
        for node, groups in constant_groups(process):
            for group in groups:
                if not known.group(group):
                    why = f"there is no group {group!r}: nobody is in it until it is made"
                    self._warn("unknown-group", why, node, file)

    def _warn(self, rule: str, message: str, node: Node, file: str) -> None:
        self.findings.append(Finding("warning", rule, message, node.id, node.line, file))

    def _error(self, rule: str, message: str, file: str, process: Process | None = None) -> None:
        element, line = (process.id, process.line) if process else ("", 0)
        self.findings.append(Finding("error", rule, message, element, line, file))


def form_nodes(process: Process) -> Iterable[Node]:
    """The nodes of a process that may have a form."""
    return process.every(StartEvent, UserTask)


def form_fields(node: Node) -> tuple[FormField, ...]:
    """The form fields that stand in the model itself."""
    return node.form_fields if isinstance(node, StartEvent | UserTask) else ()


def constant_form_key(node: Node) -> str | None:
    """The form key of a node, when it is not computed."""
    if isinstance(node, StartEvent):
        return node.form_key
    if isinstance(node, UserTask) and node.form_key is not None and node.form_key.constant:
        return node.form_key.text
    return None


def constant_groups(process: Process) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """The groups that a process and its tasks name outright, without an expression."""
    yield process, process.candidate_starter_groups
    for task in process.every(UserTask):
        if task.groups:
            yield task, tuple(group.text for group in task.groups if group.constant)


def form_keys(process: Process) -> Iterable[str]:
    """All form keys of a process that are not computed."""
    return (key for node in form_nodes(process) if (key := constant_form_key(node)))


def _stem(name: str) -> str:
    for suffix in FORM_SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name
