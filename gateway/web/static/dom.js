// Small hands for the page. Text from outside enters by textContent only, never as markup.

/** el("button.primary", {type: "button"}, "text", child…) */
export function el(kind, attributes = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag);
  node.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Set only what differs: the screen reader and the eye are left alone otherwise. */
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function mark(node, name, value) {
  if (node.dataset[name] !== value) node.dataset[name] = value;
}

/** Keep one child per item, by key: made once, in the items' order, moved only when the order changed. */
export function keep(list, items, keyOf, make, fill) {
  const known = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let before = list.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let node = known.get(key);
    if (!node) {
      node = make(item);
      node.dataset.key = key;
    }
    known.delete(key);
    if (node === before) before = before.nextElementSibling;
    else list.insertBefore(node, before);
    fill(node, item);
  }
  for (const node of known.values()) node.remove();
}

export const seconds = (ms) => (Math.floor(Math.abs(ms) / 100) / 10).toFixed(1);

/** 75000 → 01:15; 3700000 → 1:01:40 */
export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const minutes = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return s < 3600 ? minutes : `${Math.floor(s / 3600)}:${minutes}`;
}
