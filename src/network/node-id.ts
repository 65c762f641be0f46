/** Readable id of a full node, counted from 1: `node-001`. */
export const nodeId = (node: number): string => `node-${String(node + 1).padStart(3, '0')}`;

/** Dense index of a node id; -1 when the text is none. */
export function nodeOfId(id: string): number {
  const found = /^node-(\d{3,})$/.exec(id);
  const node = found === null ? -1 : Number(found[1]) - 1;
  return node >= 0 && nodeId(node) === id ? node : -1;
}
