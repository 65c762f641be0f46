/**
 * How an identity becomes an account: the authority signs, the centre registers and grants; on a public chain
 * whoever can pay for two transactions does both by itself.
 */
import { ROLES } from '../contracts/rules.ts';
import { sha256Bytes } from '../ledger/hash.ts';
import { SIGNATURE_BYTES } from '../ledger/signature.ts';
import { registrationMessage } from '../ledger/transactions.ts';
import type { Chain } from './chain.ts';
import type { SubmitOptions } from './clients.ts';

/** Who asks for an account. */
export interface Applicant {
  readonly account: number;
  /** Readable name of the identity. */
  readonly identity: string;
  /** Readable ids of its meters and of its generators. */
  readonly meters: readonly string[];
  readonly generators: readonly string[];
  /** Whether it registers itself; only where the chain is public. */
  readonly isSelf: boolean;
}

/** Rows of the two transactions. */
export interface Admission {
  readonly register: number;
  /** -1 where points are coins: those of members stand in genesis. */
  readonly grant: number;
}

/** Sends the registration of an identity and the claim of its initial points. */
export function admit(chain: Chain, applicant: Applicant, about: SubmitOptions): Admission {
  const { rules } = chain;
  const { account } = applicant;
  const identityHash = sha256Bytes(`identity/${applicant.identity}`);
  const registration = {
    account,
    role: ROLES.indexOf('home'),
    publicKey: chain.ring.pair(account, 0).publicKey,
    identityHash,
    meterHashes: applicant.meters.map((id) => sha256Bytes(`meter/${id}`)),
    assetHashes: applicant.generators.map((id) => sha256Bytes(`generator/${id}`)),
  };
  const message = registrationMessage(chain.chainId, registration);
  const caSignature = applicant.isSelf
    ? new Uint8Array(SIGNATURE_BYTES)
    : chain.sign(rules.authority, message);
  const sender = applicant.isSelf ? account : rules.centre;
  const register = chain.submit('REGISTER', sender, { ...registration, caSignature }, about);
  if (rules.coins !== undefined) return { register, grant: -1 };
  const amountUpt = rules.initialGrantUpt;
  const grant = chain.submit(
    'POINTS_GRANT',
    sender,
    { to: account, amountUpt, identityHash },
    about,
  );
  return { register, grant };
}
