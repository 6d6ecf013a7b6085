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
  const jsonOfMap = (map) => {
    const parts = [];
    map.forEach((value, key) => {
      try {
        parts.push(`${JSON.stringify(key)}:${jsonOf(value)}`);
      } catch (problem) {
        throw new TypeError(`variable ${key}: ${problem.message}`);
      }
    });
    return `{${parts.join()}}`;
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
    run.removed.delete(name);
    run[kind].set(name, kept);
  };
  const remove = (name) => {
    delete run.variables[nameOf(name)];
    run.sets.delete(name);
    run.locals.delete(name);
    run.removed.add(name);
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
    setVariable: set('sets'),
    setVariableLocal: set('locals'),
    setTransientVariable: set('transients'),
    setVariables: each(set('sets')),
    setVariablesLocal: each(set('locals')),
    removeVariable: remove,
    removeVariableLocal: remove,
    removeVariables: (names) => [...names].forEach(remove),
  };
  const capital = (name) => `${name[0].toUpperCase()}${name.slice(1)}`;
  const facts = (target, kind, names) => {
    for (const name of names) {
      const read = () => run.facts[kind]?.[name] ?? null;
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
      run.facts.task[name] = kept;
      run.changes.set(name, kept);
    };
    task[`set${capital(name)}`] = change;
    defineProperty(task, name, { get: task[`get${capital(name)}`], set: change, enumerable: true });
  }
  const candidates = (key, present) => (who) => {
    const known = run.facts.task[key] ?? [];
    const others = known.filter((other) => other !== who);
    run.facts.task[key] = present ? [...others, who] : others;
    run.changes.set(key, run.facts.task[key]);
  };
  for (const [noun, key] of [['User', 'candidateUsers'], ['Group', 'candidateGroups']]) {
    task[`addCandidate${noun}`] = candidates(key, true);
    task[`deleteCandidate${noun}`] = candidates(key, false);
    task[`addCandidate${noun}s`] = (them) => [...them].forEach(candidates(key, true));
  }

  // --- globals, and the few names of Java that scripts use without need of Java ----------------------
  const inPackage = (engine) => ({ [engine]: { delegate: { BpmnError } } });
  const globals = {
    BpmnError,
    console: { log, info: log, warn: log, error: log, debug: log },
    print: log,
    org: {
      flowable: inPackage('engine'),
      activiti: inPackage('engine'),
      camunda: { bpm: inPackage('engine') },
    },
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
  const begin = (json, exact, factsJson, assigned) => {
    const values = setPrototypeOf(JSON.parse(json, exact ? exactly : undefined), null);
    const scope = create(values);
    for (const name of assigned) if (!(name in values)) scope[name] = undefined;
    const known = JSON.parse(factsJson);
    scope.execution = execution;
    if (known.task) scope.task = task;
    startClock(known.now);
    run = {
      variables: values, scope, facts: known, lines: [], room: MAX_LOG, sets: new Map(), locals: new Map(),
      transients: new Map(), removed: new Set(), changes: new Map(),
    };
    return scope;
  };
  const outcome = (result, error, globalsJson) =>
    `[${result},${jsonOfMap(run.sets)},${jsonOfMap(run.locals)},${jsonOfMap(run.transients)},` +
    `${JSON.stringify([...run.removed])},${jsonOfMap(run.changes)},${JSON.stringify(run.lines)},` +
    `${JSON.stringify(error)},${globalsJson}]`;
  const stored = (assigned) => {
    const { scope } = run;
    const kept = new Map();
    for (const name of assigned) {
      if (Object.hasOwn(scope, name) && scope[name] !== undefined) kept.set(name, scope[name]);
    }
    return jsonOfMap(kept);
  };
  const lineOf = (problem) => {
    const lines = [...`${problem?.stack}`.matchAll(/<input>:(\d+)/g)].map((match) => +match[1]);
    return lines.find((line) => line < OURS) ?? 0;
  };
  const failure = (problem) => {
    const fatal = problem instanceof InternalError || problem instanceof RangeError;
    const text = problem instanceof Error ? `${problem}` : shown(problem);
    return `!${JSON.stringify([text.slice(0, 1000), lineOf(problem), fatal])}`;
  };
  const evaluateIn = (scope, source) => within(scope, { __proto__: null, eval: evaluate }, source);
  const within = evaluate(`($scope, $holder, $source) => {
    const $take = () => { const source = $source; delete $holder.eval; return source; };
    with ($scope) with ($holder) return eval($take());
  }`);

  // Python's side cannot take the ropes that quickjs makes of long texts.
  const flat = (text) => [text].join('');

  const functions = freeze({
    // Compiles what has no result that anybody wants; the rest is evaluated each time.
    compile: (source) => freeze(evaluate(`($scope) => { with ($scope) { ${source}\n} }`)),

    check(source) {
      try {
        evaluateIn(create(null), `throw 0; ${source}`);
      } catch (problem) {
        return problem === 0 ? '' : failure(problem);
      }
      return '';
    },

    run(program, json, exact, factsJson, assigned, wantsResult, keepsGlobals) {
      const names = assigned ? assigned.split(' ') : [];
      try {
        const scope = begin(json, exact, factsJson, names);
        let result;
        let error = null;
        try {
          result = wantsResult ? evaluateIn(scope, program) : program(scope);
        } catch (problem) {
          if (!(problem instanceof BpmnError)) throw problem;
          error = [problem.errorCode, problem.message];
        }
        const kept = keepsGlobals ? stored(names) : '{}';
        return flat(outcome(wantsResult ? jsonOf(result) : 'null', error, kept));
      } catch (problem) {
        return flat(failure(problem));
      } finally {
        run = null;
      }
    },
  });
  return (name) => functions[name];
};
