/** Escapes text for HTML. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A table of texts, or a sentence if it has no rows. */
export function table(heads: string[], rows: string[][]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const row = (cells: string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${row(heads, 'th')}${rows.map((cells) => row(cells, 'td')).join('')}</table>`;
}

/** Labels with their values. */
export function definitions(values: Record<string, string>): string {
  const rows = Object.entries(values).map(
    ([label, value]) => `<tr><th>${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<table class="facts">${rows.join('')}</table>`;
}

/** A page with a banner that says that this is a rehearsal. */
export function page(title: string, body: string, banner: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body><p class="banner"><span>${escapeHtml(banner)}</span></p><main>${body}</main></body></html>
`;
}

// Deliberately without the real pages' colours, so that nobody mistakes these for them.
const style = `
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1f2430; background: #eef0f4 }
main { max-width: 46rem; margin: 1.5rem auto; padding: 1.5rem 2rem 2rem; background: #fff; border: 1px solid #d5d9e2; border-radius: 10px }
.banner { margin: 0; padding: .5rem; text-align: center; font-weight: 600; background: repeating-linear-gradient(-45deg, #4a3f8f 0 14px, #5a4fa3 14px 28px) }
.banner span { display: inline-block; padding: .1rem .9rem; border-radius: 1rem; color: #332a70; background: #fff }
.user { float: right; margin: .3rem 0 0 }
h1 { margin: 0 0 1rem; font-size: 1.5rem } h2 { margin: 1.5rem 0 .5rem; font-size: 1.15rem } p { margin: 0 0 .7rem }
nav { display: flex; gap: .3rem; margin-top: 1rem }
nav a { padding: .4rem 1rem; border: 1px solid #d5d9e2; border-radius: 6px 6px 0 0; color: #565d70; background: #f6f7fa; text-decoration: none }
nav a.open { border-bottom-color: #fff; color: #4a3f8f; background: #fff; font-weight: 600 }
form, .tab { margin-top: -1px; padding: .3rem 1.2rem 1.2rem; border: 1px solid #d5d9e2; border-radius: 0 6px 6px 6px } .tab { padding-top: 1.2rem }
label { display: block; margin-top: .8rem; font-weight: 600 } label small { font-weight: 400; color: #565d70 }
input { width: 100%; padding: .4rem .6rem; border: 1px solid #aab1c0; border-radius: 5px; font: 15px/1.5 ui-monospace, monospace; color: inherit; background: #fff }
input::placeholder { color: #aab1c0 } input:focus { outline: 2px solid #8a7fd6; border-color: transparent }
.help { margin: .15rem 0 0; color: #565d70; font-size: .85rem } .error { display: block; color: #b3182d; font-size: .9rem; font-weight: 600 }
.warning, .done { padding: .6rem 1rem; border-left: 4px solid; border-radius: 4px }
.warning { border-color: #e08a00; background: #fff5e3 } .done { border-color: #1d8a4e; background: #e8f6ee }
input[type=submit] { width: auto; margin-top: 1.1rem; padding: .4rem 1.6rem; border: 0; color: #fff; background: #4a3f8f; font: inherit; font-weight: 600; cursor: pointer }
table { width: 100%; border-collapse: collapse } td, th { padding: .35rem .6rem; border-bottom: 1px solid #d5d9e2; text-align: left }
table { margin-top: .8rem } .facts th { width: 12rem; color: #565d70; font-weight: 400 } td { overflow-wrap: break-word }
nav { flex-wrap: wrap; margin-bottom: .5rem }
pre { white-space: pre-wrap; padding: .8rem 1rem; overflow: auto; border-radius: 6px; color: #e6edf3; background: #1f2430; font-size: .85rem }
`;
