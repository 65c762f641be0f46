/** `peerwatt schema`: the JSON Schema of scenario files, for editors. */
import { scenarioJsonSchema } from '../scenario/json-schema.ts';
import { catalogue } from '../simulation/catalogue.ts';
import { EXIT } from './session.ts';

/**
 * Prints the JSON Schema.
 *
 * @returns Exit code.
 */
export function schema(): number {
  process.stdout.write(`${JSON.stringify(scenarioJsonSchema(catalogue), null, 2)}\n`);
  return EXIT.fine;
}
