// What a radio's unit, channel and way are called, wherever they are named.
import { t } from "./words.js";

const nameOf = (thing) => [thing.unit_post, thing.unit_name].filter(Boolean).join(" ");

/** 门岗 王 (100-4002): a name where there is one, and always the unit as the radio writes it. */
export function unitWords(thing) {
  if (!thing.unit) return t("unitUnknown");
  const name = nameOf(thing);
  return name ? `${name} (${thing.unit})` : thing.unit;
}

/** In a row the unit's own number stands in the second line: there it is never cut off. */
export const nameWords = (hail) => nameOf(hail) || hail.unit || t("unitUnknown");

export const channelWords = (thing) => [thing.channel, thing.channel_name].filter(Boolean).join(" ");

/** 100-4002 · CH1 秩序 → 9001 */
export function hailRoute(hail) {
  const group = [hail.talkgroup, hail.talkgroup_name].filter(Boolean).join(" ");
  const way = [channelWords(hail), group].filter(Boolean).join(` ${t("to")} `);
  return [nameOf(hail) && hail.unit, way].filter(Boolean).join(" · ");
}
