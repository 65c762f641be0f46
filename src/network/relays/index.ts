import { createRegistry } from '../../base/plugin.ts';
import compactBlock from './compact-block.ts';
import invGetdata from './inv-getdata.ts';
import relayNetwork from './relay-network.ts';
import sendHeaders from './send-headers.ts';
import unsolicitedPush from './unsolicited-push.ts';

/** All relays of blocks by name. */
export const relays = createRegistry('relay', [
  invGetdata,
  sendHeaders,
  compactBlock,
  unsolicitedPush,
  relayNetwork,
]);
