/// <reference lib="dom" />
/** Small helpers for the page. Everything that comes from a scenario is inserted as text. */

/** The element of this id, which the page has. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page lacks ${id}`);
  return element;
}

type Attributes = Readonly<Record<string, string | boolean>>;

export function made<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...inside: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...inside);
  return element;
}

/**
 * Markup that the drawing code has made, in which every name is escaped; the page's policy lets no
 * script in it run.
 */
export function fromMarkup(markup: string): DocumentFragment {
  const template = document.createElement('template');
  template.innerHTML = markup;
  return template.content;
}

export function tableElement(
  heads: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
): HTMLElement {
  const head = made('tr', {}, ...heads.map((text) => made('th', { scope: 'col' }, text)));
  const body = rows.map(([first = '', ...cells]) =>
    made(
      'tr',
      {},
      made('th', { scope: 'row' }, first),
      ...cells.map((cell) => made('td', {}, cell)),
    ),
  );
  return made(
    'div',
    { class: 'scroll', tabindex: '0' },
    made('table', {}, made('thead', {}, head), made('tbody', {}, ...body)),
  );
}

/** Calls it once, when there was no call for so long. */
export function settled(ms: number, call: () => void): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(call, ms);
  };
}
