type Child = Node | string;

/** An element; properties that are functions listen to the event of their name. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean | ((event: Event) => void)> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** A labelled choice; an option is a value, with a text of its own or without. */
export function choice(
  label: string,
  options: readonly (string | [value: string, text: string])[],
  value: string,
  onChange: (value: string) => void,
): HTMLLabelElement {
  const select = h("select", { "aria-label": label, change: () => onChange(select.value) });
  for (const option of options) {
    const [own, text] = typeof option === "string" ? [option, option] : option;
    select.append(h("option", { value: own, selected: own === value }, text));
  }
  return h("label", {}, h("span", {}, label), select);
}

export function download(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
