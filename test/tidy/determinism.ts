/** What would make two runs of one scenario differ, and where it is allowed (decisions 4 and 5). */
import ts from 'typescript';
import { importsOf, lineOf, type Source, walk } from './source.ts';

/** Names that read the clock, the environment, the locale or a global generator. */
const BANNED_NAMES: readonly string[] = [
  'Date',
  'performance',
  'process',
  'Intl',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'randomBytes',
  'randomUUID',
  'randomInt',
  'randomFill',
  'randomFillSync',
  'getRandomValues',
  'generateKeyPairSync',
  'localeCompare',
];
const BANNED_MEMBERS = /^(toLocale\w*|localeCompare|randomUUID|randomBytes|getRandomValues)$/;
const EXACT_MATH: readonly string[] = [
  'abs',
  'ceil',
  'clz32',
  'floor',
  'imul',
  'max',
  'min',
  'round',
  'sign',
  'trunc',
  'fround',
];

/** Modules of Node and who may use them. */
const MODULE_PLACES: Readonly<Record<string, RegExp>> = {
  'node:fs': /^src\/(data\/|scenario\/load\.ts|report\/|cli\/)/,
  'node:path': /^src\/(data\/|scenario\/|report\/|experiment\/|cli\/)/,
  'node:os': /^src\/(cli\/|experiment\/pool)/,
  'node:url': /^src\/(cli\/|experiment\/|data\/)/,
  'node:crypto': /^src\//,
};

/** Files in which the wall clock and the environment are allowed. */
const FREE = /^src\/(cli\/|experiment\/pool)/;
/** Files in which functions may be asynchronous: nothing the kernel drives. */
const ASYNC = /^src\/(cli|experiment)\/|^src\/index\.ts$/;
const MATH = 'src/base/math.ts';

/** Uses of what is banned, one line each. */
export function nondeterminism(source: Source): string[] {
  const found: string[] = [];
  const add = (node: ts.Node, what: string) => {
    found.push(`${source.path}:${lineOf(source, node)}: ${what}`);
  };
  walk(source, (node) => {
    if (!FREE.test(source.path)) findBanned(node, add);
    if (!ASYNC.test(source.path) && isAsync(node)) add(node, 'async is for cli/ and experiment/');
    if (source.path !== MATH) findMath(node, add);
  });
  for (const { to, line } of importsOf(source)) {
    if (!to.startsWith('node:')) continue;
    if (!(MODULE_PLACES[to]?.test(source.path) ?? FREE.test(source.path))) {
      found.push(`${source.path}:${line}: ${to} is not for this file`);
    }
  }
  return found;
}

type Add = (node: ts.Node, what: string) => void;

function findBanned(node: ts.Node, add: Add): void {
  if (ts.isPropertyAccessExpression(node)) {
    const { text } = node.name;
    const object = node.expression.getText();
    if (BANNED_MEMBERS.test(text) || (object === 'Math' && text === 'random')) {
      add(node, `${object}.${text} is banned`);
    }
  }
  if (ts.isIdentifier(node) && BANNED_NAMES.includes(node.text) && isUse(node)) {
    add(node, `${node.text} is banned`);
  }
}

/** Whether an identifier reads a global or an import, and is not merely a key of that name. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent))
    return parent.name !== node;
  if (ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent)) return parent.name !== node;
  return !ts.isTypeReferenceNode(parent) && !ts.isQualifiedName(parent);
}

function isAsync(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node);
}

function findMath(node: ts.Node, add: Add): void {
  if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'Math') {
    const { text } = node.name;
    const isConstant = /^[A-Z]/.test(text);
    if (!isConstant && text !== 'random' && !EXACT_MATH.includes(text)) {
      add(node, `Math.${text} goes through base/math.ts`);
    }
  }
  if (ts.isBinaryExpression(node) && isPower(node.operatorToken.kind)) {
    if (!isExactPower(node)) add(node, '** of variables goes through base/math.ts');
  }
}

const isPower = (kind: ts.SyntaxKind) =>
  kind === ts.SyntaxKind.AsteriskAsteriskToken ||
  kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken;

/** Exact on every engine: powers of two, of big integers, and squares, which are one multiplication. */
function isExactPower({ left, right }: ts.BinaryExpression): boolean {
  const isTwo = (node: ts.Expression) => ts.isNumericLiteral(node) && node.text === '2';
  const isConstant = isLiteral(left) && isLiteral(right);
  return isTwo(left) || isTwo(right) || ts.isBigIntLiteral(left) || isConstant;
}

function isLiteral(node: ts.Expression): boolean {
  if (ts.isPrefixUnaryExpression(node)) return isLiteral(node.operand);
  if (ts.isParenthesizedExpression(node)) return isLiteral(node.expression);
  return ts.isNumericLiteral(node) || ts.isBigIntLiteral(node);
}
