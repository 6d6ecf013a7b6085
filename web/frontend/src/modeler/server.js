// Talking to the server: JSON both ways, refusals as errors with a code.
const token = () => document.querySelector("meta[name=csrf-token]").content;

/** What the server refused: its message, its `code`, what is wrong with which of the `fields`, and
 * the `status` (0: it was not reached). */
export class Refusal extends Error {
  constructor({ error = "", code = "", fields = {} }, status) {
    super(error);
    Object.assign(this, { code, fields, status });
  }
}

/** Send a body, or a form with files, and give back the answer; raises Refusal. */
export async function post(address, body) {
  const headers = { accept: "application/json", "x-csrf-token": token() };
  const form = body instanceof FormData;
  if (!form) headers["content-type"] = "application/json";
  const answer = await fetch(address, { method: "POST", headers, body: form ? body : JSON.stringify(body) }).catch(() => null);
  if (!answer) throw new Refusal({ code: "UNREACHABLE" }, 0);
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(said, answer.status);
  return said;
}
