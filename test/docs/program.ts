/** Type-checking of code that stands in the docs, with the settings of the project. */
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './pages.ts';

/** Compiler settings of the project, with `peerwatt` meaning its own entry. */
export function compilerOptions(root: string = ROOT): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return {
    ...options,
    paths: { peerwatt: [join(root, 'src', 'index.ts')] },
    noUnusedLocals: false,
  };
}

/**
 * Problems of some files, which may exist in memory only.
 *
 * @param texts - Text by absolute path; other files come from the disk.
 * @returns One line a problem.
 */
export function problemsOf(texts: ReadonlyMap<string, string>): string[] {
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    const found = [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ];
    return found.map((problem) => lineOf(problem));
  });
}

/** A diagnostic as one line. */
export function lineOf({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, ' ');
  if (file === undefined) return text;
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1}: ${text}`;
}
