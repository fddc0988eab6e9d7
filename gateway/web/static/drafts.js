// What was typed and is not kept by the gateway yet: it outlives a reload, a cut link and a closed tab.

const KEPT_MS = 3 * 86_400_000;
const nameOf = (number, fact) => `draft ${number} ${fact}`;

export function draftOf(number, fact) {
  try {
    return JSON.parse(localStorage.getItem(nameOf(number, fact)));
  } catch {
    return null;
  }
}

/** `knew`: what stood there when the typing began. */
export const keepDraft = (number, fact, text, knew) => localStorage.setItem(nameOf(number, fact), JSON.stringify({ text, knew, at: Date.now() }));

export const dropDraft = (number, fact) => localStorage.removeItem(nameOf(number, fact));

/** Those of records that nobody can write to any more. */
export function dropOldDrafts() {
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith("draft "))) {
    const [, number, fact] = name.split(" ");
    if (!(Date.now() - (draftOf(number, fact)?.at ?? 0) < KEPT_MS)) localStorage.removeItem(name);
  }
}
