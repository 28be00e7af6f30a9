/** The dashboard's tokens and forms, as far as these pages need them. Served as a file: no page carries inline style. */
export const STYLES = `
@font-face { font-family: "Source Sans 3 Variable"; src: url("source-sans-3.woff2") format("woff2"); font-weight: 200 900; font-display: swap; }
:root { color-scheme: light; --bg: #f3f1ec; --surface: #fcfbf9; --raised: #ffffff; --line: #dad6cd; --line-strong: #827d73; --text: #1c1e20; --text-2: #47484a; --text-3: #5f5e5b;
  --accent: #0b5563; --on-accent: #ffffff; --focus: #0a6c7f; --high: #a0240f; --high-soft: #fae6df;
  --font: "Source Sans 3 Variable", "Source Sans 3", "Segoe UI", "Noto Sans", system-ui, sans-serif; --gutter: 24px; }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; --bg: #111315; --surface: #181b1d; --raised: #212528; --line: #2e3337; --line-strong: #79828a; --text: #e7e4de; --text-2: #bbb9b3;
  --text-3: #9b9a95; --accent: #74c1ce; --on-accent: #05232b; --focus: #8fd4df; --high: #ff9d87; --high-soft: #3b1b14; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--bg); color: var(--text); font: 400 0.9375rem/1.5 var(--font); -webkit-font-smoothing: antialiased; }
h1, h2, p, table { margin: 0; padding: 0; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
.small { font-size: 0.8125rem; } .two { color: var(--text-2); } .three { color: var(--text-3); }
.vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.mark { display: flex; align-items: center; gap: 8px; font-size: 1.3125rem; font-weight: 650; color: var(--text); }
.mark svg { width: 28px; height: 28px; stroke: var(--accent); fill: none; stroke-width: 1.8; stroke-linecap: round; }
.gate { display: grid; grid-template-columns: minmax(0, 1fr) 420px; gap: 32px 48px; width: 100%; max-width: 1080px; margin: 0 auto; padding: 88px var(--gutter) 40px; }
.gate.one { grid-template-columns: minmax(0, 560px); }
.gate h1 { font-size: 1.75rem; max-width: 22ch; line-height: 1.2; margin: 32px 0 12px; font-weight: 600; }
.gate .lead { max-width: 52ch; color: var(--text-2); }
.gate form { background: var(--surface); border: 1px solid var(--line); padding: 24px; align-self: start; } .gate form > * + * { margin-top: 12px; }
.gate form h2 { font-size: 1.0625rem; font-weight: 600; line-height: 1.3; }
label { display: block; font-size: 0.8125rem; font-weight: 600; color: var(--text-2); }
input { font: 400 0.9375rem/1.2 var(--font); color: var(--text); background: var(--raised); border: 1px solid var(--line-strong); border-radius: 4px; min-height: 40px; margin-top: 3px; padding: 0 8px; width: 100%; }
.btn-main { font: 600 0.9375rem/1 var(--font); width: 100%; min-height: 44px; padding: 0 12px; border: 1px solid var(--accent); border-radius: 4px; background: var(--accent); color: var(--on-accent); cursor: pointer; }
.line { display: flex; gap: 8px; align-items: baseline; padding: 8px 12px; background: var(--high-soft); color: var(--high); }
.hint { margin-top: 7px; } code { font: inherit; font-weight: 600; color: var(--text); }
:focus-visible { outline: none; box-shadow: 0 0 0 2px var(--surface), 0 0 0 4px var(--focus); border-radius: 2px; }
.terms { border-left: 3px solid var(--line-strong); padding-left: 12px; margin-top: 24px; font-size: 0.875rem; max-width: 60ch; color: var(--text-2); } .terms b { color: var(--text); }
.users { width: 100%; border-collapse: collapse; font-size: 0.875rem; margin-top: 24px; max-width: 560px; }
.users td, .users th { border-bottom: 1px solid var(--line); padding: 0 12px 0 0; text-align: left; font-weight: 400; } .users thead th { padding: 5px 12px 5px 0; font-size: 0.8125rem; color: var(--text-3); }
.users tbody th { font-weight: 600; } .users a { display: inline-flex; align-items: center; min-height: 32px; }
.foot { margin-top: auto; display: flex; flex-wrap: wrap; gap: 2px 24px; padding: 6px var(--gutter) 8px; font-size: 0.8125rem; color: var(--text-3); border-top: 1px solid var(--line); } .foot b { font-weight: 600; color: var(--text-2); }
@media (max-width: 900px) { .gate { grid-template-columns: minmax(0, 1fr); padding-top: 40px; } .gate form { order: -1; } }
@media (pointer: coarse) { .users a { min-height: 44px; } }
`;

/** Sends the only form of a page: signing out asks nothing when it was asked for in the dashboard. */
export const SUBMIT_SCRIPT = `document.forms[0]?.requestSubmit(document.forms[0].querySelector('button') ?? document.querySelector('button[form]'));\n`;
