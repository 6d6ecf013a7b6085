"""The sandbox: nothing gets out of it, nothing runs on, and no script reaches the next."""

import threading
from typing import Any

import pytest

from engine import sandbox
from engine.errors import ScriptFailed
from engine.script import Outcome, Script
from engine.world import Limits

FACTS = {"now": 1_777_627_222_000, "execution": {"processInstanceId": "52407"}}
TASK = {"id": "52412", "name": "Review"}


def run(source: str, /, *, facts=FACTS, **variables: Any) -> Outcome:
    """Compile and run a script."""
    return Script.compile(source, "javascript").run(variables, facts)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("while (true) {}", "too long"),
        ("for (;;) try { for (;;) {} } catch (e) {}", "too long"),
        ("(function f() { f() })()", "call stack"),
        ("var a = []; for (;;) a.push('x'.repeat(100000) + a.length)", "memory"),
        ("new Array(1e9).fill(0)", "memory"),
        ("'a'.repeat(2 ** 28)", "memory"),
        ("let x = 'a'; for (;;) x += x", "string too long|memory"),
        ("10n ** 100000000n", "too large|memory"),
        ("/(a+)+$/.test('a'.repeat(5000) + '!')", "memory|too long"),
        ("let o = {}; for (let i = 0; ; i++) o['k' + i] = i", "too long|memory"),
        ("JSON.stringify([...Array(1e6)].reduce(a => [a], []))", "memory|stack|too long"),
        ("const p = {get toJSON() { for (;;) {} }}; p", "too long"),
        ("throw {toJSON() { for (;;) {} }}", "too long"),
        ("console.log({toString() { for (;;) {} }, toJSON() { for (;;) {} }})", "too long"),
        ("[3, 2, 1].sort(() => { for (;;) {} })", "too long"),
    ],
)
def test_a_script_that_would_not_end_is_stopped(source, message):
    with pytest.raises(ScriptFailed, match=message):
        run(source)
    assert run("1 + 1").result == 2


def test_limits_can_be_set():
    limits = Limits(script_ms=20, script_bytes=4 * 1024 * 1024)
    script = Script.compile("'x'.repeat(8 * 1024 * 1024).length", "js")
    assert script.run({}, FACTS).result == 8 * 1024 * 1024
    with pytest.raises(ScriptFailed, match="memory"):
        script.run({}, FACTS, limits)
    assert script.run({}, FACTS).result == 8 * 1024 * 1024


LEAKS = """
globalThis.leak = 1; this.leak = 1; leak = 1; var leak = 1;
Object.prototype.leak = 1; Array.prototype.leak = 1; Function.prototype.leak = 1;
JSON.parse = () => 1; JSON.stringify = () => '1'; Math.max = () => 1; Date.now = () => 1;
Object.keys = () => []; Array.prototype.map = () => []; String.prototype.trim = () => 'leak';
Object.defineProperty = () => 1; Map.prototype.set = () => 1; RegExp.prototype.exec = () => null;
Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({done: true});
Object.getPrototypeOf(function* () {}).leak = 1; (function* () {})().__proto__.leak = 1;
Object.getPrototypeOf(async () => 1).leak = 1; Error.prototype.toString = () => 'leak';
Error.stackTraceLimit = 0; Error.prepareStackTrace = () => 'leak'; BpmnError.prototype.leak = 1;
BpmnError.leak = 1; execution.leak = 1; execution.getVariable = () => 'leak';
execution.setVariable.leak = 1; console.log = () => 1; console.leak = 1; Java.leak = 1;
org.leak = 1; org.flowable.engine.delegate.BpmnError = 1; Symbol.iterator.leak = 1;
execution.__proto__.leak = 1; (() => 1).__proto__.leak = 1; isNaN = () => 'leak'; undefined = 1;
Date.prototype.toISOString = () => 'leak'; Number.prototype.toFixed = () => 'leak';
Iterator.prototype.leak = 1; Int8Array.__proto__.leak = 1; ''.matchAll(/x/g).__proto__.leak = 1;
""".strip().splitlines()
PROBE = """
[typeof leak, typeof globalThis.leak, {}.leak, [].leak, (() => 1).leak, JSON.stringify([1]),
 JSON.parse('2'), Math.max(1, 2), Date.now() > 5, Object.keys({a: 1}), [1].map(x => x + 1),
 ' a '.trim(), [...[1, 2]], new Map().set(1, 2).size, /a/.exec('a')[0], BpmnError.leak,
 BpmnError.prototype.leak, execution.leak, execution.getVariable('n'), execution.setVariable.leak,
 console.leak, Java.leak, org.leak, `${new Error('x')}`, isNaN(1),
 typeof org.flowable.engine.delegate.BpmnError, (function* () {})().leak,
 undefined, new Date(0).toISOString(), (1).toFixed(1), [].values().leak, Int8Array.leak,
 Object.getOwnPropertyNames(globalThis).length, Object.getOwnPropertySymbols(globalThis).length,
 ''.matchAll(/x/g).leak, (async () => 1).leak]
"""


def test_nothing_that_a_script_changes_reaches_the_next():
    sandbox.discard()
    clean = run(PROBE, n=5).result
    where = sandbox.realm()
    for line in LEAKS:
        for statement in filter(None, line.split("; ")):
            for strict in ("", "'use strict'; "):
                source = f"{strict}try {{ {statement.rstrip(';')} }} catch (e) {{}}; 0"
                for wanted in (True, False):
                    Script.compile(source, "js", result=wanted).run({"n": 5}, FACTS)
                assert run(PROBE, n=5).result == clean, statement
    assert sandbox.realm() is where, "the realm was replaced, so this test shows nothing"


def test_every_object_that_a_script_can_reach_is_frozen():
    source = """
    const seen = new Set(), soft = [];
    const walk = (value, path) => {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
      if (seen.has(value)) return;
      seen.add(value);
      if (!Object.isFrozen(value)) soft.push(path);
      walk(Object.getPrototypeOf(value), path + '.__proto__');
      for (const key of Reflect.ownKeys(value)) {
        const {get, set, value: inner} = Reflect.getOwnPropertyDescriptor(value, key);
        const name = path + '.' + String(key);
        walk(get, name + '(get)'); walk(set, name + '(set)'); walk(inner, name);
      }
    };
    walk(globalThis, 'globalThis'); walk(execution, 'execution'); walk(task, 'task');
    const made = {
      generator: Object.getPrototypeOf((function* () {})()),
      asyncGenerator: Object.getPrototypeOf((async function* () {})()),
      promise: (async () => 1)(), regexp: /x/, matchAll: 'x'.matchAll(/x/g),
      bound: (() => 1).bind(), error: new TypeError('x'), date: new Date(), array: [],
      map: new Map().entries(), big: Object(1n), helper: [1].values().map(x => x),
      wrapped: Iterator.from({next() {}}), symbol: Object(Symbol()), args: arguments_(),
      strict: strictArguments(), text: 'x'[Symbol.iterator](), set: new Set().values(),
      proxy: new Proxy({}, {}), weak: new WeakMap(), view: new Int8Array(1),
    };
    function arguments_() { return arguments; }
    function strictArguments() { 'use strict'; return arguments; }
    for (const name of Object.keys(made)) walk(Object.getPrototypeOf(made[name]), name);
    const callee = Reflect.getOwnPropertyDescriptor(strictArguments(), 'callee');
    walk(callee.get, 'callee'); walk(callee.set, 'callee');
    ({soft, seen: seen.size})
    """
    found = run(source, facts={**FACTS, "task": TASK}).result
    assert found["soft"] == []
    assert found["seen"] > 500


def test_a_script_cannot_leave_something_in_its_own_function():
    script = Script.compile(
        "var before = typeof held; held = 1; function f() { f.n = (f.n || 0) + 1; return f.n; }"
        "let fresh = f(); execution.setVariable('seen', [before, fresh, typeof arguments]);",
        "js",
        result=False,
    )
    first, second = script.run({}, FACTS).sets, script.run({}, FACTS).sets
    assert first == second == {"seen": ["undefined", 1, "undefined"]}


def test_jobs_of_one_script_do_not_run_in_the_next():
    with pytest.raises(ScriptFailed, match="asynchronous"):
        run("(async () => 1)().then(() => { execution.setVariable('late', 1) })")
    assert run("1").sets == {}


def test_each_thread_has_its_own_realm():
    script = Script.compile("let s = 0; for (let i = 0; i < 1000; i++) s += i; s + n", "js")
    results: list = []

    def work(n: int) -> None:
        results.extend(script.run({"n": n}, FACTS).result - n for _ in range(50))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [499_500] * 200
