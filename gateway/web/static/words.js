// Which language is spoken now, and its words. Chinese first; remembered in this browser.
import en from "./words.en.js";
import zh from "./words.zh.js";

const TABLES = { zh, en };

function firstLanguage() {
  const kept = localStorage.getItem("language");
  if (kept in TABLES) return kept;
  return navigator.languages.some((l) => l.startsWith("zh")) || !navigator.languages.some((l) => l.startsWith("en")) ? "zh" : "en";
}

export let language = firstLanguage();

export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
}

/** The words for `key`; a text with places to fill takes them as further arguments. */
export function t(key, ...values) {
  const text = TABLES[language][key];
  return typeof text === "function" ? text(...values) : text ?? key;
}
