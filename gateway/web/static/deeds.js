// What the desk does: each deed is told to the gateway, and its outcome to who did it.
import { newKey, post } from "./feed.js";
import { t } from "./words.js";

const SNOOZE_S = 120;
const SEEN_KEPT = 2000;

const of = (number, deed) => `/api/v1/incidents/${encodeURIComponent(number)}/${deed}`;

/** `say`: a line for the person. `opened()`: the number of the record that is open. `open(number)`, `ask(question)`: a reason, or null. */
export function makeDeeds({ say, opened, open, ask }) {
  async function perform(what, button, requests) {
    if (button?.disabled) return false;
    if (button) button.disabled = true;
    const answers = await Promise.all(requests.map(([path, body]) => post(path, newKey(), body)));
    if (button) button.disabled = false;
    const failed = answers.find((answer) => !answer.ok);
    say(failed ? failedWords(failed) : t(`said_${what}`));
    return !failed;
  }

  const failedWords = ({ told, why }) => (told.claimed_by ? t("claimedBy", told.claimed_by) : t("failed", why));
  const here = (first) => (typeof first === "string" ? first : opened());
  const withNote = (note) => (typeof note === "string" && note ? { note } : undefined);

  const seen = new Set();
  let maySee = true;

  const deeds = {
    /** Told once an alert: its receiver has it before their eyes. Who may only look is not asked again. */
    async seen(alert) {
      if (!maySee || seen.has(alert.id)) return;
      seen.add(alert.id);
      if (seen.size > SEEN_KEPT) seen.delete(seen.values().next().value);
      maySee = (await post(`/api/v1/alerts/${encodeURIComponent(alert.id)}/seen`, newKey())).status !== 403;
    },
    acknowledge: (waiting, button) => perform("acknowledge", button, waiting.map((alert) => [`/api/v1/alerts/${encodeURIComponent(alert.id)}/acknowledge`])),
    /** `for_s`: 0 is as long as its ladder lets one, but no longer than it needs. */
    snooze(waiting, for_s, button) {
      const alert = waiting.findLast((one) => one.snoozes_left > 0);
      if (!alert) return say(t("cannotSnooze"));
      return perform("snooze", button, [[`/api/v1/alerts/${encodeURIComponent(alert.id)}/snooze`, { for_s: for_s || Math.min(alert.snooze_max_s, SNOOZE_S) }]]);
    },
    handOver: (waiting, to) => perform("handOver", null, [[`/api/v1/alerts/${encodeURIComponent(waiting.at(-1).id)}/hand-over`, { to }]]),
    checkIn: (number, button) => perform("checkIn", button, [[of(number, "check-in")]]),
    calledBack: (number, button) => perform("calledBack", button, [[of(number, "called-back")]]),
    answered: (number, button) => perform("answered", button, [[of(number, "answered")]]),
    promise: (number, button) => perform("promise", button, [[of(number, "promise")]]),
    promiseKept: (number, button) => perform("promiseKept", button, [[of(number, "promise-kept")]]),
    note: (text, button, number = opened()) => perform("note", button, [[of(number, "note"), { note: text }]]),
    tell: (fact, text, number = opened()) => perform("fact", null, [[of(number, "facts"), { facts: { [fact]: text } }]]),
    async claim(number, button) {
      const done = await perform("claim", button, [[of(here(number), "claim")]]);
      if (done && opened() !== here(number)) open(here(number));
      return done;
    },
    take: (number, button) => deeds.claim(number, button),
    resume: (number, button) => deeds.claim(number, button),
    release: (number, button) => perform("release", button, [[of(here(number), "release")]]),
    park: (number, note, button) => perform("park", button, [[of(here(number), "park"), withNote(note)]]),
    complete: (number, note, button) => perform("complete", button, [[of(here(number), "complete"), withNote(note)]]),
    /** Said in the command line: it needs a reason. */
    override: (number, reason) => (typeof reason === "string" && reason ? perform("claim", null, [[of(here(number), "claim"), { override: true, reason }]]) : ask("/override ")),
    open: (number) => open(number),
  };
  return deeds;
}
