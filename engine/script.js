// What scripts see, and how one is run. Called once with the host of sandbox.js, before the realm is
// frozen; answers with a function that gives check, compile and run by name. These answer with text:
// JSON of the outcome, or “!” and what failed.
(host) => {
  'use strict';
  const { create, defineProperty, freeze, setPrototypeOf } = Object;
  const { evaluate, protect, startClock } = host;
  const MAX_DEPTH = 100;
  const MAX_LINES = 1000;
  const MAX_LOG = 100_000; // characters
  const OURS = 100_000; // lines from here on are of this file
  let run = null; // variables, scope, facts and effects of the script that runs

  class BpmnError extends Error {
    constructor(code, message) {
      super(message === undefined || message === null ? '' : `${message}`);
      this.errorCode = code === undefined || code === null ? '' : `${code}`;
      this.additionalData = {};
    }
    addAdditionalData(name, value) {
      this.additionalData[name] = value;
    }
    getErrorCode() {
      return this.errorCode;
    }
    getMessage() {
      return this.message;
    }
  }
  BpmnError.prototype.name = 'BpmnError';

  // --- values as JSON, whole numbers of any size included ---------------------------------------
  const jsonOf = (value, depth = 0) => {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return JSON.stringify(value);
      case 'number':
        if (!Number.isFinite(value)) throw new TypeError(`${value} cannot be kept in a variable`);
        return JSON.stringify(value);
      case 'bigint':
        return `${value}`;
      case 'undefined':
        return 'null';
      case 'object':
        return value === null ? 'null' : jsonOfObject(value, depth + 1);
      default:
        throw new TypeError(`a ${typeof value} cannot be kept in a variable`);
    }
  };
  const jsonOfObject = (value, depth) => {
    if (depth > MAX_DEPTH) throw new TypeError('a value is nested too deeply, or in itself');
    if (typeof value.toJSON === 'function') return jsonOf(value.toJSON(), depth);
    if (Array.isArray(value)) return jsonOfArray(value, depth);
    if (value instanceof Map || value instanceof Set) {
      throw new TypeError('a Map or Set cannot be kept in a variable: use an object or array');
    }
    const parts = [];
    for (const key of Object.keys(value)) {
      const each = value[key];
      if (each === undefined || typeof each === 'function' || typeof each === 'symbol') continue;
      parts.push(`${JSON.stringify(key)}:${jsonOf(each, depth)}`);
    }
    return `{${parts.join()}}`;
  };
  const jsonOfArray = (value, depth) => {
    const parts = [];
    for (const each of value) parts.push(jsonOf(each, depth));
    return `[${parts.join()}]`;
  };
  const jsonOfEffects = (effects) => {
    const parts = [];
    for (const [kind, name, value] of effects) {
      try {
        parts.push(`["${kind}",${JSON.stringify(name)},${jsonOf(value)}]`);
      } catch (problem) {
        throw new TypeError(`variable ${name}: ${problem.message}`);
      }
    }
    return `[${parts.join()}]`;
  };
  const exactly = (key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
      ? BigInt(source)
      : value;

  // --- console ------------------------------------------------------------------------------------
  const shown = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return `${value}`;
    try {
      return value === undefined ? 'undefined' : jsonOf(value);
    } catch {
      return `${value}`;
    }
  };
  const log = (...values) => {
    const { lines } = run;
    if (run.room <= 0 || lines.length >= MAX_LINES) return;
    const line = values.map(shown).join(' ');
    lines.push(line.length > run.room ? `${line.slice(0, run.room)}…` : line);
    run.room -= line.length;
  };

  // --- execution and task ---------------------------------------------------------------------------
  const nameOf = (name) => {
    if (typeof name !== 'string') throw new TypeError('the name of a variable must be a string');
    return name;
  };
  const get = (name) => {
    const value = run.variables[nameOf(name)];
    return value === undefined ? null : value;
  };
  const has = (name) => nameOf(name) in run.variables;
  const set = (kind) => (name, value) => {
    const kept = value === undefined ? null : value;
    run.variables[nameOf(name)] = kept;
    run.effects.push([kind, name, kept]);
  };
  const remove = (name) => {
    delete run.variables[nameOf(name)];
    run.effects.push(['remove', name, null]);
  };
  const each = (apply) => (values) => {
    for (const name of Object.keys(values)) apply(name, values[name]);
  };
  const variables = {
    getVariable: get,
    getVariableLocal: get,
    getTransientVariable: get,
    hasVariable: has,
    hasVariableLocal: has,
    getVariables: () => ({ ...run.variables }),
    getVariablesLocal: () => ({ ...run.variables }),
    getVariableNames: () => Object.keys(run.variables),
    setVariable: set('set'),
    setVariableLocal: set('local'),
    setTransientVariable: set('transient'),
    setVariables: each(set('set')),
    setVariablesLocal: each(set('local')),
    removeVariable: remove,
    removeVariableLocal: remove,
    removeVariables: (names) => [...names].forEach(remove),
  };
  const factsOf = (kind) => {
    run.facts ??= JSON.parse(run.factsJson);
    return run.facts[kind] ?? {};
  };
  const capital = (name) => `${name[0].toUpperCase()}${name.slice(1)}`;
  const facts = (target, kind, names) => {
    for (const name of names) {
      const read = () => factsOf(kind)[name] ?? null;
      defineProperty(target, name, { get: read, enumerable: true, configurable: true });
      target[`get${capital(name)}`] = read;
    }
    return target;
  };
  const execution = facts({ ...variables }, 'execution', [
    'id', 'processInstanceId', 'rootProcessInstanceId', 'processInstanceBusinessKey', 'businessKey',
    'processBusinessKey', 'processDefinitionId', 'processDefinitionKey', 'currentActivityId',
    'currentActivityName', 'activityInstanceId', 'parentId', 'superExecutionId', 'eventName',
    'tenantId',
  ]);
  const CHANGES = [
    'name', 'assignee', 'owner', 'priority', 'dueDate', 'category', 'description', 'formKey',
  ];
  const task = facts({ ...variables, getExecution: () => execution }, 'task', [
    'id', 'taskDefinitionKey', 'createTime', 'eventName', 'processInstanceId',
    'processDefinitionId', 'executionId', 'tenantId', ...CHANGES,
  ]);
  for (const name of CHANGES) {
    const change = (value) => {
      const kept = value === undefined ? null : value;
      factsOf('task')[name] = kept;
      run.effects.push(['task', name, kept]);
    };
    task[`set${capital(name)}`] = change;
    defineProperty(task, name, { get: task[`get${capital(name)}`], set: change, enumerable: true });
  }
  const candidates = (key, present) => (who) => {
    const task = factsOf('task');
    const others = (task[key] ?? []).filter((other) => other !== who);
    task[key] = present ? [...others, who] : others;
    run.effects.push(['task', key, task[key]]);
  };
  for (const [noun, key] of [['User', 'candidateUsers'], ['Group', 'candidateGroups']]) {
    task[`addCandidate${noun}`] = candidates(key, true);
    task[`deleteCandidate${noun}`] = candidates(key, false);
    task[`addCandidate${noun}s`] = (them) => [...them].forEach(candidates(key, true));
  }

  // --- globals, and the few names of Java that scripts use without need of Java ----------------------
  const inPackage = (engine) => ({ [engine]: { delegate: { BpmnError } } });
  const org = {
    flowable: inPackage('engine'),
    activiti: inPackage('engine'),
    camunda: { bpm: inPackage('engine') },
  };
  const globals = {
    BpmnError,
    console: { log, info: log, warn: log, error: log, debug: log },
    print: log,
    org,
    Packages: { org },
    Java: {
      type(name) {
        if (/^org\..*\.BpmnError$/.test(name)) return BpmnError;
        throw new TypeError(`${name}: classes of Java are not available`);
      },
    },
  };
  for (const name of Object.keys(globals)) {
    defineProperty(globalThis, name, { value: globals[name], configurable: true });
  }

  protect(execution, task, ...Object.values(globals));

  // --- running --------------------------------------------------------------------------------------
  const begin = (json, exact, factsJson, hasTask, now, assigned) => {
    const values = setPrototypeOf(JSON.parse(json, exact ? exactly : undefined), null);
    const scope = create(values);
    for (const name of assigned) if (!(name in values)) scope[name] = undefined;
    scope.execution = execution;
    if (hasTask) scope.task = task;
    startClock(now);
    run = { variables: values, factsJson, facts: null, effects: [], lines: [], room: MAX_LOG };
    return scope;
  };
  const keepGlobals = (scope, assigned) => {
    for (const name of assigned) {
      const own = Object.hasOwn(scope, name) && scope[name] !== undefined;
      if (own) run.effects.push(['global', name, scope[name]]);
    }
  };
  const lineOf = (problem) => {
    const lines = [...`${problem?.stack}`.matchAll(/<input>:(\d+)/g)].map((match) => +match[1]);
    return lines.find((line) => line < OURS) ?? 0;
  };
  const failure = (problem) => {
    // Where not even an error has room, quickjs throws null.
    const spent = problem === null;
    const fatal = spent || problem instanceof InternalError || problem instanceof RangeError;
    if (spent) problem = 'out of memory, or null was thrown';
    const text = problem instanceof Error ? `${problem}` : shown(problem);
    return `!${JSON.stringify([text.slice(0, 1000), lineOf(problem), fatal])}`;
  };
  // Direct eval, under a name that is gone when the script begins.
  const evaluateIn = (scope, source) => within(scope, { __proto__: null, eval: evaluate }, source);
  const within = evaluate(`($scope, $holder, $source) => {
    const $take = () => { const source = $source; delete $holder.eval; return source; };
    with ($scope) with ($holder) return eval($take());
  }`);
  // Python's side cannot take the ropes that quickjs makes of long texts.
  const flat = (text) => [text].join('');

  const check = (source) => {
    try {
      evaluateIn(create(null), `throw 0; ${source}`);
    } catch (problem) {
      return problem === 0 ? '' : flat(failure(problem));
    }
    return '';
  };

  // The value of a script's last statement is known to eval alone, which reads the script each time.
  // Where that statement is surely an expression, it is returned by a function instead.
  const lastExpression = (source) => {
    const text = source.replace(/[;\s]+$/, '');
    if (/\/[/*]|`|<!--|-->/.test(text)) return null; // a comment or text might hide the statement
    const at = Math.max(text.lastIndexOf(';'), text.lastIndexOf('\n')) + 1;
    const before = text.slice(0, at);
    const last = text.slice(at).trim();
    if (!/^(?:|[^]*[;}])$/.test(before.trim()) || !/^[\w$'"!]/.test(last)) return null;
    if (/^(?:function|class|async)\b/.test(last)) return null;
    return check(before) || check(`(${last})`) ? null : `${before}return (${last})`;
  };
  const compiled = (body) =>
    freeze(evaluate(`($scope) => { with ($scope) return (() => { ${body}\n})() }`));
  const programOf = (source, wantsResult, keepsGlobals) => {
    // A function has variables of its own, eval gives them to the scope.
    const body = keepsGlobals ? null : wantsResult ? lastExpression(source) : source;
    return body === null ? (scope) => evaluateIn(scope, source) : compiled(body);
  };

  const prepare = (source, assignedNames, wantsResult, keepsGlobals) => {
    const assigned = assignedNames.split(' ').filter((name) => name && !(name in globalThis));
    const program = programOf(source, wantsResult, keepsGlobals);
    return (json, exact, factsJson, hasTask, now) => {
      try {
        const scope = begin(json, exact, factsJson, hasTask, now, assigned);
        let result = null;
        let error = 'null';
        try {
          result = program(scope);
        } catch (problem) {
          if (!(problem instanceof BpmnError)) throw problem;
          const { errorCode, message, additionalData } = problem;
          error = `[${[errorCode, message, additionalData].map((each) => jsonOf(each))}]`;
        }
        if (keepsGlobals) keepGlobals(scope, assigned);
        const parts = [
          wantsResult ? jsonOf(result) : 'null', jsonOfEffects(run.effects),
          run.lines.length ? JSON.stringify(run.lines) : '[]', error,
        ];
        return flat(`[${parts.join()}]`);
      } catch (problem) {
        return flat(failure(problem));
      } finally {
        run = null;
      }
    };
  };

  return (name) => ({ check, prepare })[name];
};
