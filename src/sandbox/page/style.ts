// The look of the sandbox's page: light and dark by the reader's setting; on a narrow screen each row of a table becomes a card.

export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --back: #f6f8fa; --card: #fff; --good: #1a7f37; --bad: #b3261e; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9aa4af; --line: #30363d; --back: #0d1117; --card: #161b22; --good: #57c26c; --bad: #ff8a80; --warn: #e3b341; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); }
header, main { max-width: 1200px; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; margin: .5rem 0 0; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
p { margin: .25rem 0; color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin-bottom: 1rem; overflow-wrap: anywhere; }
.wide { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 1rem; align-items: start; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
th, .good, .bad, .warn, .whole { white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; } .warn { color: var(--warn); }
ul { margin: 0; padding-left: 1.1rem; } pre { white-space: pre-wrap; margin: .25rem 0; font: inherit; }
summary { cursor: pointer; }
@media (max-width: 640px) {
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table, tbody, tr, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  td { border: 0; padding: .1rem 0; }
  td:empty { display: none; }
  td[data-label]:not([data-label=""])::before { content: attr(data-label) ": "; color: var(--soft); }
}
`;

/** Asks for the state every two seconds and takes the new content over only when something changed. */
export const SCRIPT = `
let last;
async function look() {
  const state = await (await fetch('/control/state')).text();
  if (last !== undefined && state !== last) {
    const text = await (await fetch('/')).text();
    const page = new DOMParser().parseFromString(text.slice(text.indexOf('<main'), text.indexOf('</main>')), 'text/html');
    const open = [...document.querySelectorAll('details[open]')].map((details) => details.id);
    document.querySelector('main').replaceWith(page.querySelector('main'));
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
  }
  last = state;
}
setInterval(() => look().catch(() => {}), 2000);
look().catch(() => {});
`;
