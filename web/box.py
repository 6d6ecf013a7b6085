"""The box behind a request: the only door from the site to the appliance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar.connection import ASGIConnection

if TYPE_CHECKING:
    from appliance.box import Box


def box_of(request: ASGIConnection[Any, Any, Any, Any]) -> Box:
    """The open box that answers a request."""
    return request.app.state.box
