/** Source files as the tidy rules see them: text and syntax tree. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Root of the project. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One file. */
export interface Source {
  /** Path below the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** What one import statement, re-export or dynamic import names. */
export interface ImportArrow {
  readonly from: string;
  /** File below the root for a relative import, else the package's name. */
  readonly to: string;
  readonly line: number;
}

/** Parses text as a file. */
export function sourceOf(path: string, text: string): Source {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) };
}

/** Every file with an ending below a folder of the project, by path. */
export function readSources(folder: string, ending: RegExp): Source[] {
  const names = readdirSync(posix.join(ROOT, folder), { recursive: true }) as string[];
  return names
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => ending.test(path))
    .sort()
    .map((path) => sourceOf(path, readFileSync(posix.join(ROOT, path), 'utf8')));
}

/** 1-based line of a node. */
export function lineOf({ tree }: Source, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** Calls back for every node of a file, parents first. */
export function walk(source: Source, visit: (node: ts.Node) => void): void {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  step(source.tree);
}

/** All imports of a file. */
export function importsOf(source: Source): ImportArrow[] {
  const arrows: ImportArrow[] = [];
  walk(source, (node) => {
    const name = specifierOf(node);
    if (name === undefined) return;
    const to = name.startsWith('.')
      ? posix.join(posix.dirname(source.path), name)
      : name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/');
    arrows.push({ from: source.path, to, line: lineOf(source, node) });
  });
  return arrows;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const { moduleSpecifier } = node;
    return moduleSpecifier && ts.isStringLiteral(moduleSpecifier)
      ? moduleSpecifier.text
      : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    return argument && ts.isStringLiteral(argument) ? argument.text : undefined;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    const { literal } = node.argument;
    return ts.isStringLiteral(literal) ? literal.text : undefined;
  }
  return undefined;
}
