// Forms that do something: each is one deed of the API, and the page is shown anew once it is on disk.
import { newKey, post } from "./feed.js";
import { put } from "./dom.js";
import { languageAtFirst } from "./look.js";

const FAILED = { zh: (why) => `没有成功：${why}`, en: (why) => `Did not work: ${why}` };

/** The fields by name, and what the form itself carries as data-value-NAME, or as data-list-NAME: one of many. */
function told(form) {
  const carried = Object.entries(form.dataset).filter(([key]) => key.startsWith("value"));
  const values = carried.map(([key, value]) => [key[5].toLowerCase() + key.slice(6), value]);
  const listed = Object.entries(form.dataset).filter(([key]) => key.startsWith("list"));
  const lists = listed.map(([key, value]) => [key[4].toLowerCase() + key.slice(5), [value]]);
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  return Object.fromEntries([...values, ...lists, ...fields]);
}

/** What is typed outlives a reload, a cut link and a deed that failed. */
function keepTyped(form) {
  for (const field of form.querySelectorAll("textarea, input[type=text], input:not([type])")) {
    const key = `typed ${location.pathname} ${form.dataset.deed} ${field.name}`;
    field.value ||= sessionStorage.getItem(key) ?? "";
    field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
    form.addEventListener("done", () => sessionStorage.removeItem(key));
  }
}

async function submit(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  form.dataset.key ||= newKey(); // told again after a cut link, it is the same deed
  const { ok, status, why } = await post(form.dataset.deed, form.dataset.key, told(form));
  button.disabled = false;
  if (!ok) {
    if (status) delete form.dataset.key; // it was refused: the next try is another deed
    return put(form.querySelector(".said"), FAILED[languageAtFirst()](why));
  }
  form.dispatchEvent(new Event("done"));
  location.reload();
}

for (const form of document.querySelectorAll("form[data-deed]")) {
  keepTyped(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form);
  });
}
