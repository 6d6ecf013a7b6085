"""SpiffWorkflow, which other engines of this world are measured against: the extra ``bench``."""

# pyright: reportMissingImports=false
# The extra `bench` is not there where the rest is checked.

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

from tests.bench.measure import Missing

try:
    import SpiffWorkflow  # noqa: F401 - pyright: ignore[reportUnusedImport]
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True


class Spiff:
    """One process of SpiffWorkflow."""

    def __init__(self, xml: str, key: str) -> None:
        if not INSTALLED:
            raise Missing("SpiffWorkflow is not installed: pip install 'workingflow[bench]'")
        from lxml import etree
        from SpiffWorkflow.bpmn.parser import BpmnParser
        from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

        parser: Any = BpmnParser()
        parser.add_bpmn_xml(etree.parse(io.BytesIO(xml.encode())))
        self._spec: Any = parser.get_spec(key)
        self._serializer: Any = BpmnWorkflowSerializer()

    def start(self, variables: Mapping[str, Any]) -> Any:
        """A new instance, run until it waits."""
        workflow = self._new(variables)
        workflow.do_engine_steps()
        return workflow

    def run(self, variables: Mapping[str, Any]) -> Any:
        """A new instance, run to its end; there, tasks that say nothing wait for somebody."""
        workflow = self.start(variables)
        workflow.run_all(halt_on_manual=False)
        return workflow

    def _new(self, variables: Mapping[str, Any]) -> Any:
        from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

        workflow: Any = BpmnWorkflow(self._spec)
        workflow.task_tree.data.update(variables)
        return workflow

    def complete(self, workflow: Any, variables: Mapping[str, Any]) -> None:
        """Complete the first task that is ready, and run until the instance waits again."""
        from SpiffWorkflow import TaskState

        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        task.data.update(variables)
        task.run()
        workflow.do_engine_steps()

    def saved(self, workflow: Any) -> str:
        """An instance as JSON."""
        return json.dumps(self._serializer.to_dict(workflow))
