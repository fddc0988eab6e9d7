// What each command does, and to which record: the one that is named, else the one that is open, else the most urgent.
import { t } from "./words.js";

const FACTS = new Set(["kind", "place", "matter", "person", "handling"]);
const NAMED = /^#?[\d-]{1,20}$/;

/** "42" is the record whose number ends so; of the radio also the unit. */
function recordNamed(word, records) {
  const said = word.replace(/^#/, "");
  const ends = (whole) => whole && (whole === said || whole.endsWith(said));
  const fits = records.filter((one) => ends(one.number) || ends(one.unit) || (said.length >= 4 && ends(one.from)));
  return fits.at(-1);
}

/**
 * `board`: records(), opened(), focused(), urgent(kind), waiting() alerts, roles(), receiverNamed(word), deeds, settings,
 * say(text). Returns `run(step)`.
 */
export function makeOrders(board) {
  const { deeds, say } = board;

  /** [record's number, the rest of the words]; "" where no record is meant. */
  function target(rest, urgent) {
    const [word, ...others] = rest.split(/\s+/);
    const named = NAMED.test(word) ? recordNamed(word, board.records()) : undefined;
    if (named) return [named.number, others.join(" ")];
    if (/^#?\d+$/.test(word)) return ["", rest];
    return [(urgent ? urgent()?.number : "") || board.focused() || board.opened() || "", rest];
  }

  function about(rest, deed, urgent, nobody = "noRecord") {
    const [number, words] = target(rest, urgent);
    if (!number) return say(t(nobody));
    return deed(number, words === "ok" ? "" : words);
  }

  /** A greeting, a reply: with words they are a note as well. */
  const andNote = (deed) => async (number, words) => (await deed(number)) && words && deeds.note(words, null, number);
  const ofOpened = (rest, deed, nothing) => (!rest ? say(t(nothing)) : about(rest, deed));

  const run = {
    ack: (rest) => board.acknowledge(/^(all|全部)$/.test(rest)),
    snooze(rest) {
      const [first] = board.waiting();
      return first ? deeds.snooze(first.waiting, Math.round(Number.parseFloat(rest) || 0)) : say(t("nothingToAcknowledge"));
    },
    give(rest) {
      const [first] = board.waiting();
      const to = board.receiverNamed(rest);
      if (!first) return say(t("nothingToAcknowledge"));
      return to ? deeds.handOver(first.waiting, to) : say(t("nobodyNamed", rest, board.roles().join(t("comma"))));
    },
    claim: (rest) => about(rest, (number) => deeds.claim(number), board.opened() ? undefined : () => board.urgent("claim"), "nobodyRings"),
    take: (rest) => about(rest, (number) => deeds.claim(number)),
    override: (rest) => about(rest, (number, reason) => (reason ? deeds.override(number, reason) : say(t("reasonNeeded")))),
    release: (rest) => about(rest, (number) => deeds.release(number)),
    park: (rest) => about(rest, (number, note) => deeds.park(number, note)),
    done: (rest) => about(rest, (number, note) => deeds.complete(number, note)),
    open: (rest) => about(rest, (number) => deeds.open(number)),
    hold: (rest) => about(rest, andNote(deeds.checkIn), () => board.urgent("hold"), "nobodyOnHold"),
    net: (rest) => about(rest, andNote(deeds.answered), () => board.urgent("hail"), "nobodyHails"),
    wait: (rest) => about(rest, andNote(deeds.promise), () => board.urgent("hail"), "nobodyHails"),
    kept: (rest) => about(rest, andNote(deeds.promiseKept), () => board.urgent("promise")),
    back: (rest) => about(rest, andNote(deeds.calledBack), () => board.urgent("back")),
    note: (rest) => ofOpened(rest, (number, text) => deeds.note(text || rest, null, number), "textNeeded"),
    find: (rest) => board.settings.find(rest),
    show: (rest) => board.settings.show(rest),
    silence: () => board.settings.silence(),
    mute: () => board.settings.mute(),
    lang: () => board.settings.language(),
    theme: (rest) => board.settings.theme(rest),
    dense: () => board.settings.density(),
    keys: () => board.settings.keys(),
  };
  for (const fact of FACTS) run[fact] = (rest) => ofOpened(rest, (number, text) => deeds.tell(fact, text, number), "textNeeded");

  return async ({ name, rest }) => run[name](rest);
}
