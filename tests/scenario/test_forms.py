"""Scenarios fill in forms: fields, buttons, and the keys of whoever asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.test_run import passes

DECIDED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"
    xmlns:flowable="http://flowable.org/bpmn">
  <message id="asked" name="asked"/>
  <message id="answered" name="answered"/>
  <process id="decided" isExecutable="true">
    <startEvent id="begin"><messageEventDefinition messageRef="asked"/></startEvent>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="decide"/>
    <userTask id="decide" name="Decide" flowable:formKey="decision"/>
    <sequenceFlow id="f2" sourceRef="decide" targetRef="hear"/>
    <receiveTask id="hear" messageRef="answered"/>
  </process>
</definitions>
"""
DECISION = """{"id": "decision", "type": "default", "wf:outcomeVariable": "verdict",
  "components": [{"id": "a", "type": "textfield", "key": "why", "validate": {"required": true}}],
  "wf:outcomes": [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]}
"""


def test_buttons_of_a_start_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    begins = '<startEvent id="begin" flowable:formKey="decision"/>'
    message = '<startEvent id="begin"><messageEventDefinition messageRef="asked"/></startEvent>'
    (tmp_path / "decided.bpmn20.xml").write_text(DECIDED.replace(message, begins))
    (tmp_path / "decision.form").write_text(DECISION)
    passes(
        tmp_path,
        """
  - deploy: [decision.form, decided.bpmn20.xml]
  - {start: decided, form: {why: cheap}, outcome: perhaps, fails: VALIDATION_FAILED}
  - {start: decided, form: {why: cheap}, fails: VALIDATION_FAILED}
  - {start: decided, form: {why: cheap}, outcome: "no"}
  - {expect: {tasks: [Decide], variables: {verdict: "no", why: cheap}}}
""",
        capsys,
    )


def test_forms_outcomes_and_business_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "decided.bpmn20.xml").write_text(DECIDED)
    (tmp_path / "decision.form").write_text(DECISION)
    passes(
        tmp_path,
        """
  - deploy: [decision.form, decided.bpmn20.xml]
  - {message: asked, business_key: one, as: one}
  - {message: asked, business_key: two, as: two}
  - expect: {task_form: {of: Decide, fields: [{id: why, required: true, value: ''}]}}
  - {complete: Decide, in: one, form: {why: cheap}, outcome: perhaps, fails: VALIDATION_FAILED}
  - {complete: Decide, in: one, form: {}, outcome: "yes", fails: VALIDATION_FAILED}
  - {complete: Decide, in: one, outcome: perhaps, fails: INVALID_INPUT}
  - {expect: {tasks: [Decide], no_variables: [verdict, why]}, in: one}
  - {complete: Decide, in: one, form: {why: cheap}, outcome: "yes"}
  - {expect: {variables: {verdict: "yes", why: cheap}, active: [hear]}, in: one}
  - {complete: Decide, in: two, outcome: "no", variables: {why: dear}}
  - {expect: {variables: {verdict: "no", why: dear}, active: [hear]}, in: two}
  - {message: answered, fails: AMBIGUOUS_CORRELATION}
  - {message: answered, business_key: two}
  - {expect: {status: COMPLETED, variables: {verdict: "no"}, visited: {hear: 1}}, in: two}
  - {expect: {status: ACTIVE, visited: {hear: 0}}, in: one}
""",
        capsys,
    )
