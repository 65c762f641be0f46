/** Documentation, size, plug-in registration and dead files. */
import { posix } from 'node:path';
import ts from 'typescript';
import { importsOf, lineOf, type Source, walk } from './source.ts';

/** Most lines a source file may have. */
export const LINE_LIMIT = 500;

/** Modules that something other than an import starts. */
export const ENTRIES: readonly string[] = [
  'src/index.ts',
  'src/cli/main.ts',
  'src/experiment/worker.ts',
  'src/experiment/validate/worker.ts',
];

/** Exports without a doc comment. A module's opening comment documents its default export. */
export function undocumented(source: Source): string[] {
  const found: string[] = [];
  const opensWithDoc = /^(#!.*\n)?\s*\/\*\*/.test(source.text);
  for (const statement of source.tree.statements) {
    const isDefault = ts.isExportAssignment(statement);
    if (!isDefault && !isExported(statement)) continue;
    if (hasDoc(source, statement) || (isDefault && opensWithDoc)) continue;
    const name = isDefault ? 'default' : nameOf(statement);
    found.push(`${source.path}:${lineOf(source, statement)}: export ${name} has no doc comment`);
  }
  return found;
}

function isExported(statement: ts.Statement): boolean {
  if (!ts.canHaveModifiers(statement)) return false;
  const modifiers = ts.getModifiers(statement) ?? [];
  return modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
}

function hasDoc({ text }: Source, statement: ts.Statement): boolean {
  const ranges = ts.getLeadingCommentRanges(text, statement.getFullStart()) ?? [];
  const last = ranges.at(-1);
  return last !== undefined && /^\/\*\*[^*]/.test(text.slice(last.pos, last.end));
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((one) => one.name.getText()).join(', ');
  }
  const { name } = statement as { name?: ts.Identifier };
  return name?.text ?? 'default';
}

/** Words that put work off, and switches that silence a tool. */
export function leftovers(source: Source): string[] {
  const words = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|');
  const rules: readonly (readonly [RegExp, string])[] = [
    [new RegExp(`\\b(${words})\\b`), 'unfinished work'],
    [/\bfor now\b/i, 'unfinished work'],
    [
      new RegExp(`(biome|eslint|prettier)-${'ignore'}|@ts-${'ignore'}|@ts-${'nocheck'}`),
      'a silenced tool',
    ],
    [/(^|[\s"'`(=])\/(work|tmp|root)\//, 'a path of one machine'],
  ];
  return source.text
    .split('\n')
    .flatMap((line, i) =>
      rules
        .filter(([pattern]) => pattern.test(line))
        .map(([, what]) => `${source.path}:${i + 1}: ${what}: ${line.trim().slice(0, 60)}`),
    );
}

/** Files that are too long to be one thing. */
export function tooLong(source: Source): string[] {
  const lines = source.text.split('\n').length - 1;
  return lines <= LINE_LIMIT ? [] : [`${source.path}: ${lines} lines, at most ${LINE_LIMIT}`];
}

/** Plug-in files that their folder's index does not import, and plug-ins that import one another. */
export function unregistered(sources: readonly Source[]): string[] {
  const indexes = sources.filter(
    ({ path, text }) => path.endsWith('/index.ts') && text.includes('createRegistry('),
  );
  return indexes.flatMap((index) => {
    const folder = posix.dirname(index.path);
    const plugins = sources.filter(
      (source) => posix.dirname(source.path) === folder && hasDefaultExport(source),
    );
    const paths = plugins.map(({ path }) => path);
    const registered = importsOf(index).map(({ to }) => to);
    const missing = paths.filter((path) => !registered.includes(path));
    const crossed = plugins.flatMap((plugin) =>
      importsOf(plugin).filter(({ to }) => paths.includes(to) && to !== plugin.path),
    );
    return [
      ...missing.map((path) => `${path}: is not registered in ${index.path}`),
      ...crossed.map(({ from, to, line }) => `${from}:${line}: a plug-in imports another, ${to}`),
    ];
  });
}

function hasDefaultExport({ tree }: Source): boolean {
  return tree.statements.some((statement) => ts.isExportAssignment(statement));
}

/** Files that no entry point reaches. */
export function dead(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const queue = [...ENTRIES];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const source = byPath.get(path);
    if (source === undefined || reached.has(path)) continue;
    reached.add(path);
    queue.push(...importsOf(source).map(({ to }) => to));
  }
  return sources
    .filter(({ path }) => !reached.has(path))
    .map(({ path }) => `${path}: no entry point reaches it`);
}

/** Packages that the program imports and does not declare as its own. */
export function undeclared(
  sources: readonly Source[],
  dependencies: Readonly<Record<string, string>>,
): string[] {
  return sources.flatMap((source) =>
    importsOf(source)
      .filter(({ to }) => !/^(node:|src\/)/.test(to) && !(to in dependencies))
      .map(({ from, to, line }) => `${from}:${line}: ${to} is not a dependency`),
  );
}

/** Casts to a branded unit, which only base/ may write. */
export function brandedCasts(source: Source): string[] {
  const found: string[] = [];
  if (source.path.startsWith('src/base/')) return found;
  walk(source, (node) => {
    if (ts.isAsExpression(node) && /^(Us|Wh|Upt)$/.test(node.type.getText())) {
      found.push(`${source.path}:${lineOf(source, node)}: ${node.getText()} belongs in base/`);
    }
  });
  return found;
}
