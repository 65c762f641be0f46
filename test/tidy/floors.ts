/** The floors of the house (docs/architecture.md, section 2): imports go down only. */
import { importsOf, type Source } from './source.ts';

/** Folders by floor, lowest first. */
export const FLOORS: readonly (readonly string[])[] = [
  ['base'],
  ['kernel'],
  ['energy', 'grid', 'market', 'ledger', 'network'],
  ['physics', 'contracts', 'consensus'],
  ['metering', 'agents'],
  ['fraud/attacks', 'fraud/adversaries', 'fraud/detectors', 'fraud/response', 'fraud/scoring'],
  ['scenario', 'data'],
  ['simulation'],
  ['report'],
  ['experiment'],
  ['cli'],
];

/** Arrows that do not go down and are allowed. */
const SIDEWAYS: readonly string[] = ['agents -> metering'];

/** Arrows that go down and are forbidden: these may not see the truth. */
const BLIND: readonly string[] = ['fraud/detectors -> physics', 'fraud/response -> physics'];

/** Folder of the floor table that a file is in; undefined for `src/index.ts` and what is unknown. */
export function folderOf(path: string): string | undefined {
  return FLOORS.flat().find((folder) => path.startsWith(`src/${folder}/`));
}

const floorOf = (folder: string) => FLOORS.findIndex((folders) => folders.includes(folder));

/** Imports that are not an arrow of the floor table, one line each. */
export function wrongArrows(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    if (source.path === 'src/index.ts') return [];
    const from = folderOf(source.path);
    if (from === undefined) return [`${source.path}: is in no folder of the floor table`];
    return importsOf(source).flatMap(({ to, line }) => {
      if (!to.startsWith('src/') && !to.includes('..')) return [];
      const folder = folderOf(to);
      const arrow = `${from} -> ${folder ?? to}`;
      const allowed =
        folder === from ||
        SIDEWAYS.includes(arrow) ||
        (folder !== undefined && floorOf(folder) < floorOf(from) && !BLIND.includes(arrow));
      return allowed ? [] : [`${source.path}:${line}: ${arrow} is no arrow of the floor table`];
    });
  });
}
