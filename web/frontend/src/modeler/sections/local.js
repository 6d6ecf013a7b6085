// Values of an element alone: made before its work, handed out after it.
import { variables } from "../completion.js";
import { area, choice, line, list } from "../fields.js";
import { OURS } from "../flowable.js";
import { _ } from "../../js/texts.js";
import { LANGUAGES } from "./work.js";

const WORD = "inputOutput";
const MADE = ["script", "list", "map"];

export const local = {
  title: () => _("Local values"),
  rare: true,
  fits: (edits) => edits.is("bpmn:Activity", "bpmn:ThrowEvent", "bpmn:IntermediateCatchEvent") || edits.extensions(WORD).length > 0,
  fields: (edits, desk) => [
    parameters(edits, desk, "inputParameter", _("Input"), _("A variable that is there before the work begins, and only inside.")),
    parameters(edits, desk, "outputParameter", _("Output"), _("A variable that is set around it once the work is done.")),
  ],
};

function parameters(edits, desk, word, label, hint) {
  const held = edits.extensions(WORD);
  const last = held.at(-1) ?? { children: [] };
  const others = last.children.filter((child) => localName(child) !== word);
  const set = (items) => {
    const children = word === "inputParameter" ? [...items, ...others] : [...others, ...items];
    edits.setExtensions(WORD, [...held.slice(0, -1), ...(children.length ? [{ ...last, children }] : [])]);
  };
  return list(
    label,
    last.children.filter((child) => localName(child) === word),
    (item, change, key) => [named(_("Variable"), "name", item, change, key), ...value(item, change, key, desk)],
    set,
    () => like(last.type ? last : { type: edits.named(`wf:${WORD}`), ns: OURS }, word, { attrs: { name: "value" } }),
    { hint },
  );
}

const localName = ({ type }) => type.split(":").pop();

// Another element in the same namespace.
const like = ({ type, ns }, name, more = {}) => ({ type: `${type.split(":")[0]}:${name}`, ns, attrs: {}, children: [], ...more });

const named = (label, name, item, change, key) =>
  line(label, item.attrs[name], (text) => change({ ...item, attrs: { ...item.attrs, [name]: text } }), { mono: true, key: `${key} ${name}` });

const KINDS = () => [
  ["text", _("a text or an expression")],
  ["list", _("a list")],
  ["map", _("values with names")],
  ["script", _("what a script gives")],
];

// What an element holds: its text, or an element inside it that makes the value.
function value(holder, change, key, desk) {
  const inner = holder.children.find((child) => MADE.includes(localName(child)));
  const kind = inner ? localName(inner) : "text";
  const put = (made, body) => change({ ...holder, body, children: [...holder.children.filter((child) => child !== inner), ...(made ? [made] : [])] });
  return [
    choice(_("Value"), kind, KINDS(), (wanted) => put(wanted === "text" ? null : fresh(holder, wanted)), { key: `${key} kind` }),
    inner ? MAKERS[kind](inner, (made) => put(made, holder.body), key, desk) : text(holder.body, (body) => put(null, body), key, desk),
  ].flat();
}

const fresh = (holder, kind) => like(holder, kind, kind === "script" ? { attrs: { scriptFormat: LANGUAGES[0] }, body: "" } : {});

const text = (body, change, key, desk) =>
  (/\n/.test(body?.trim()) ? area : line)(_("Text or expression"), body?.trim(), change, {
    key: `${key} text`,
    hint: _("What is no expression stays a text: ${100} is a number, 100 is none."),
    options: variables(() => desk.variables),
    check: desk.expression,
  });

const MAKERS = {
  script: (script, change, key) => {
    const format = script.attrs.scriptFormat ?? script.attrs.language ?? "";
    const known = [...new Set([...LANGUAGES, format || LANGUAGES[0]])];
    return [
      choice(_("Language"), format || LANGUAGES[0], known.map((each) => [each, each]), (scriptFormat) => change({ ...script, attrs: { ...script.attrs, language: undefined, scriptFormat } }), { key: `${key} language` }),
      area(_("Script"), script.body, (body) => change({ ...script, body }), { mono: true, rows: 4, key: `${key} script` }),
    ];
  },
  // Its entries are values themselves: texts are elements of their own, all others as they are.
  list: (made, change, key, desk) =>
    list(
      _("Entry"),
      made.children,
      (item, changed, own) => {
        const holder = localName(item) === "value" ? item : like(item, "value", { children: [item] });
        return value(holder, (now) => changed(now.children.find((child) => MADE.includes(localName(child))) ?? { ...now, children: [] }), own, desk);
      },
      (children) => change({ ...made, children }),
      () => like(made, "value"),
      { within: `${key} ` },
    ),
  map: (made, change, key, desk) =>
    list(
      _("Entry"),
      made.children,
      (entry, changed, own) => [named(_("Name"), "key", entry, changed, own), ...value(entry, changed, own, desk)],
      (children) => change({ ...made, children }),
      () => like(made, "entry", { attrs: { key: `name${made.children.length + 1}` } }),
      { within: `${key} ` },
    ),
};
