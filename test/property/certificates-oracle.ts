/**
 * Labels and certificates as one would keep them by hand: an object for each kWh, an object for each
 * certificate, arrays, and sums over all that has ever been delivered. Slow on purpose.
 */
import { CERTIFICATE_STATE } from '../../src/contracts/certificate-cells.ts';

export const HOMES = 3;
/** Accounts behind the homes: a node, centre, operator, authority, treasury. */
export const OFFICE = { CENTRE: HOMES + 1, AUTHORITY: HOMES + 3, ACCOUNTS: HOMES + 5 } as const;
const SLOTS = 6;
export const PARAMETERS = {
  openingUs: 1000,
  slotUs: 500,
  /** Length of a vintage, validity of a certificate, length of an epoch. */
  periodUs: 1000,
  validityUs: 3000,
  epochUs: 400,
} as const;
/** Certificates of genesis by account. */
export const GENESIS = [
  { firstId: 0, count: 4, staked: 2 },
  { firstId: 4, count: 3, staked: 1 },
] as const;

/** One transaction, or time that passes. */
export type Command =
  | { readonly type: 'wait'; readonly us: number }
  | {
      readonly type: 'mint';
      readonly sender: number;
      readonly slot: number;
      readonly rows: readonly { home: number; cleanWh: number; selfWh: number }[];
      readonly isAnchored: boolean;
    }
  | {
      readonly type: 'settle';
      readonly sender: number;
      readonly slot: number;
      readonly trades: readonly {
        seller: number;
        buyer: number;
        cleanWh: number;
        lossWh: number;
      }[];
    }
  | { readonly type: 'issue'; readonly sender: number; readonly owner: number }
  | {
      readonly type: 'offer';
      readonly sender: number;
      readonly sequence: number;
      readonly ids: readonly number[];
      readonly priceUpt: number;
    }
  | {
      readonly type: 'buy';
      readonly sender: number;
      readonly seller: number;
      readonly sequence: number;
      readonly priceUpt: number;
    }
  | {
      readonly type: 'withdraw';
      readonly sender: number;
      readonly seller: number;
      readonly sequence: number;
    }
  | {
      readonly type: 'transfer';
      readonly sender: number;
      readonly to: number;
      readonly ids: readonly number[];
    }
  | {
      readonly type: 'retire';
      readonly sender: number;
      readonly beneficiary: number;
      readonly ids: readonly number[];
    }
  | {
      readonly type: 'expire' | 'stake' | 'unstake' | 'revoke' | 'carbon';
      readonly sender: number;
      readonly ids: readonly number[];
    }
  | {
      readonly type: 'revokeLabels';
      readonly sender: number;
      readonly owner: number;
      readonly generator: number;
      readonly serialFrom: number;
      readonly serialTo: number;
    };

/** One kWh. */
interface Label {
  readonly generator: number;
  readonly serial: number;
  readonly vintage: number;
  /** Order in which labels came to whoever holds them. */
  arrival: number;
}

type QueueName = 'own' | 'bought' | 'self';

interface Certificate {
  readonly id: number;
  owner: number;
  state: number;
  /** Time from which one that leaves the stake is free. */
  freeUs: number;
  readonly isBound: boolean;
  readonly vintage: number;
  readonly isCarbon: boolean;
  hasCarbon: boolean;
  offer: string | undefined;
}

interface Offer {
  readonly seller: number;
  readonly sequence: number;
  readonly ids: readonly number[];
  readonly priceUpt: number;
  isOpen: boolean;
}

const S = CERTIFICATE_STATE;
const FINAL: Readonly<Record<number, string>> = {
  [S.RETIRED]: 'CERTIFICATE_RETIRED',
  [S.EXPIRED]: 'CERTIFICATE_EXPIRED',
  [S.REVOKED]: 'CERTIFICATE_REVOKED',
};

/** The state of one branch. */
export function createOracle() {
  let nowUs = 0;
  let arrivals = 0;
  const queues: Record<QueueName, Label[]>[] = Array.from({ length: HOMES }, () => ({
    own: [],
    bought: [],
    self: [],
  }));
  const balances = new Array<number>(HOMES).fill(1000);
  const minted = new Array<number>(HOMES).fill(0);
  const exportWh = new Array<number>(HOMES).fill(0);
  const selfWh = new Array<number>(HOMES).fill(0);
  /** All clean Wh that went from one to another, and that were lost, ever. */
  const deliveredWh = new Map<string, number>();
  const anchored = new Set<number>();
  const settled = new Set<number>();
  /** Clean export by home of the slots with labels. */
  const slots = new Map<number, number[]>();
  const certificates: Certificate[] = [];
  const offers = new Map<string, Offer>();
  /** Accounts that have been looked at since a release. */
  GENESIS.forEach(({ count, staked }, owner) => {
    for (let k = 0; k < count; k++) {
      certificates.push({
        id: certificates.length,
        owner,
        state: k < staked ? S.STAKED : S.ACTIVE,
        freeUs: 0,
        isBound: false,
        vintage: 0,
        isCarbon: false,
        hasCarbon: false,
        offer: undefined,
      });
    }
  });
  /** Releases that nobody has asked for yet: what UNSTAKE without ids lets go. */
  const unreleased: { owner: number; freeUs: number; id: number }[] = [];

  const isFree = ({ state, freeUs }: Certificate) =>
    state === S.ACTIVE || (state === S.UNSTAKING && nowUs >= freeUs);
  const endUs = ({ vintage }: Certificate) => vintage * PARAMETERS.periodUs + PARAMETERS.validityUs;

  /** Whatever touches an owner's certificates lets go what is due. */
  function release(owner: number): boolean {
    let any = false;
    for (let k = unreleased.length - 1; k >= 0; k--) {
      const one = unreleased[k]!;
      if (one.owner !== owner || nowUs < one.freeUs) continue;
      unreleased.splice(k, 1);
      any = true;
    }
    return any;
  }
  function forget(id: number): void {
    const at = unreleased.findIndex((one) => one.id === id);
    if (at >= 0) unreleased.splice(at, 1);
  }

  const listProblem = (ids: readonly number[]) =>
    ids.length === 0
      ? 'ZERO_QUANTITY'
      : new Set(ids).size < ids.length
        ? 'DUPLICATE_CERTIFICATE'
        : '';

  function free(owner: number, ids: readonly number[], mayReturn = false): string {
    const problem = listProblem(ids);
    if (problem !== '') return problem;
    for (const id of ids) {
      const one = certificates[id];
      if (one === undefined) return 'UNKNOWN_CERTIFICATE';
      if (one.owner !== owner) return 'NOT_OWNER';
      if (FINAL[one.state] !== undefined) return FINAL[one.state]!;
      if (!isFree(one) && !(mayReturn && one.state === S.UNSTAKING)) return 'CERTIFICATE_LOCKED';
      if (nowUs >= endUs(one)) return 'CERTIFICATE_EXPIRED';
    }
    return '';
  }
  const anyBound = (ids: readonly number[]) => ids.some((id) => certificates[id]!.isBound);

  /** Wh between two, or lost, that have not made up a kWh. */
  const remainderWh = (seller: number) =>
    [...deliveredWh]
      .filter(([key]) => key.startsWith(`${seller}>`))
      .reduce((sum, [, wh]) => sum + (wh % 1000), 0);

  /**
   * Labels of its own that a seller may come to owe beyond those that it will get, over every energy that it
   * could still generate and sell: by trial.
   */
  function due(seller: number): number {
    let openWh = remainderWh(seller);
    for (const clean of slots.values()) openWh += clean[seller]!;
    const carryWh = exportWh[seller]! % 1000;
    let worst = 0;
    for (let wh = 0; wh < 1000; wh++) {
      const owed = Math.floor((openWh + wh) / 1000) - Math.floor((carryWh + wh) / 1000);
      worst = Math.max(worst, owed);
    }
    return worst;
  }

  function mint(command: Extract<Command, { type: 'mint' }>): string {
    const { slot, rows, isAnchored } = command;
    if (isAnchored && slot < SLOTS) anchored.add(slot);
    if (slot >= SLOTS) return 'UNKNOWN_SLOT';
    if (settled.has(slot)) return 'ALREADY_SETTLED';
    if (!anchored.has(slot)) return 'NOT_METERED';
    if (slots.has(slot)) return 'ALREADY_MINTED';
    const clean = new Array<number>(HOMES).fill(0);
    slots.set(slot, clean);
    const vintage = Math.floor(
      (PARAMETERS.openingUs + slot * PARAMETERS.slotUs) / PARAMETERS.periodUs,
    );
    for (const row of rows) {
      const put = (name: QueueName, totals: number[], wh: number) => {
        const before = Math.floor(totals[row.home]! / 1000);
        totals[row.home]! += wh;
        for (let k = before; k < Math.floor(totals[row.home]! / 1000); k++) {
          queues[row.home]![name].push({
            generator: row.home,
            serial: minted[row.home]!++,
            vintage,
            arrival: arrivals++,
          });
        }
      };
      clean[row.home] = row.cleanWh;
      put('own', exportWh, row.cleanWh);
      put('self', selfWh, row.selfWh);
    }
    return '';
  }

  function settle({ slot, trades }: Extract<Command, { type: 'settle' }>): string {
    if (settled.has(slot)) return 'ALREADY_SETTLED';
    const clean = slots.get(slot) ?? new Array<number>(HOMES).fill(0);
    const left = [...clean];
    for (const { seller, buyer, cleanWh, lossWh } of trades) {
      if (cleanWh + lossWh === 0) continue;
      if (seller === buyer) return 'SELF_MATCH';
      left[seller]! -= cleanWh + lossWh;
      if (left[seller]! < 0) return 'BAD_AMOUNT';
    }
    for (const { seller, buyer, cleanWh, lossWh } of trades) {
      const give = (key: string, wh: number) => {
        const before = deliveredWh.get(key) ?? 0;
        deliveredWh.set(key, before + wh);
        const count = Math.floor((before + wh) / 1000) - Math.floor(before / 1000);
        const labels = queues[seller]!.own.splice(0, count);
        if (labels.length < count) throw new Error(`seller ${seller} lacks labels`);
        return labels;
      };
      give(`${seller}>`, lossWh);
      for (const label of give(`${seller}>${buyer}`, cleanWh)) {
        queues[buyer]!.bought.push({ ...label, arrival: arrivals++ });
      }
    }
    slots.delete(slot);
    settled.add(slot);
    return '';
  }

  function issue({ sender, owner }: Extract<Command, { type: 'issue' }>): string {
    if (sender !== owner && sender !== OFFICE.CENTRE) return 'UNAUTHORISED';
    const { own, bought, self } = queues[owner]!;
    let count = 0;
    for (let spare = own.length - due(owner); spare + bought.length >= 1000; count++) {
      const labels: Label[] = [];
      while (labels.length < 1000) {
        const isOwn = spare > 0 && (bought.length === 0 || own[0]!.arrival < bought[0]!.arrival);
        if (isOwn) spare--;
        labels.push((isOwn ? own : bought).shift()!);
      }
      bundle(owner, labels, false);
    }
    for (; self.length >= 1000; count++) bundle(owner, self.splice(0, 1000), true);
    return count === 0 ? 'TOO_FEW_LABELS' : '';
  }

  function bundle(owner: number, labels: readonly Label[], isBound: boolean): void {
    certificates.push({
      id: certificates.length,
      owner,
      state: S.ACTIVE,
      freeUs: 0,
      isBound,
      vintage: Math.max(...labels.map(({ vintage }) => vintage)),
      isCarbon: false,
      hasCarbon: false,
      offer: undefined,
    });
  }

  function closeOffer(key: string, to: number): void {
    const offer = offers.get(key)!;
    offer.isOpen = false;
    release(offer.seller);
    for (const id of offer.ids) {
      certificates[id]!.owner = to;
      certificates[id]!.state = S.ACTIVE;
      certificates[id]!.offer = undefined;
    }
  }

  /** Ends certificates; what one of them fails for undoes them all, so that it is asked first. */
  function endAll(ids: readonly number[], state: number, problem: (one: Certificate) => string) {
    const bad = listProblem(ids);
    if (bad !== '') return bad;
    for (const id of ids) {
      const one = certificates[id];
      if (one === undefined) return 'UNKNOWN_CERTIFICATE';
      const reason = FINAL[one.state] ?? problem(one);
      if (reason !== '') return reason;
    }
    for (const id of ids) {
      const one = certificates[id]!;
      if (one.offer !== undefined) closeOffer(one.offer, one.owner);
      release(one.owner);
      forget(id);
      one.state = state;
    }
    return '';
  }

  function change(sender: number, ids: readonly number[], to: (one: Certificate) => void): string {
    release(sender);
    for (const id of ids) {
      forget(id);
      to(certificates[id]!);
    }
    return '';
  }

  function revokeLabels(command: Extract<Command, { type: 'revokeLabels' }>): string {
    const { owner, generator, serialFrom, serialTo } = command;
    if (serialTo <= serialFrom) return 'ZERO_QUANTITY';
    const names: QueueName[] = owner === generator ? ['own', 'self'] : ['bought'];
    const isMeant = (label: Label) =>
      label.generator === generator && label.serial >= serialFrom && label.serial < serialTo;
    for (const name of names) {
      const labels = queues[owner]![name];
      if (labels.filter(isMeant).length !== serialTo - serialFrom) continue;
      if (name === 'own' && labels.length - (serialTo - serialFrom) < due(owner)) {
        return 'LABELS_DUE';
      }
      queues[owner]![name] = labels.filter((label) => !isMeant(label));
      return '';
    }
    return 'LABEL_NOT_FREE';
  }

  function run(command: Command): string {
    switch (command.type) {
      case 'wait':
        nowUs += command.us;
        return '';
      case 'mint':
        return mint(command);
      case 'settle':
        return settle(command);
      case 'issue':
        return issue(command);
      case 'offer': {
        const { sender, sequence, ids, priceUpt } = command;
        const key = `${sender}/${sequence}`;
        if (priceUpt === 0) return 'ZERO_AMOUNT';
        if (offers.has(key)) return 'DUPLICATE_OFFER';
        const problem = free(sender, ids);
        if (problem !== '') return problem;
        if (anyBound(ids)) return 'NOT_TRADABLE';
        offers.set(key, { seller: sender, sequence, ids, priceUpt, isOpen: true });
        return change(sender, ids, (one) => {
          one.state = S.OFFERED;
          one.offer = key;
        });
      }
      case 'buy': {
        const { sender, seller, sequence, priceUpt } = command;
        const offer = offers.get(`${seller}/${sequence}`);
        if (offer === undefined) return 'UNKNOWN_OFFER';
        if (!offer.isOpen) return 'OFFER_CLOSED';
        if (seller === sender) return 'SELF_MATCH';
        if (offer.priceUpt !== priceUpt) return 'PRICE_CHANGED';
        if (offer.ids.some((id) => nowUs >= endUs(certificates[id]!))) return 'CERTIFICATE_EXPIRED';
        if (balances[sender]! < priceUpt) return 'INSUFFICIENT_BALANCE';
        balances[sender]! -= priceUpt;
        balances[seller]! += priceUpt;
        closeOffer(`${seller}/${sequence}`, sender);
        return '';
      }
      case 'withdraw': {
        const { sender, seller, sequence } = command;
        const offer = offers.get(`${seller}/${sequence}`);
        if (offer === undefined) return 'UNKNOWN_OFFER';
        if (!offer.isOpen) return 'OFFER_CLOSED';
        if (sender !== seller) return 'UNAUTHORISED';
        closeOffer(`${seller}/${sequence}`, seller);
        return '';
      }
      case 'transfer': {
        const { sender, to, ids } = command;
        if (to === sender) return 'SELF_MATCH';
        const problem = free(sender, ids);
        if (problem !== '') return problem;
        if (anyBound(ids)) return 'NOT_TRADABLE';
        return change(sender, ids, (one) => {
          one.owner = to;
          one.state = S.ACTIVE;
        });
      }
      case 'retire': {
        const { sender, beneficiary, ids } = command;
        const problem = free(sender, ids);
        if (problem !== '') return problem;
        if (beneficiary !== sender && anyBound(ids)) return 'NOT_TRADABLE';
        return change(sender, ids, (one) => {
          one.state = S.RETIRED;
        });
      }
      case 'expire':
        return endAll(command.ids, S.EXPIRED, (one) =>
          nowUs < endUs(one) ? 'CERTIFICATE_VALID' : '',
        );
      case 'revoke':
        return endAll(command.ids, S.REVOKED, () => '');
      case 'stake': {
        const { sender, ids } = command;
        const problem = free(sender, ids, true);
        if (problem !== '') return problem;
        return change(sender, ids, (one) => {
          one.state = S.STAKED;
        });
      }
      case 'unstake': {
        const { sender, ids } = command;
        if (ids.length === 0) return release(sender) ? '' : 'NOT_DUE';
        const problem = listProblem(ids);
        if (problem !== '') return problem;
        for (const id of ids) {
          const one = certificates[id];
          if (one === undefined) return 'UNKNOWN_CERTIFICATE';
          if (one.owner !== sender) return 'NOT_OWNER';
          if (FINAL[one.state] !== undefined) return FINAL[one.state]!;
          if (one.state !== S.STAKED) return 'NOT_STAKED';
        }
        const epoch = Math.floor(nowUs / PARAMETERS.epochUs);
        return change(sender, ids, (one) => {
          one.state = S.UNSTAKING;
          one.freeUs = (epoch + 2) * PARAMETERS.epochUs;
          unreleased.push({ owner: sender, freeUs: one.freeUs, id: one.id });
        });
      }
      case 'carbon': {
        const { sender, ids } = command;
        const problem = listProblem(ids);
        if (problem !== '') return problem;
        for (const id of ids) {
          const one = certificates[id];
          if (one === undefined) return 'UNKNOWN_CERTIFICATE';
          if (one.owner !== sender) return 'NOT_OWNER';
          if (one.isCarbon) return 'NOT_GREEN';
          if (one.state !== S.RETIRED) return 'NOT_RETIRED';
          if (one.hasCarbon) return 'CARBON_ISSUED';
          if (nowUs >= endUs(one)) return 'CERTIFICATE_EXPIRED';
        }
        for (const id of ids) {
          const green = certificates[id]!;
          green.hasCarbon = true;
          certificates.push({
            id: certificates.length,
            owner: sender,
            state: S.ACTIVE,
            freeUs: 0,
            isBound: green.isBound,
            vintage: green.vintage,
            isCarbon: true,
            hasCarbon: false,
            offer: undefined,
          });
        }
        return '';
      }
      case 'revokeLabels':
        return revokeLabels(command);
    }
  }

  return {
    run,
    end: () => certificates.length,
    ids: () => certificates.map(({ id }) => id),
    ownerOf: (id: number) => certificates[id]!.owner,
    stateOf: (id: number) => certificates[id]!.state,
    isMinted: (slot: number) => slots.has(slot) || settled.has(slot),
    isOpen: (slot: number) => slots.has(slot),
    cleanOf: (slot: number, home: number) => slots.get(slot)?.[home] ?? 0,
    queue: (account: number, name: QueueName): readonly Label[] => queues[account]![name],
    offers: () => [...offers.values()].filter(({ isOpen }) => isOpen),
    overdue: () =>
      certificates
        .filter((one) => nowUs >= endUs(one) && FINAL[one.state] === undefined)
        .map(({ id }) => id),
    freeSerials: (owner: number, generator: number) =>
      (['own', 'bought', 'self'] as const)
        .flatMap((name) => queues[owner]![name])
        .filter((label) => label.generator === generator)
        .map(({ serial }) => serial),
    account(account: number) {
      const own = certificates.filter(
        (one) => one.owner === account && FINAL[one.state] === undefined,
      );
      return {
        owned: own.length,
        weight: own.filter(({ state }) => state === S.STAKED).length,
        movable: own.filter(isFree).length,
        balanceUpt: balances[account]!,
      };
    },
  };
}

/** An oracle of {@link createOracle}. */
export type Oracle = ReturnType<typeof createOracle>;
