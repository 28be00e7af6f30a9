/** The page's own style: it travels as one file and asks nothing of any server. Colours are the dashboard's tokens. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #f3f1ec; --surface: #fcfbf9; --line: #dad6cd; --strong: #827d73; --text: #1c1e20; --soft: #47484a; --accent: #0b5563; --ok: #2b6140; --bad: #a0240f; --mark: #1c4d9c; --other: #8a6d3b; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f1214; --surface: #181b1d; --line: #33383c; --strong: #79828a; --text: #e7e4de; --soft: #bbb9b3; --accent: #74c1ce; --ok: #8fc7a4; --bad: #ff9d87; --mark: #7fa8f0; --other: #c9a76a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.5 "Source Sans 3", "Segoe UI", "Noto Sans", system-ui, sans-serif; font-variant-numeric: tabular-nums; }
header, main, footer { max-width: 1120px; margin: 0 auto; padding: 16px 24px; }
h1 { font-size: 28px; line-height: 1.15; margin: 8px 0; } h2 { font-size: 21px; margin: 40px 0 8px; border-top: 1px solid var(--strong); padding-top: 16px; } h3 { font-size: 17px; margin: 24px 0 4px; }
p { max-width: 75ch; margin: 4px 0 12px; } .quiet { color: var(--soft); }
a { color: var(--accent); } nav ul { padding-left: 18px; margin: 4px 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 24px; }
.wide { overflow-x: auto; margin: 8px 0 16px; } .wide:focus-visible { outline: 2px solid var(--accent); }
table { border-collapse: collapse; min-width: 60%; background: var(--surface); font-size: 14px; }
caption { text-align: left; color: var(--soft); padding: 4px 0; }
th, td { text-align: left; padding: 5px 12px; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; } tbody th { font-weight: 400; white-space: normal; min-width: 14ch; }
thead th { border-bottom: 1px solid var(--strong); font-weight: 600; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: 14px; }
svg { width: 100%; max-width: 520px; height: auto; background: var(--surface); } svg text { fill: var(--soft); font-size: 13px; }
.grid { stroke: var(--line); } .ideal { stroke: var(--strong); stroke-dasharray: 5 4; } .whisker { stroke: var(--mark); stroke-width: 1.5; } .mark { fill: var(--mark); }
.score { fill: none; stroke: var(--mark); stroke-width: 2.5; } .everybody { fill: none; stroke: var(--other); stroke-width: 2; stroke-dasharray: 7 4; } .nobody { stroke: var(--strong); }
@media print { body { background: #fff; } }
`;
