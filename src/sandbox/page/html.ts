// HTML from template literals: every value is escaped unless it is itself HTML made here.

export interface Html {
  readonly html: string;
}

type Value = string | number | Html | readonly Html[];

/** `html\`<b>${text}</b>\``: text comes out escaped, nested Html as it is. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: strings.map((text, at) => text + (at < values.length ? render(values[at] ?? '') : '')).join('') };
}

function render(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value));
  return 'html' in value ? value.html : value.map((part) => part.html).join('');
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
