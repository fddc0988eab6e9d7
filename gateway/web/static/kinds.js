// What a matter is called: the site's own kinds stand as they are; those that every site begins with are translated.
import { t } from "./words.js";

export function kindWords(kind) {
  const words = t(`kindOf_${kind}`);
  return words.startsWith("kindOf_") ? kind : words;
}
