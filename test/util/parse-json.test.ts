/** JSON that other code can walk. */
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/util/parse-json.js';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('parseJson', () => {
  it('gives what JSON.parse gives', () => {
    for (const text of ['1', 'null', '"[["', '{"a":[{"b":[]}],"__proto__":{"c":1}}', nested(200)])
      expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it('refuses what JSON.parse refuses, and values nested too deep', () => {
    expect(() => parseJson('{')).toThrow(SyntaxError);
    expect(() => parseJson(nested(201))).toThrow('nested more than 200 levels deep');
    expect(() => parseJson(`{"a": ${nested(100_000)}}`)).toThrow(SyntaxError);
  });
});
