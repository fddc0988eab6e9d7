// Which language is spoken now, and its words. Chinese first; remembered in this browser.
import { languageAtFirst, speak } from "./look.js";
import en from "./words.en.js";
import zh from "./words.zh.js";

const TABLES = { zh, en };

export let language = languageAtFirst();

export function switchLanguage(to = language === "zh" ? "en" : "zh") {
  language = to;
  speak(language);
}

/** The words for `key`; a text with places to fill takes them as further arguments. */
export function t(key, ...values) {
  const text = TABLES[language][key];
  return typeof text === "function" ? text(...values) : text ?? key;
}
