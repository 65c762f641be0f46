import { choice, integer, type OptionValues, optional, text } from '../../base/options.ts';
import { cellReport, type NetworkContext } from '../context.ts';
import { readLatencyMatrix } from '../latency-table.ts';
import { definePlacement, planOfSites, type Sites, sitesByShare } from '../placement.ts';
import {
  REGION_NAMES,
  REGION_SHARE_NAMES,
  REGION_SHARES,
  REGION_YEARS,
  type RegionYear,
} from '../region-tables.ts';

const KEY = 'scenario.network.placement';
const LAYOUT = { delimiter: 'comma', header: true, skipRows: 0 } as const;
/** Columns of a file of regions. */
const COLUMNS = ['region', 'share', 'upload_bps', 'download_bps'] as const;

const OPTIONS = {
  year: integer(2019, { min: 2015, max: 2019, doc: 'Latencies and bandwidths of 2015 or 2019' }),
  shares: choice(REGION_SHARE_NAMES, 'bitcoin-2019', 'Whose nodes are spread over the regions'),
  regionFile: optional(
    text(undefined, 'Own regions: CSV with columns region, share, upload_bps, download_bps'),
  ),
  latencyFile: optional(
    text(undefined, 'Their mean one-way latencies in ms: CSV matrix, regions in header and column'),
  ),
};

/** Nodes by region quota, shuffled; latency by pair of regions, bandwidth by region. */
export default definePlacement({
  apiVersion: 1,
  name: 'region-table',
  summary: 'World regions with measured mean latencies and bandwidths (SimBlock 2019 or 2015)',
  source: 'Aoki et al. 2019 (SimBlock), region tables of 2015 and 2019',
  options: () => OPTIONS,
  create(context, options) {
    const { regionFile, latencyFile } = options;
    if (regionFile === undefined && latencyFile === undefined) return published(context, options);
    if (regionFile !== undefined && latencyFile !== undefined) {
      return own(context, regionFile, latencyFile);
    }
    const got = regionFile === undefined ? 'latencyFile alone' : 'regionFile alone';
    context.issue({ file: '', path: KEY, expected: 'regionFile and latencyFile, or neither', got });
    return undefined;
  },
});

function published(context: NetworkContext, options: OptionValues<typeof OPTIONS>) {
  const table: RegionYear | undefined = REGION_YEARS.get(options.year);
  if (table === undefined) {
    const expected = [...REGION_YEARS.keys()].join(' or ');
    context.issue({ file: '', path: `${KEY}.year`, expected, got: String(options.year) });
    return undefined;
  }
  const sites: Sites = {
    names: REGION_NAMES,
    latencyUs: Float64Array.from(table.latencyMs.flat(), (ms) => ms * 1e3),
    uploadBps: table.uploadMbit.map((megabits) => megabits * 1e6),
    downloadBps: table.downloadMbit.map((megabits) => megabits * 1e6),
  };
  const shares = REGION_SHARES[options.shares];
  return planOfSites(sites, sitesByShare(context.nodeCount, shares, context.random));
}

function own(context: NetworkContext, regionFile: string, latencyFile: string) {
  const regions = readRegions(context, regionFile);
  const table = context.openTable(latencyFile, LAYOUT, `${KEY}.latencyFile`);
  const matrix = table && readLatencyMatrix(context, table, true);
  if (regions === undefined || table === undefined || matrix === undefined) return undefined;
  const { report, failed } = cellReport(context, table);
  const count = regions.names.length;
  const latencyUs = new Float64Array(count * count);
  const places = regions.names.map((name) => {
    const place = matrix.names.indexOf(name);
    if (place < 0) report(-1, -1, `a column ${name}`, matrix.names.join(', '));
    return place;
  });
  for (let a = 0; !failed() && a < count; a++) {
    for (let b = 0; b < count; b++) {
      const ms = matrix.values[places[a]! * matrix.names.length + places[b]!]!;
      if (ms === 0) report(places[a]!, places[b]! + 1, 'a latency above 0', '0');
      latencyUs[a * count + b] = ms * 1e3;
    }
  }
  if (failed()) return undefined;
  const siteOf = sitesByShare(context.nodeCount, regions.shares, context.random);
  return planOfSites({ ...regions, latencyUs }, siteOf);
}

interface Regions {
  readonly names: readonly string[];
  readonly shares: readonly number[];
  readonly uploadBps: readonly number[];
  readonly downloadBps: readonly number[];
}

function readRegions(context: NetworkContext, file: string): Regions | undefined {
  const table = context.openTable(file, LAYOUT, `${KEY}.regionFile`);
  if (table === undefined) return undefined;
  const { report, failed } = cellReport(context, table);
  const [region, share, upload, download] = COLUMNS.map((name) => {
    const column = table.names.indexOf(name);
    if (column < 0) report(-1, -1, `a column ${name}`, table.names.join(', '));
    return column;
  }) as [number, number, number, number];
  if (failed()) return undefined;
  const rows = Array.from({ length: table.rowCount }, (_, row) => row);
  const numbersOf = (column: number, least: string, isFine: (value: number) => boolean) =>
    rows.map((row) => {
      const cell = table.cell(row, column);
      const value = cell === '' ? Number.NaN : Number(cell);
      if (!(Number.isFinite(value) && isFine(value))) {
        report(row, column, `a number ${least}`, JSON.stringify(cell));
      }
      return value;
    });
  const names = rows.map((row) => table.cell(row, region));
  names.forEach((name, row) => {
    if (name === '' || names.indexOf(name) !== row) {
      report(row, region, 'each region once, by name', JSON.stringify(name));
    }
  });
  const shares = numbersOf(share, 'of at least 0', (value) => value >= 0);
  const uploadBps = numbersOf(upload, 'above 0', (value) => value > 0);
  const downloadBps = numbersOf(download, 'above 0', (value) => value > 0);
  if (!failed() && !shares.some((value) => value > 0)) {
    report(-1, share, 'a share above 0', 'none');
  }
  return failed() ? undefined : { names, shares, uploadBps, downloadBps };
}
