/** Text as it may stand in HTML. */
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

/** A page with a banner that says that it is a rehearsal. */
export function page(title: string, body: string, banner: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><p class="banner">${escapeHtml(banner)}</p><main>${body}</main></body></html>
`;
}

const style = `
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fdfdfd }
main { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
.banner { margin: 0; padding: .6rem 1rem; background: #ffd343; text-align: center; font-weight: 600 }
h1 { color: #006dad } h2 { margin-top: 2rem }
nav a { display: inline-block; padding: .4rem .9rem; margin-right: .2rem; border: 1px solid #ccc; border-radius: 4px 4px 0 0; text-decoration: none; color: #464646 }
nav a.open { border-bottom-color: #fdfdfd; color: #006dad; font-weight: 600 }
form, .tab { border: 1px solid #ccc; padding: 1rem 1.2rem; margin-top: -1px }
label { display: block; margin-top: .9rem; font-weight: 600 }
input { width: 100%; box-sizing: border-box; padding: .45rem; border: 1px solid #999; border-radius: 3px; font: inherit }
.help { color: #666; font-size: .9rem } .error { color: #b00020; font-weight: 600 }
.warning { border-left: 4px solid #ffc200; background: #fff8e1; padding: .7rem 1rem }
button { margin-top: 1.2rem; padding: .5rem 1.4rem; background: #006dad; color: #fff; border: 0; border-radius: 3px; font: inherit }
table { border-collapse: collapse; width: 100% } td, th { border: 1px solid #ddd; padding: .4rem .6rem; text-align: left }
`;
