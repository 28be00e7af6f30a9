// `npm run generate`: writes the files that are made from code and reviewed by people. `--check` writes nothing and fails on a difference.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { spawnSync } from 'node:child_process';
import ts from 'typescript';
import { sbom } from './sbom.mjs';

const root = new URL('../../', import.meta.url).pathname;
const checking = process.argv.includes('--check');
const differs = [];

function put(path, text) {
  const full = join(root, path);
  const now = existsSync(full) ? readFileSync(full, 'utf8') : undefined;
  if (now === text) return;
  differs.push(path);
  if (checking) return;
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
}

/** The words of the core with the first sentence of their docstring: one place where a newcomer looks up what a name means. */
function glossary() {
  const words = [];
  for (const folder of ['libs/core/kernel', 'libs/core/clinical', 'libs/core/ports']) {
    for (const file of readdirSync(join(root, folder)).sort()) {
      if (!file.endsWith('.ts') || file.endsWith('.spec.ts') || file === 'index.ts') continue;
      words.push(...wordsOf(join(root, folder, file)));
    }
  }
  words.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const lines = words.map(({ name, meaning, file }) => `| \`${name}\` | ${meaning} | [${file.replace('libs/core/', '')}](../${file}) |`);
  return [
    '# Glossary',
    '',
    'The words of `libs/core`, from their docstrings (`npm run generate`).',
    '',
    '| word | what it is | where |',
    '|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

function wordsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  return source.statements.flatMap((statement) => {
    if (!ts.canHaveModifiers(statement) || !ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    const name = statement.name?.getText() ?? statement.declarationList?.declarations[0]?.name.getText();
    const meaning = firstSentence(ts.getTextOfJSDocComment(ts.getJSDocCommentsAndTags(statement)[0]?.comment));
    return name === undefined || meaning === undefined ? [] : [{ name, meaning, file: relative(root, path) }];
  });
}

function firstSentence(comment) {
  const text = comment?.replaceAll(/\s+/g, ' ').trim();
  if (!text) return undefined;
  return (/^.*?[.?!](?=\s+[A-Z`]|$)/.exec(text)?.[0] ?? text).replaceAll('|', '\\|');
}

/** The routes of the running edge, as the built program describes itself. */
function openApi() {
  const done = spawnSync(process.execPath, [join(root, 'apps/api/dist/src/print-openapi.js')], { cwd: root, encoding: 'utf8', maxBuffer: 32 * 1024 * 1024 });
  if (done.status !== 0) throw new Error(`the edge does not describe itself: ${done.stderr}`);
  return `${JSON.stringify(JSON.parse(done.stdout), undefined, 2)}\n`;
}

/** The table that decides, as people read it. */
async function accessTable() {
  const { describeDenials, describeRules } = await import(join(root, 'libs/governance/dist/access/index.js'));
  const intro = [
    '# Who may do what',
    '',
    'The table of `libs/governance/access`, from which every decision is made (`npm run generate`). What no line allows is denied;',
    'a denial about a patient is the same 404 as an absence. The database decides a second time, by row-level security whose functions and',
    'policies are written by the same table: [policies.sql](../prisma/policies.sql) names the rules that each of them holds.',
  ];
  const denials = [
    '## What outweighs every line',
    '',
    'A denial strikes relations; what rests on a struck relation alone is denied, and the database strikes the same ones (`app.relations()`, `app.enter()`).',
  ];
  return [...intro, '', describeRules(), '', ...denials, '', describeDenials(), ''].join('\n');
}

/** The same table as the database has it: what a migration holds after a change of the table. */
async function policies() {
  const { policyText } = await import(join(root, 'libs/governance/dist/access/index.js'));
  return policyText();
}

put('docs/access.md', await accessTable());
put('prisma/policies.sql', await policies());
put('docs/glossary.md', glossary());
put('docs/api/openapi.json', openApi());
put('docs/sbom.cdx.json', sbom(root));
if (differs.length === 0) console.log('generated files are as the code says');
else console.log(checking ? `out of date: ${differs.join(', ')}; run npm run generate` : `written: ${differs.join(', ')}`);
process.exit(checking && differs.length > 0 ? 1 : 0);
