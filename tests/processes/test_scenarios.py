"""The scenarios that ship pass, and between them they take every way through their process."""

import json

import pytest

from appliance import scenario
from processes import SHIPPED


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: shipped.key)
def test_every_scenario_passes_and_nothing_is_left_out(shipped, capsys):
    code = scenario.run([shipped.folder], as_json=True, coverage=True)
    told = json.loads(capsys.readouterr().out)
    assert [result for result in told["results"] if not result["ok"]] == []
    assert len(told["results"]) >= 8
    assert code == scenario.PASSED
    assert [covered["never_taken"] for covered in told["coverage"]] == [[]]
