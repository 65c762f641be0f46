/** The market mechanisms by name. To add one: a file beside this and its line here. */
import { createRegistry } from '../../base/plugin.ts';
import type { Mechanism } from '../mechanism.ts';
import uniformPrice from './uniform-price.ts';

/** Registry of market mechanisms. */
export const mechanisms = createRegistry<Mechanism>('market mechanism', [uniformPrice]);
