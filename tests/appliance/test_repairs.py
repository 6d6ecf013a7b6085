"""Instances repaired by hand: modified, sent back, retried, suspended; ad-hoc work started."""

from __future__ import annotations

import pytest

from appliance.box import Box
from appliance.errors import Forbidden, InstanceNotFound, ProcessNotFound
from engine.errors import InstanceEnded, InstanceSuspended, InvalidVariables, NotWaiting
from tests.appliance.given import HOUR, MINUTE
from tests.appliance.processes import ADMIN, ERP, FOZZIE, KERMIT, deploy, names, start
from tests.play import as_xml

THREE = "start > a > b > c > end"
LATE = "start > a > end\na !| late PT2H\nlate > help > end2"
FAILS = (
    '<serviceTask id="pay" name="Pay" flowable:async="true" flowable:expression="${10 / n}"/>\n'
    "start > pay > a > end"
)
AD_HOC = (
    '<adHocSubProcess id="care" name="Care"><userTask id="wash" name="wash"/>'
    '<userTask id="feed" name="feed"/></adHocSubProcess>\nstart > care > after > end'
)


def history(box: Box, id: int) -> list[tuple[str, str, str]]:
    return [(line.what, line.by, line.detail) for line in box.instances.detail(id).history]


@pytest.mark.parametrize(
    "act",
    [
        lambda box, id: box.instances.modify(id, ADMIN, start=["a"]),
        lambda box, id: box.instances.repeat(id, "a", ADMIN),
        lambda box, id: box.instances.start_activity(id, "a", ERP),
        lambda box, id: box.instances.complete_ad_hoc(id, "a", ERP),
    ],
)
def test_what_is_not_there_or_over_is_refused(box, act):
    id = start(box, THREE)
    with pytest.raises(InstanceNotFound):
        act(box, 999_999)
    box.instances.cancel(id, "over", ADMIN).result(10)
    with pytest.raises(InstanceEnded):
        act(box, id).result(10)


def test_modify_cancels_here_and_starts_there(box):
    id = start(box, THREE)
    box.instances.modify(
        id, ADMIN, cancel=["a"], start=["c"], variables={"n": 1}, reason="it is urgent"
    ).result(10)
    assert names(box, id) == ["c"]
    assert box.instances.status(id).variables["n"] == 1
    assert ("modified", "admin", "− a, + c, n: it is urgent") in history(box, id)


def test_a_modification_that_cannot_be_changes_nothing(box):
    id = start(box, THREE)
    before = box.instances.detail(id)
    for change in ({"cancel": ["a"], "start": ["nowhere"]}, {"cancel": ["b"]}):
        with pytest.raises(NotWaiting):
            box.instances.modify(id, ADMIN, **change).result(10)
    with pytest.raises(InvalidVariables):
        box.instances.modify(id, ADMIN, variables={"initiator": "me"})
    assert box.instances.detail(id) == before


def test_places_are_the_live_tokens(box):
    id = start(box, THREE)
    [place] = box.instances.places(id)
    assert (place.node_id, place.tag, place.within) == ("a", "userTask", None)
    box.instances.modify(id, ADMIN, cancel=[place.token], start=["b"]).result(10)
    assert [place.node_id for place in box.instances.places(id)] == ["b"]
    box.instances.cancel(id, "over", ADMIN).result(10)
    assert box.instances.places(id) == []


def test_an_instance_is_sent_back(box):
    id = start(box, THREE)
    box.instances.modify(id, ADMIN, cancel=["a"], start=["c"]).result(10)
    box.instances.repeat(id, "b", ADMIN, "something was forgotten").result(10)
    assert names(box, id) == ["b"]
    assert ("repeated", "admin", "+ b: something was forgotten") in history(box, id)


def test_an_incident_is_tried_again_with_other_values(box, clock):
    id = start(box, FAILS, n="none")
    for _ in range(3):
        clock.advance(MINUTE)
        box.clockwork.fire_due()
    [incident] = box.instances.detail(id).incidents
    box.instances.retry(id, incident.id, ADMIN, variables={"n": 5}, reason="a typo").result(10)
    box.clockwork.fire_due()
    assert names(box, id) == ["a"]
    assert ("incident-resolved", "admin", "a typo") in history(box, id)
    assert ("set", "admin", "n: a typo") in history(box, id)


def test_variables_of_a_suspended_instance_can_be_set(box):
    id = start(box, THREE)
    box.instances.suspend(id, ADMIN, "wait for the lawyer").result(10)
    box.instances.set_variables(id, {"n": 1}, ADMIN, "he says so").result(10)
    assert box.instances.status(id).variables["n"] == 1
    with pytest.raises(InstanceSuspended):
        box.instances.modify(id, ADMIN, start=["b"]).result(10)
    box.instances.activate(id, ADMIN, "all is well").result(10)
    assert ("suspended", "admin", "wait for the lawyer") in history(box, id)
    assert ("activated", "admin", "all is well") in history(box, id)


def test_all_instances_of_a_process_are_suspended_and_activated(box, clock):
    deploy(box, LATE)
    ids = [box.instances.start("play", {}, ERP).result(10).instance_id for _ in range(250)]
    deploy(box, LATE.replace("help", "rescue"))
    ids.append(box.instances.start("play", {}, ERP).result(10).instance_id)
    box.instances.cancel(ids[0], "over", ADMIN).result(10)
    portions = [[one.result(10) for one in all] for all in box.instances.suspend_all("play", ADMIN)]
    assert [sum(portion) for portion in portions] == [100, 100, 50]
    assert box.instances.status(ids[-1]).status == "SUSPENDED"
    clock.advance(9 * HOUR)
    box.clockwork.fire_due()
    for portion in box.instances.activate_all("play", ADMIN):
        assert all(one.result(10) for one in portion)
    clock.advance(HOUR)
    box.clockwork.fire_due()
    assert names(box, ids[1]) == ["a"]
    clock.advance(HOUR)
    box.clockwork.fire_due()
    assert names(box, ids[1]) == ["help"]


def test_nothing_of_an_unknown_process_is_suspended(box):
    with pytest.raises(ProcessNotFound):
        list(box.instances.suspend_all("nope", ADMIN))


def test_the_clock_runs_on_where_the_process_says_so(box, clock):
    text = as_xml(LATE).replace(
        "<process ", '<process xmlns:wf="https://workingflow.dev/bpmn" wf:onSuspend="keep-running" '
    )
    id = start(box, text)
    box.instances.suspend(id, ADMIN).result(10)
    clock.advance(9 * HOUR)
    box.clockwork.fire_due()
    assert names(box, id) == ["a"]
    assert box.instances.detail(id).incidents == []
    box.instances.activate(id, ADMIN).result(10)
    box.clockwork.fire_due()
    assert names(box, id) == ["help"]


def test_ad_hoc_activities_are_offered_and_started(box):
    id = start(box, AD_HOC, by=KERMIT)
    [offer] = box.instances.offers(id)
    assert (offer.node_name, offer.may_complete) == ("Care", True)
    assert offer.activities == [("wash", "wash"), ("feed", "feed")]
    box.instances.start_activity(id, "wash", KERMIT).result(10)
    assert sorted(names(box, id)) == ["feed", "wash", "wash"]
    box.instances.start_activity(id, "feed", ERP, within=offer.token).result(10)
    assert sorted(names(box, id)) == ["feed", "feed", "wash", "wash"]


def test_ad_hoc_work_is_said_to_be_over(box):
    id = start(box, AD_HOC, by=KERMIT)
    box.instances.complete_ad_hoc(id, "care", KERMIT).result(10)
    assert names(box, id) == ["after"]
    assert box.instances.offers(id) == []
    with pytest.raises(NotWaiting, match="'care'"):
        box.instances.complete_ad_hoc(id, "care", KERMIT).result(10)


def test_only_who_has_a_part_in_the_case_starts_ad_hoc_work(box):
    id = start(box, AD_HOC, by=KERMIT)
    with pytest.raises(Forbidden):
        box.instances.start_activity(id, "wash", FOZZIE)
    with pytest.raises(Forbidden):
        box.instances.complete_ad_hoc(id, "care", FOZZIE)
    box.instances.start_activity(id, "wash", ADMIN).result(10)


@pytest.mark.parametrize("activity", ["after", "nowhere", "care"])
def test_what_is_not_offered_is_not_started(box, activity):
    id = start(box, AD_HOC)
    with pytest.raises(NotWaiting, match=activity):
        box.instances.start_activity(id, activity, ERP).result(10)


def test_no_offers_where_the_model_has_none(box):
    assert box.instances.offers(start(box, THREE)) == []
