/**
 * The one place where text of a result becomes markup. Names of scenarios, arms, factors, attacks and homes
 * are whatever their authors typed; nothing of them reaches a page except through these functions.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Control characters that XML forbids; a reader would refuse the whole file over one. */
const FORBIDDEN = '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f\\ufffe\\uffff';
const UNSAFE = new RegExp(`[&<>"'${FORBIDDEN}]`, 'g');

/**
 * Text for HTML or XML, safe in content and between quotes of an attribute.
 *
 * @param text - Anything; characters that XML forbids become U+FFFD.
 */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => ENTITIES[character] ?? '\ufffd');
}

/**
 * A value as JSON for a `<script type="application/json">`: it holds no `<`, so neither an end tag nor a
 * comment can begin in it, and reads back the same.
 */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** A name as part of an `id` or a file name: lower case letters, digits and single dashes. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
