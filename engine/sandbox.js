// Makes a realm that scripts can share without reaching each other, and answers with a function
// that compiles the source of a function. Runs once, first, in a new context.
(() => {
  'use strict';
  const evaluate = globalThis.eval; // called by this name it is indirect: it sees globals only
  const RealDate = Date;
  const { defineProperty, freeze, getPrototypeOf } = Object;
  const { getOwnPropertyDescriptor, ownKeys } = Reflect;
  let now = 0;

  const isObject = (value) =>
    (typeof value === 'object' && value !== null) || typeof value === 'function';

  // What compiles text, waits, keeps time or runs later.
  for (const name of [
    'eval', 'Promise', 'queueMicrotask', 'performance', 'Atomics', 'SharedArrayBuffer', 'WeakRef',
    'FinalizationRegistry', 'DisposableStack', 'AsyncDisposableStack', 'DOMException',
  ]) delete globalThis[name];
  for (const name of ['stackTraceLimit', 'prepareStackTrace']) delete Error[name];
  delete Array.fromAsync;

  const refuseCode = function Function() {
    throw new TypeError('code cannot be made from text');
  };
  const functionPrototypes = [
    function () {}, function* () {}, async function () {}, async function* () {},
  ].map(getPrototypeOf);
  defineProperty(refuseCode, 'prototype', { value: functionPrototypes[0] });
  for (const prototype of functionPrototypes) {
    defineProperty(prototype, 'constructor', { value: refuseCode });
  }
  globalThis.Function = refuseCode;

  // The time of the run, not of the machine.
  function ScriptDate(...parts) {
    if (new.target === undefined) return new RealDate(now).toString();
    const target = new.target === ScriptDate ? RealDate : new.target;
    return Reflect.construct(RealDate, parts.length ? parts : [now], target);
  }
  defineProperty(ScriptDate, 'name', { value: 'Date' });
  defineProperty(ScriptDate, 'length', { value: 7 });
  defineProperty(ScriptDate, 'prototype', { value: RealDate.prototype });
  for (const name of ['parse', 'UTC']) {
    defineProperty(ScriptDate, name, getOwnPropertyDescriptor(RealDate, name));
  }
  defineProperty(ScriptDate, 'now', { value: () => now });
  defineProperty(RealDate.prototype, 'constructor', { value: ScriptDate });
  globalThis.Date = ScriptDate;

  // A frozen prototype would forbid its heirs to assign properties of the same names.
  const assignable = (prototype) => {
    for (const key of ownKeys(prototype)) {
      const { configurable, writable, value } = getOwnPropertyDescriptor(prototype, key);
      if (!configurable || !writable || typeof key === 'symbol') continue;
      defineProperty(prototype, key, {
        get: () => value,
        set(replacement) {
          if (this === prototype) throw new TypeError(`${key} is read-only`);
          defineProperty(this, key, {
            value: replacement, writable: true, enumerable: true, configurable: true,
          });
        },
      });
    }
  };
  [
    Object, refuseCode, Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError,
    URIError, AggregateError,
  ].forEach(({ prototype }) => assignable(prototype));

  const hidden = [
    ...functionPrototypes, RealDate, getPrototypeOf(Int8Array), [][Symbol.iterator](),
    ''[Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](),
    ''.matchAll(/x/g), [].values().map((x) => x), Iterator.from({ next() {} }),
    (function () { return arguments; })(), (function* () {})(), (async function* () {})(),
    (async () => {})(),
  ];
  const seen = new Set();
  const harden = (root) => {
    const pending = [root];
    while (pending.length) {
      const value = pending.pop();
      if (!isObject(value) || seen.has(value)) continue;
      seen.add(value);
      if (value !== globalThis) freeze(value);
      pending.push(getPrototypeOf(value));
      for (const key of ownKeys(value)) {
        const { get, set, value: inner } = getOwnPropertyDescriptor(value, key);
        pending.push(get, set, inner);
      }
    }
  };

  const host = freeze({
    evaluate,
    protect: (...roots) => hidden.push(...roots),
    startClock: (milliseconds) => {
      now = milliseconds;
    },
  });
  return (source, privileged) => {
    const made = evaluate(source);
    if (privileged) {
      const inner = made(host);
      [globalThis, ...hidden].forEach(harden);
      freeze(globalThis);
      return inner;
    }
    return freeze(made);
  };
})();
