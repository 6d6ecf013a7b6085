// Answers to many FEEL questions at once, as JSON, inside the sandbox that holds `feelin`.
"use strict";
{
  const evaluate = feelin.evaluate, unaryTest = feelin.unaryTest;
  const plain = (value) => {
    if (value === undefined || value === null || typeof value === "function") return null;
    if (typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(plain);
    if (value.isLuxonDateTime || value.isLuxonDuration)
      return evaluate("string(value)", { value }).value ?? null;
    if (Object.getPrototypeOf(value) !== Object.prototype) return null;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  };
  // Parsing is most of the work, so expressions are kept as functions over a scope that is filled
  // for each call. Where names hold blanks or signs, parsing depends on them: those are not kept.
  const kept = new Map(), simple = /^[\p{L}_][\p{L}\p{N}_]*$/u;
  const simply = (value) => typeof value !== "object" || value === null ||
    (Array.isArray(value) ? value.every(simply)
      : Object.entries(value).every(([name, inner]) => simple.test(name) && simply(inner)));
  const keep = (source) => {
    const scope = {}, { value, warnings } = evaluate("function() " + source, scope);
    if (kept.size >= 1000) kept.delete(kept.keys().next().value);
    kept.set(source, { scope, value, warnings });
    return kept.get(source);
  };
  const call = (source, context) => {
    const { scope, value, warnings } = kept.get(source) ?? keep(source);
    try {
      return Object.assign(scope, context) && value.invoke([]);
    } finally {
      warnings.length = 0;
      for (const name of Object.keys(scope)) delete scope[name];
    }
  };
  // A condition is a unary test of null: true, or null, which equals null.
  const test = (source, context, simple) => {
    if (simple && !/^(not\b|-)/.test(source)) {
      try {
        const value = call(source, context) ?? true;
        if (typeof value === "boolean") return value;
      } catch (error) { /* a list of tests, or no FEEL at all */ }
    }
    return unaryTest(source, context).value;
  };
  const special = (data, row) => {
    const around = [null, data], numbers = [];
    row.reduce((here, step) => {
      if (typeof step === "number") { numbers.push(step + 1); around.push(here?.[step]); }
      return here?.[step];
    }, data);
    return [around.at(-1), around.at(-2), numbers];
  };
  const one = ({ source, unary, row }, data, simple) => {
    const [_this_, _parent_, _i_] = special(data, row);
    const context = { this: _this_, parent: _parent_, i: _i_, ...data, _this_, _parent_, _i_ };
    try {
      if (unary) return { value: plain(test(source, context, simple)) };
      return { value: plain(simple ? call(source, context) : evaluate(source, context).value) };
    } catch (error) {
      return { value: null, error: String(error.message ?? error) };
    }
  };
  globalThis.answer = (text) => {
    const { asks, data, now } = JSON.parse(text);
    feelin.Settings.now = () => now;
    const simple = simply(data);
    return JSON.stringify(asks.map((ask) => one(ask, data, simple)));
  };
}
