"""The program ``workingflow``; the only module of the appliance that knows the web."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from appliance import cli, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from appliance.box import Box
    from appliance.config import Config


def main() -> None:
    """Run the command line."""
    held = frozen.settle()
    code = cli.main(None, _serve)
    del held  # kept until here: it guards the unpacked files
    sys.exit(code)


def _serve(box: Box, config: Config, ready: Callable[[], None]) -> None:
    from web.server import serve  # only one command serves; the others start quicker without

    serve(box, config, ready)


if __name__ == "__main__":
    main()
