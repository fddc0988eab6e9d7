// The look of every page: its language and colours. Kept in cookies, so that the gateway renders pages alike.

const THEMES = ["auto", "day", "night", "contrast"];
const YEAR_S = 31_536_000;

const dark = matchMedia("(prefers-color-scheme: dark)");
const contrast = matchMedia("(prefers-contrast: more)");
const root = document.documentElement;

const kept = (name) => document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);

function keep(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR_S}; SameSite=Strict${secure}`;
}

/** The gateway has chosen it: by the cookie, or by what the browser asks for. */
export const languageAtFirst = () => (root.lang.startsWith("en") ? "en" : "zh");

/** The shell's own texts stand in the page in both languages. */
export function speak(language) {
  keep("language", language);
  root.lang = language === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-zh]")) node.textContent = node.dataset[language];
}

export const theme = () => (THEMES.includes(kept("theme")) ? kept("theme") : "auto");

export function showTheme() {
  root.dataset.theme = theme() === "auto" ? (contrast.matches ? "contrast" : dark.matches ? "night" : "day") : theme();
}

export function chooseTheme(name) {
  if (!THEMES.includes(name)) return;
  keep("theme", name);
  showTheme();
}

export const nextTheme = () => chooseTheme(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);

/** The machine goes over to night while the page stands open. */
export function followTheMachine(then) {
  for (const query of [dark, contrast]) query.addEventListener("change", then);
}
