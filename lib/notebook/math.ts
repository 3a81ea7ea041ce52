/** Formulas of a rendered page as MathML, which browsers draw by themselves. */
import temml from "temml";

const FORMULA = /<tex-math display="(block|inline)">([\s\S]*?)<\/tex-math>/g;

const ENTITIES: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#x27;": "'",
  "&amp;": "&",
};

function unescape(text: string): string {
  return text.replace(/&(?:lt|gt|quot|#x27|amp);/g, (entity) => ENTITIES[entity]!);
}

/** Replaces `<tex-math>` elements; a formula that is not valid TeX is shown as it was written, in red. */
export function renderFormulas(html: string): string {
  return html.replace(FORMULA, (_, display, tex) => {
    try {
      return temml.renderToString(unescape(tex), { displayMode: display === "block", throwOnError: true });
    } catch {
      return `<code class="error">${tex}</code>`;
    }
  });
}
