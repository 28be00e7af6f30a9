import vm from 'node:vm';
import ts from 'typescript';

/** One change of one place in a source: an operator, a condition, a word. */
export interface Mutant {
  /** `decide.ts:56 && → ||`. */
  readonly name: string;
  readonly source: string;
}

const OPERATORS: Readonly<Partial<Record<ts.SyntaxKind, readonly string[]>>> = {
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: ['!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: ['==='],
  [ts.SyntaxKind.AmpersandAmpersandToken]: ['||'],
  [ts.SyntaxKind.BarBarToken]: ['&&'],
  [ts.SyntaxKind.LessThanToken]: ['<=', '>='],
  [ts.SyntaxKind.LessThanEqualsToken]: ['<', '>'],
  [ts.SyntaxKind.GreaterThanToken]: ['>=', '<='],
  [ts.SyntaxKind.GreaterThanEqualsToken]: ['>', '<'],
  [ts.SyntaxKind.MinusToken]: ['+'],
  [ts.SyntaxKind.PlusToken]: ['-'],
};
const METHODS: Readonly<Record<string, readonly string[]>> = {
  some: ['every'],
  every: ['some'],
  find: ['findLast'],
  sort: ['slice'],
  has: ['add'],
  flatMap: ['map'],
};

interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Every single change that the table of changes knows; types, imports and the words of errors are left alone. */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    for (const { from, to, text } of changesOf(node)) {
      const { line } = tree.getLineAndCharacterOfPosition(from);
      const name = `${file}:${line + 1} ${source.slice(from, to).replaceAll(/\s+/g, ' ').slice(0, 60)} → ${text.slice(0, 60)}`;
      mutants.push({ name, source: source.slice(0, from) + text + source.slice(to) });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return mutants;
}

function changesOf(node: ts.Node): readonly Change[] {
  const whole = (text: string): Change => ({ from: node.getStart(), to: node.getEnd(), text });
  if (ts.isBinaryExpression(node)) return [...operators(node), ...sides(node)];
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) return [whole(node.operand.getText())];
  if (ts.isConditionalExpression(node)) return [whole(node.whenTrue.getText()), whole(node.whenFalse.getText())];
  if (ts.isIfStatement(node)) return ['true', 'false'].map((text) => ({ from: node.expression.getStart(), to: node.expression.getEnd(), text }));
  if (ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent)) return methods(node);
  return literals(node, whole);
}

function operators({ operatorToken }: ts.BinaryExpression): readonly Change[] {
  return (OPERATORS[operatorToken.kind] ?? []).map((text) => ({ from: operatorToken.getStart(), to: operatorToken.getEnd(), text }));
}

/** A condition lost: one side alone. */
function sides(node: ts.BinaryExpression): readonly Change[] {
  const kinds: readonly ts.SyntaxKind[] = [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken];
  if (!kinds.includes(node.operatorToken.kind)) return [];
  return [node.left, node.right].map((side) => ({ from: node.getStart(), to: node.getEnd(), text: `(${side.getText()})` }));
}

function methods(node: ts.PropertyAccessExpression): readonly Change[] {
  const { name, parent } = node;
  const renamed = (METHODS[name.text] ?? []).map((text) => ({ from: name.getStart(), to: name.getEnd(), text }));
  // A list that is no longer narrowed, an answer turned round.
  if (name.text === 'filter') return [{ from: parent.getStart(), to: parent.getEnd(), text: node.expression.getText() }];
  if (name.text === 'includes' || name.text === 'has') return [{ from: parent.getStart(), to: parent.getEnd(), text: `!(${parent.getText()})` }];
  return renamed;
}

function literals(node: ts.Node, whole: (text: string) => Change): readonly Change[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [whole('false')];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [whole('true')];
  if (ts.isNumericLiteral(node)) return [whole(`(${node.text} + 1)`)];
  if (ts.isStringLiteral(node)) return [whole("'mutated'")];
  return [];
}

/** A module made of a mutant, its imports given. */
export function load(source: string, imports: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 } });
  const exports: Record<string, unknown> = {};
  const require = (name: string): unknown => {
    const found = imports[name];
    if (found === undefined) throw new Error(`a mutant imports ${name}`);
    return found;
  };
  const body = vm.compileFunction(outputText, ['exports', 'require']) as (exports: object, require: (name: string) => unknown) => void;
  body(exports, require);
  return exports;
}
