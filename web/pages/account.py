"""/account: a person's own name, password, look and sessions; and signing out."""

from __future__ import annotations

import asyncio
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath

from appliance.errors import InvalidInput, TooManyAttempts, WrongPassword
from web.bodies import form_of, text_of
from web.box import box_of
from web.live import end_streams
from web.pages.sign_in import address_of, sign_in
from web.render import KEYS, THEME, go, page
from web.security import SESSION, PageRequest, actor_of
from web.texts import _, languages
from web.translated import translated

THEMES = ("auto", "light", "dark")
YEAR = 365 * 86400
# In this order: most browsers claim to be others as well.
_BROWSERS = [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
             ("Safari/", "Safari"), ("curl/", "curl")]  # fmt: skip
_SYSTEMS = [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS", "macOS"), ("Linux", "Linux")]  # fmt: skip


@get("/account")
async def show(request: PageRequest) -> Response[Any]:
    """Everything about the account on one page."""
    return _page(request)


@post("/account")
async def change(request: PageRequest) -> Response[Any]:
    """Change the name shown, the address and the time zone."""
    try:
        await box_of(request).people.update(
            request.user.name,
            display_name=await text_of(request, "display_name"),
            email=await text_of(request, "email"),
            zone=await text_of(request, "zone"),
            language=await text_of(request, "language"),
            by=actor_of(request),
        )
    except InvalidInput as error:
        return _page(request, profile_problem=translated(error))
    return go("/account", _("Saved."))


@post("/account/password")
async def change_password(request: PageRequest) -> Response[Any]:
    """Change the password; every other browser is signed out."""
    new = await text_of(request, "new")
    if new != await text_of(request, "again"):
        return _page(request, password_problem=_("The two new passwords are not the same."))
    old, address = await text_of(request, "old"), address_of(request)
    people = box_of(request).people
    try:
        changed = asyncio.to_thread(people.change_password, request.user.name, old, new, address)
        await (await changed)
    except WrongPassword:
        return _page(request, password_problem=_("The old password is wrong."))
    except (InvalidInput, TooManyAttempts) as error:
        return _page(request, password_problem=translated(error))
    end_streams(request)
    said = _("Your password is changed. Other browsers are signed out.")
    return await sign_in(request, request.user, go("/account", said))


@post("/account/theme")
async def change_theme(request: PageRequest) -> Response[Any]:
    """Light, dark, or as the system has it; keys that do something, or not."""
    theme = await text_of(request, "theme")
    response = go("/account", _("Saved."))
    keys = "" if await text_of(request, "keys") else "off"
    response.set_cookie(
        Cookie(key=KEYS, value=keys, path="/", max_age=YEAR, samesite="lax", httponly=True)
    )
    # Scripts read and write it too, so that the switch in the navigation works at once.
    response.set_cookie(
        Cookie(
            key=THEME,
            value=theme if theme in THEMES else "auto",
            path="/",
            max_age=YEAR,
            samesite="lax",
        )
    )
    return response


@post("/account/notices")
async def choose_notices(request: PageRequest) -> Response[Any]:
    """Which notices this person wants."""
    wanted = [each for each in (await form_of(request)).getall("kind", []) if isinstance(each, str)]
    await box_of(request).notices.choose(request.user.name, wanted)
    return go("/account#notices", _("Saved."))


@post("/account/sessions/{session:int}/revoke")
async def revoke(request: PageRequest, session: FromPath[int]) -> Response[Any]:
    """Sign one browser out."""
    await box_of(request).sessions.revoke(request.user.name, session)
    end_streams(request)
    return go("/account", _("That browser is signed out."))


@post("/account/sessions/revoke-others")
async def revoke_others(request: PageRequest) -> Response[Any]:
    """Sign all browsers out but this one."""
    box = box_of(request)
    await box.sessions.revoke_all(request.user.name, but=request.auth.id)
    end_streams(request)
    return go("/account", _("All other browsers are signed out."))


@post("/logout")
async def sign_out(request: PageRequest) -> Response[Any]:
    """End this session."""
    await box_of(request).sessions.end(request.cookies[SESSION])
    end_streams(request)
    response = go("/login", _("You are signed out."))
    response.delete_cookie(SESSION)
    return response


def browser_of(agent: str) -> str:
    """What a person would call the browser that sends this ``User-Agent``."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or agent[:60] or _("Unknown browser")


def _page(
    request: PageRequest, profile_problem: str = "", password_problem: str = ""
) -> Response[Any]:
    box = box_of(request)
    as_server = _("As the server: %(zone)s", zone=box.config.time_zone)
    return page(
        request,
        "account.html",
        status=422 if profile_problem or password_problem else 200,
        here="account",
        sessions=box.sessions.list(request.user.name),
        this_session=request.auth.id,
        languages=_languages(),
        kinds=_kinds(),
        muted=box.notices.muted(request.user.name),
        second_factor=box.second_factor.enabled(request.user.name),
        codes_left=box.second_factor.codes_left(request.user.name),
        coming=box.substitutes.coming(request.user.name),
        zones=[("", as_server), *((zone, zone) for zone in _zones(request.user.zone))],
        browser_of=browser_of,
        profile_problem=profile_problem,
        password_problem=password_problem,
    )


def _zones(chosen: str) -> list[str]:
    """Those of places, without old names such as ``GMT-0`` and ``Factory``, and the chosen one."""
    places = {zone for zone in available_timezones() if "/" in zone and zone[:4] != "Etc/"}
    return sorted(places | {"UTC"} | ({chosen} if chosen else set()))


def _languages() -> list[tuple[str, str]]:
    """Each language by its own name."""
    found = [(code, Locale.parse(code).get_display_name(code) or code) for code in languages()]
    return [("", _("As the browser or the server")), *found]


def _kinds() -> list[tuple[str, str]]:
    return [
        ("assigned", _("Somebody gives me a task")),
        ("mentioned", _("A comment mentions me")),
        ("overdue", _("A task of mine is overdue")),
        ("escalated", _("The time for a task or request of mine has run out")),
        ("incident", _("Work stands still, and I am among those who are told")),
    ]


handlers = [
    show,
    change,
    choose_notices,
    change_password,
    change_theme,
    revoke,
    revoke_others,
    sign_out,
]
