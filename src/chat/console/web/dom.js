// Making elements. Text always goes in as text, never as HTML.

/**
 * @param {string} tag
 * @param {Record<string, string | boolean | undefined | ((event: Event) => unknown)>} [properties] `class`, `on<event>`, attributes; `undefined` and `false` are left out
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element ${id}`);
  return element;
}

/** `03:12 UTC`, as on the cards. @param {string} iso */
export function clock(iso) {
  return `${iso.slice(11, 16)} UTC`;
}
