// Talking to the server: JSON both ways, refusals as errors with a code.
const token = () => document.querySelector("meta[name=csrf-token]").content;

/** What the server refused: its message, its `code`, and the `status` (0: it was not reached). */
export class Refusal extends Error {
  constructor(message, code, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Send a body and give back the answer; raises Refusal. */
export async function post(address, body) {
  const headers = { accept: "application/json", "content-type": "application/json", "x-csrf-token": token() };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
  if (!answer) throw new Refusal("", "UNREACHABLE", 0);
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(said.error ?? "", said.code ?? "", answer.status);
  return said;
}
