"""Scripts: what they see, what becomes of what they do, and that they cannot do more."""

from decimal import Decimal
from typing import Any

import pytest

from engine.errors import ScriptFailed, ScriptInvalid
from engine.script import BpmnErrorRaised, Outcome, Script, language_of

FACTS = {
    "now": 1_777_627_222_000,
    "execution": {"id": "52410", "processInstanceId": "52407", "processInstanceBusinessKey": None},
}
TASK = {"id": "52412", "name": "Review", "assignee": None, "candidateUsers": ["kermit"]}


def run(source: str, /, *, facts=FACTS, language="javascript", **variables: Any) -> Outcome:
    """Compile and run a script."""
    return Script.compile(source, language).run(variables, facts)


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("n + 1", 42),
        ("var r = 'success'; r;", "success"),
        ("let a = 1; const b = 2; a + b", 3),
        ("if (n > 40) 'big'; else 'small'", "big"),
        ("for (var i = 0, s = 0; i < 4; i++) s += i;", 6),
        ("(function f(x) { return x ? 1 + f(x - 1) : 0; })(1000)", 1000),
        ("function f(x) { return x * 2; } f(n)", 82),
        ("order.lines.map(l => l.price).reduce((a, b) => a + b)", 7),
        ("execution.getVariable('n') + execution.getVariable('nope')", 41),
        ("execution.hasVariable('n') && !execution.hasVariable('nope')", True),
        ("typeof nope", "undefined"),
        ("execution.getProcessInstanceId() + '/' + execution.id", "52407/52410"),
        ("execution.processInstanceBusinessKey", None),
        ("new Date().toISOString()", "2026-05-01T09:20:22.000Z"),
        ("Date.now()", 1_777_627_222_000),
        ("new Date(0)", "1970-01-01T00:00:00.000Z"),
        ("new Date(2026, 0) instanceof Date", True),
        ("[1, , undefined, null]", [1, None, None, None]),
        ("({a: undefined, b: () => 1, c: [{}]})", {"c": [{}]}),
        ("undefined", None),
        ("'Grüße 🙂'", "Grüße 🙂"),
        ("'ab'.replace(/b/g, 'c')", "ac"),
        ("JSON.stringify(order)", '{"lines":[{"price":3},{"price":4}]}'),
        ("total = n * 2; total", 82),
        ("`Date = ${new Date(0).getTime()}`", "Date = 0"),
        ("var a = function () { return 2 }\n(n)", None),
        ("var a = function () { return 2 }\n(n); a", 2),
        ("var a = {}\nn", 41),
        ("var a = 1\nn", 41),
        ("var t = 'a;\\\nb'; t", "a;b"),
        ("n; // 'x'", 41),
        ("n; 'x'; // y", "x"),
        ("n; function g() { return 1 }", 41),
        ("n; class A {}", 41),
        ("n; var z = 1", 41),
        ("n; if (false) { 1 }", None),
        ("n; throw_ = 1;;; ;", 1),
        ("do n; while (false)", 41),
        ("var x = 1; function x() {} x", 1),
        ("switch (n) { case 41: 'yes'; break; default: 'no' }", "yes"),
        ("try { n.a.b } catch (e) { 'caught' }", "caught"),
        ("label: for (;;) { n; break label; }", 41),
        ("({a: n})", {"a": 41}),
        ("n == 41 ? 'a' : 'b'", "a"),
        ("n,\n'b'", "b"),
        ("/a;b/.test('a;b')", True),
        ("`${n}`", "41"),
        ("'use strict'; n", 41),
        ("/* a; b */ n // c; d", 41),
        ("", None),
    ],
)
def test_a_script_sees_variables_and_has_a_value(source, result):
    variables = {"n": 41, "order": {"lines": [{"price": 3}, {"price": 4}]}}
    assert run(source, **variables).result == result
    assert Script.compile(source, "js", result=False).run(variables, FACTS).result is None


def test_what_a_script_sets_comes_out():
    outcome = run(
        """
        execution.setVariable('total', n + 1);
        execution.setVariable('list', [n, {deep: true}]);
        execution.setVariable('gone', 1);
        execution.removeVariable('gone');
        execution.removeVariable('back');
        execution.setVariable('back', undefined);
        execution.setVariableLocal('here', 'x');
        execution.setTransientVariable('brief', new Date(0));
        execution.setVariables({a: 1, b: 2});
        """,
        n=41,
    )
    assert outcome.sets == {
        "total": 42, "list": [41, {"deep": True}], "back": None, "a": 1, "b": 2
    }  # fmt: skip
    assert outcome.local_sets == {"here": "x"}
    assert outcome.transient_sets == {"brief": "1970-01-01T00:00:00.000Z"}
    assert outcome.removed == ("gone",)


def test_a_script_reads_what_it_has_set():
    source = (
        "execution.setVariable('n', 5); [n, execution.getVariable('n'), execution.getVariables()]"
    )
    assert run(source, n=1).result == [5, 5, {"n": 5}]
    assert run("execution.removeVariable('n'); execution.getVariable('n')", n=1).result is None


def test_what_is_assigned_without_execution_is_not_set():
    source = "n = 2; var fresh = 3; other = 4; order.price = 9; execution.getVariable('n')"
    outcome = run(source, n=1, order={"price": 1})
    assert outcome.result == 1
    assert outcome.sets == {}
    assert outcome.globals == {}


def test_globals_are_kept_on_demand():
    source = "n = 2; var fresh = 3; other = [4]; unset = undefined; execution.setVariable('x', n)"
    outcome = Script.compile(source, "js", keep_globals=True).run({"n": 1}, FACTS)
    assert outcome.globals == {"n": 2, "fresh": 3, "other": [4]}
    assert outcome.sets == {"x": 2}


def test_variables_of_any_name_can_be_reached():
    outcome = run("execution.getVariable('first-name') + execution.getVariable(\"größe\")",
                  **{"first-name": "Ada", "größe": 3, "unseen": 1})  # fmt: skip
    assert outcome.result == "Ada3"
    assert run("größe + 1", größe=3).result == 4


@pytest.mark.parametrize(
    "source",
    [
        "execution.getVariable('a' + 'b')",
        "execution.getVariables().ab",
        "var e = execution; e.getVariable(['a', 'b'].join(''))",
        "var get = execution.getVariable; get('a'.concat('b'))",
        "execution['getVariable']('a' + 'b')",
        "execution.getVariableNames().indexOf('a' + 'b') >= 0 ? 7 : 0",
    ],
)
def test_variables_whose_names_are_computed_are_there(source):
    assert run(source, ab=7).result == 7


def test_numbers_keep_what_javascript_can_keep():
    outcome = run(
        "execution.setVariable('a', small); execution.setVariable('b', big + 1n);"
        "execution.setVariable('c', price); execution.setVariable('d', order);"
        "execution.setVariable('e', 0.1 + 0.2); execution.setVariable('f', 1e21);"
        "execution.setVariable('g', 10 / 2); execution.setVariable('h', -0);",
        small=9007199254740991,
        big=9007199254740993,
        price=Decimal("1.10"),
        order={"id": 12345678901234567890, "text": "1234567890123456789"},
    )
    assert outcome.sets == {
        "a": 9007199254740991,
        "b": 9007199254740994,
        "c": Decimal("1.1"),
        "d": {"id": 12345678901234567890, "text": "1234567890123456789"},
        "e": Decimal("0.30000000000000004"),
        "f": 10**21,
        "g": 5,
        "h": 0,
    }
    assert all(type(value) is not float for value in outcome.sets.values())
    assert type(outcome.sets["f"]) is int


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("NaN", "NaN cannot be kept"),
        ("1 / 0", "Infinity cannot be kept"),
        ("[{a: NaN}]", "NaN cannot be kept"),
        ("() => 1", "a function cannot be kept"),
        ("Symbol('x')", "a symbol cannot be kept"),
        ("new Map()", "a Map or Set cannot be kept"),
        ("(() => { const a = []; a.push(a); return a; })()", "nested too deeply"),
        ("[...Array(200)].reduce(a => [a], 1)", "nested too deeply"),
    ],
)
def test_what_is_no_json_cannot_be_set(value, message):
    with pytest.raises(ScriptFailed, match=f"variable x: .*{message}"):
        run(f"execution.setVariable('x', {value})")
    with pytest.raises(ScriptFailed, match=message):
        run(value)


def test_half_a_character_does_not_come_out():
    with pytest.raises(ScriptFailed):
        run("execution.setVariable('x', '\\ud800')")


def test_console_lines_are_kept():
    outcome = run(
        "console.log('n is', n, {a: [1]}, null, undefined); print('x'); console.warn(1n)", n=1
    )
    assert outcome.log == ('n is 1 {"a":[1]} null undefined', "x", "1")
    assert len(run("for (let i = 0; i < 1500; i++) console.log(i)").log) == 1000
    assert run("console.log('x'.repeat(150000)); console.log('y')").log == ("x" * 100_000 + "…",)


@pytest.mark.parametrize(
    "source",
    [
        "throw new BpmnError('LIMIT', 'too much')",
        "throw new org.flowable.engine.delegate.BpmnError('LIMIT', 'too much')",
        "throw new org.activiti.engine.delegate.BpmnError('LIMIT', 'too much')",
        "throw new org.camunda.bpm.engine.delegate.BpmnError('LIMIT', 'too much')",
        "throw new (Java.type('org.flowable.engine.delegate.BpmnError'))('LIMIT', 'too much')",
        "throw new Packages.org.flowable.engine.delegate.BpmnError('LIMIT', 'too much')",
        "var E = Packages.org.flowable.engine.delegate.BpmnError; throw new E('LIMIT', m)",
        "var BpmnError = org.flowable.engine.delegate.BpmnError; throw new BpmnError('LIMIT', m)",
        "function f() { throw new BpmnError('LIMIT', 'too much'); } f()",
        "try { throw new BpmnError('LIMIT', 'too much') } catch (e) { throw e }",
    ],
)
def test_a_bpmn_error_is_part_of_the_outcome(source):
    outcome = run(f"execution.setVariable('before', 1); {source}", m="too much")
    assert outcome.error == BpmnErrorRaised("LIMIT", "too much")
    assert outcome.sets == {"before": 1}
    assert run("try { throw new BpmnError('A') } catch (e) { e.getErrorCode() }").result == "A"


def test_a_bpmn_error_carries_what_was_added_to_it():
    outcome = run(
        "const e = new BpmnError('A'); e.addAdditionalData('n', [1n, {b: '\\u00e9'}]); throw e"
    )
    assert outcome.error == BpmnErrorRaised("A", "", {"n": [1, {"b": "é"}]})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("\n\nnope + 1", "ReferenceError: nope is not defined, at line 3"),
        ("var a = null;\na.b", "cannot read property 'b' of null, at line 2"),
        ("function f() {\n throw new Error('no')\n}\n\nf()", "Error: no, at line 2"),
        ("throw 'plain text'", "plain text"),
        ("throw {a: 1}", '{"a":1}'),
        ("throw null", "null"),
        ("throw undefined", "undefined"),
        ("throw {toString() { throw 1 }}", ""),
        ("\nexecution.setVariable(1, 2)", "name of a variable must be a string, at line 2"),
        ("execution.nope()", "not a function"),
        ("Java.type('java.util.Date')", "classes of Java are not available"),
        ("task.getName()", "task is not defined"),
        ("async function f() { await 1; } f()", "asynchronous"),
        ("(async () => {})().then(() => 1)", "asynchronous"),
        ("import('fs')", "asynchronous"),
        ("eval('1')", "eval is not defined"),
        ("Function('return 1')()", "code cannot be made from text"),
        ("(() => 1).constructor('return 1')()", "code cannot be made from text"),
        ("(function* () {}).constructor('yield 1')()", "code cannot be made from text"),
        ("(async () => 1).constructor('1')", "code cannot be made from text"),
        ("require('fs')", "require is not defined"),
        ("process.exit(1)", "process is not defined"),
    ],
)
def test_a_script_that_fails_says_where(source, message):
    with pytest.raises(ScriptFailed) as refusal:
        run(source)
    assert message in str(refusal.value)
    assert run("1 + 1").result == 2


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("var = 1", "SyntaxError.*at line 1"),
        ("var a = 1;\nvar b = ;", "SyntaxError.*at line 2"),
        ("}", "SyntaxError"),
        ("} }; leak = 1; () => { with ({}) {", "SyntaxError"),
        ("return 1", "SyntaxError"),
        ("await 1", "SyntaxError"),
        ("'unclosed", "SyntaxError"),
        ("/* unclosed", "SyntaxError"),
        ("new java.util.ArrayList()", "classes of Java.*at line 1"),
        ("\nvar d = new java.util.Date()", "classes of Java.*at line 2"),
        ("importPackage(java.util)", "classes of Java"),
        ("Java.from(x)", "classes of Java"),
        ("var x = org.json.simple.JSONObject()", "classes of Java"),
        ("x" * 200_001, "more than 200000 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_when_it_is_deployed(source, message):
    with pytest.raises(ScriptInvalid, match=message):
        Script.compile(source, "javascript")


def test_deploying_runs_nothing():
    Script.compile("for (;;) {}", "javascript")
    Script.compile("let x = 1; class A {}; function f() {}", "javascript")
    assert run("typeof x + typeof A + typeof f").result == "undefined" * 3


@pytest.mark.parametrize(
    "name",
    ["javascript", "JavaScript", " js ", "ECMAScript", "application/javascript", "text/javascript"],
)
def test_names_of_javascript(name):
    assert language_of(name) == "javascript"
    assert run("1", language=name).result == 1


def test_other_languages_are_refused_with_a_hint():
    assert language_of("") == language_of("JUEL") == "juel"
    for name in ("python", "java", "ruby", "jython", "FEEL", "bash", "groovyscript"):
        with pytest.raises(ScriptInvalid, match="JavaScript"):
            Script.compile("x", name)
    with pytest.raises(ScriptInvalid, match="JUEL"):
        Script.compile("${x}", "juel")


@pytest.mark.parametrize(
    ("source", "sets"),
    [
        ('execution.setVariable("x", 1)', {"x": 1}),
        ("execution.setVariable('x', 'a');\nexecution.setVariable('y', 1)//b", {"x": "a", "y": 1}),
        ("/* two\nlines */ execution.setVariable('x', n)", {"x": 5}),
        ("", {}),
    ],
)  # fmt: skip
def test_groovy_that_is_javascript_too_runs(source, sets):
    assert run(source, language="groovy", n=5).sets == sets


@pytest.mark.parametrize(
    "source",
    [
        "throw new org.flowable.engine.delegate.BpmnError('LIMIT', 'too much')",
        'import org.flowable.engine.delegate.BpmnError;\nthrow new BpmnError("LIMIT", text) // a',
    ],
)
def test_a_groovy_script_may_throw_an_error(source):
    outcome = run(source, language="groovy", text="too much")
    assert outcome.error == BpmnErrorRaised("LIMIT", "too much")


@pytest.mark.parametrize(
    "source",
    [
        "def x = 1",
        'execution.setVariable("x", 1 / 2)',
        'execution.setVariable("x", 1.5)',
        'execution.setVariable("x", "${y}")',
        "execution.setVariable('x', [a: 1])",
        "println 'hello'",
        "throw new RuntimeException('hello')",
        "import java.util.Date; throw new BpmnError('a')",
        "execution.setVariable('x', 'it\\'s')",
        "x = 5",
        "for (i in 1..3) { }",
    ],
)
def test_groovy_that_is_not_is_refused_with_a_hint(source):
    with pytest.raises(ScriptInvalid, match=r"Groovy does not run here.*JavaScript"):
        Script.compile(source, "groovy")


def test_a_task_listener_reads_and_changes_its_task():
    outcome = run(
        """
        task.setAssignee(task.name + '!');
        task.priority = 80;
        task.addCandidateUser('fozzie');
        task.deleteCandidateUser('kermit');
        task.addCandidateGroup('sales');
        task.setVariable('seen', task.getAssignee());
        task.setDueDate(new Date(0));
        task.execution.id
        """.replace("task.execution.id", "task.getExecution().id"),
        facts={**FACTS, "task": TASK},
    )
    assert outcome.result == "52410"
    assert outcome.task_changes == {
        "assignee": "Review!",
        "priority": 80,
        "candidateUsers": ["fozzie"],
        "candidateGroups": ["sales"],
        "dueDate": "1970-01-01T00:00:00.000Z",
    }
    assert outcome.sets == {"seen": "Review!"}


def test_old_patterns_of_javascript_still_work():
    source = """
    function Person(name) { this.name = name; }
    Person.prototype.toString = function () { return 'I am ' + this.name; };
    Person.prototype.constructor = Person;
    function Failure(message) { this.message = message; this.name = 'Failure'; }
    Failure.prototype = new Error();
    Failure.prototype.name = 'Failure';
    var o = {}; o.toString = function () { return 'o'; }; o.valueOf = function () { return 7; };
    var f = function () {}; f.toString = 5; f.call = 6;
    var e = new Error('x'); e.message = 'y'; e.name = 'Z';
    [String(new Person('Ada')), String(new Failure('no')), o + 1, String(o), f.toString, String(e),
     new Person('x') instanceof Person, new Failure('x') instanceof Error,
     (() => 1) instanceof Function]
    """
    assert run(source).result == ["I am Ada", "Failure: no", 8, "o", 5, "Z: y", True, True, True]


def test_a_script_that_is_not_asked_for_its_value_gives_none():
    script = Script.compile("execution.setVariable('x', n + 1); n", "js", result=False)
    outcome = script.run({"n": 1}, FACTS)
    assert outcome.result is None
    assert outcome.sets == {"x": 2}
    with pytest.raises(ScriptFailed, match="at line 2"):
        Script.compile("1;\nnope", "js", result=False).run({}, FACTS)


def test_variables_may_have_the_names_of_anything():
    names = [
        "execution",
        "task",
        "undefined",
        "JSON",
        "Object",
        "eval",
        "arguments",
        "this",
        "__proto__",
    ]
    names += ["constructor", "toString", "console", "let", "$scope", "source", "run", "program"]
    variables: dict[str, Any] = {name: index for index, name in enumerate(names)}
    for name in names:
        source = f"execution.getVariable('{name}')"
        assert run(source, **variables).result == variables[name], name
    assert run("$scope + source + run", **variables).result == 13 + 14 + 15
    assert run("'x'.toString() + Object.keys({a: 1})", n=1).result == "xa"
