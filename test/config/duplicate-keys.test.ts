/** Keys that stand twice in a JSON text, found where they stand and nowhere else. */
import { expect, it } from 'vitest';
import { duplicateKey } from '../../src/config/duplicate-keys.js';

it.each([
  ['{"a":1,\n"b":2,\n\n"a":3}', 'a', [1, 4]],
  ['{\n"t": {"x":{"l":[1,2]}},\n"u": {"x": {\n"l":1, "m": [{}],\n"l":2}}}', 'u.x.l', [4, 5]],
  ['[{"a":1},{"b":[],"c":{},"b":"a"}]', '1.b', [1, 1]],
  [String.raw`{"a\"b":1,"\u0061\"b":2}`, 'a"b', [1, 1]],
  ['{"a":{"k":1,"k":2},"a":1}', 'a.k', [1, 1]],
  ['{"__proto__":1,"__proto__":2}', '__proto__', [1, 1]],
] as const)('%j', (text, path, lines) => {
  expect(duplicateKey(text)).toEqual({ path, lines });
});

it.each([
  '{"a":{"a":{"a":1}},"b":{"a":"a"}}',
  '{"x":["a","a",{"a":1},{"a":1}]}',
  '{"a":"{\\"b\\":1,\\"b\\":2}","b":"\\\\"}',
  '"a"',
  '[]',
  '1',
])('none in %s', (text) => {
  JSON.parse(text);
  expect(duplicateKey(text)).toBeNull();
});
