"""The wheel's build hook: bundles the front end, also for an editable install."""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))
import frontend


class FrontendHook(BuildHookInterface):
    """Builds the bundles; where that fails, warns, or fails too if the environment asks for it."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What packs, and brings npm where this machine has none, when something must be built."""
        if frontend.is_fresh():
            return []
        npm = [] if frontend.has_npm() else [frontend.NPM_PACKAGE]
        return [frontend.GZIP_PACKAGE, *npm]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build before hatchling collects the files."""
        try:
            frontend.build()
        except frontend.FrontendError as error:
            if os.environ.get("WORKINGFLOW_REQUIRE_FRONTEND") == "1":
                raise
            self.app.display_warning(f"The web pages will lack style and script: {error}")
