"""What the tests of scenarios play: one model with a bit of everything."""

from pathlib import Path

CASE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="scenarios"
    xmlns:flowable="http://flowable.org/bpmn">
  <message id="paid" name="paid"/>
  <signal id="closed" name="closed"/>
  <process id="case" isExecutable="true">
    <startEvent id="start" flowable:initiator="who"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="note"/>
    <scriptTask id="note" scriptFormat="javascript">
      <script>console.log("noted")</script>
    </scriptTask>
    <sequenceFlow id="f2" sourceRef="note" targetRef="fork"/>
    <parallelGateway id="fork"/>
    <sequenceFlow id="f3" sourceRef="fork" targetRef="review"/>
    <sequenceFlow id="f4" sourceRef="fork" targetRef="waitForPay"/>
    <sequenceFlow id="f5" sourceRef="fork" targetRef="hear"/>
    <userTask id="review" name="Review" flowable:assignee="fozzie" flowable:owner="statler"
        flowable:dueDate="PT1H" flowable:priority="70" flowable:category="money"
        flowable:candidateUsers="gonzo, scooter" flowable:candidateGroups="managers"
        flowable:formKey="nothing">
      <documentation>Look at it</documentation>
    </userTask>
    <boundaryEvent id="late" attachedToRef="review" cancelActivity="false">
      <timerEventDefinition><timeDuration>PT2H</timeDuration></timerEventDefinition>
    </boundaryEvent>
    <sequenceFlow id="f6" sourceRef="late" targetRef="chase"/>
    <userTask id="chase" name="Chase">
      <extensionElements>
        <flowable:formProperty id="reason" name="Why" type="enum" required="true">
          <flowable:value id="ill" name="Ill"/><flowable:value id="busy" name="Busy"/>
        </flowable:formProperty>
        <flowable:formProperty id="amount" type="long" writable="false"/>
      </extensionElements>
    </userTask>
    <intermediateCatchEvent id="waitForPay">
      <messageEventDefinition messageRef="paid"/>
    </intermediateCatchEvent>
    <receiveTask id="hear"/>
  </process>
  <process id="asked" isExecutable="true">
    <startEvent id="ask">
      <extensionElements>
        <flowable:formProperty id="speaker" name="Who" type="string" required="true"/>
      </extensionElements>
    </startEvent>
    <sequenceFlow id="g1" sourceRef="ask" targetRef="speak"/>
    <userTask id="speak"/>
  </process>
  <process id="listener" isExecutable="true">
    <startEvent id="onClosed"><signalEventDefinition signalRef="closed"/></startEvent>
    <sequenceFlow id="h1" sourceRef="onClosed" targetRef="mourn"/>
    <userTask id="mourn" name="Mourn"/>
  </process>
  <process id="broken" isExecutable="true">
    <startEvent id="begin"/>
    <sequenceFlow id="i1" sourceRef="begin" targetRef="payOut"/>
    <serviceTask id="payOut" flowable:async="true" flowable:expression="${nothingThere}"/>
  </process>
  <process id="worker" isExecutable="true">
    <startEvent id="go"/>
    <sequenceFlow id="j1" sourceRef="go" targetRef="ship"/>
    <serviceTask id="ship" flowable:type="external-worker" flowable:topic="shipping"/>
    <boundaryEvent id="lost" attachedToRef="ship">
      <errorEventDefinition errorRef="gone"/>
    </boundaryEvent>
    <sequenceFlow id="j2" sourceRef="lost" targetRef="sorry"/>
    <userTask id="sorry" name="Say sorry"/>
    <sequenceFlow id="j3" sourceRef="ship" targetRef="thank"/>
    <userTask id="thank" name="Thank"/>
  </process>
  <process id="clock" isExecutable="true">
    <startEvent id="daily">
      <timerEventDefinition><timeCycle>R2/PT24H</timeCycle></timerEventDefinition>
    </startEvent>
    <sequenceFlow id="k1" sourceRef="daily" targetRef="wind"/>
    <userTask id="wind" name="Wind"/>
  </process>
</definitions>
"""


def written(folder: Path, text: str, name: str = "case.scenario.yaml") -> Path:
    """A scenario file beside the model."""
    (folder / "case.bpmn20.xml").write_text(CASE)
    path = folder / name
    path.write_text(f"deploy: case.bpmn20.xml\n{text}")
    return path
