"""/admin/deploy: upload models and forms, see what is wrong with them, deploy them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post

from appliance.effects import Effect
from appliance.errors import InvalidInput
from appliance.views import ProcessView
from engine.errors import Finding, ModelInvalid
from web.bodies import files_of, form_of
from web.box import box_of
from web.render import go, page
from web.security import PageRequest, actor_of
from web.texts import _, plural
from web.translated import translated

HOME = "/admin/deploy"
_ORDER = {"error": 0, "warning": 1, "hint": 2}


@get(HOME)
async def ask(request: PageRequest) -> Response[Any]:
    """The form to choose files with."""
    return _page(request, None)


@post(HOME)
async def deploy(request: PageRequest) -> Response[Any]:
    """Check the files, and deploy them if that was asked and nothing forbids it."""
    form = await form_of(request)
    processes = box_of(request).processes
    try:
        files = await files_of(form)
        if not files:
            return _page(request, [Finding("error", "no-file", _("Choose at least one file."))])
        checked = await asyncio.to_thread(processes.check, files)
    except InvalidInput as error:
        return _page(request, [Finding("error", "files", translated(error))])
    if checked.wrong:
        return _page(request, checked.findings)
    if form.get("action") == "check":
        effects = await asyncio.to_thread(processes.effects, checked)
        return _page(request, checked.findings, effects)
    try:
        deployed = await processes.deploy_checked(checked, actor_of(request))
    except ModelInvalid as error:
        return _page(request, error.findings)
    return go(_first(deployed), _said(deployed, checked.findings))


def _page(
    request: PageRequest,
    findings: Sequence[Finding] | None,
    effects: Sequence[Effect] | None = None,
) -> Response[Any]:
    found = findings and sorted(
        findings, key=lambda one: (_ORDER[one.severity], one.file, one.line)
    )
    errors = sum(1 for one in found or () if one.severity == "error")
    return page(
        request,
        "deploy.html",
        status=422 if errors else 200,
        here="processes",
        findings=found,
        errors=errors,
        effects=effects,
    )


def _first(deployed: Sequence[ProcessView]) -> str:
    if len(deployed) == 1:
        return f"/admin/processes/{quote(deployed[0].key)}"
    return "/admin/processes"


def _said(deployed: Sequence[ProcessView], findings: Sequence[Finding]) -> str:
    names = ", ".join(
        _("%(name)s version %(num)s", name=one.name, num=one.version)
        for one in deployed
        if not one.unchanged
    )
    if names:
        said = _("Deployed: %(names)s.", names=names)
    elif deployed:
        said = _("Nothing is new in these files: no new version.")
    else:
        said = _("The forms are deployed.")
    if findings:
        said += " " + plural("%(num)s warning.", "%(num)s warnings.", len(findings))
    return said


handlers = [ask, deploy]
