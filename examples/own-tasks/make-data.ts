/**
 * Writes the example's data, the same bytes on every machine: `npx tsx examples/own-tasks/make-data.ts [FOLDER]`. Guests' notes on a small
 * hotel, as CSV with quotes, commas and line breaks in the texts; and pairs of such notes with a score of how alike they are, as JSON Lines.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../src/util/random.js';

const SEED = 7;
const random = createRandom(SEED, 'own tasks');
const draw = <T>(list: readonly T[]): T => list[random.integer(list.length)] as T;

/** Words for the same thing stand together. */
const THINGS = [
  ['room', 'bedroom'],
  ['garden', 'yard'],
  ['film', 'movie'],
  ['taxi', 'cab'],
  ['sofa', 'couch'],
  ['cook', 'baker'],
  ['forest', 'woods'],
  ['fruit', 'fruits'],
] as const;
const WORDS = {
  praise: ['wonderful', 'superb', 'delightful', 'charming', 'brilliant', 'lovely'],
  complaint: ['awful', 'terrible', 'dreadful', 'dirty', 'messy', 'stale'],
} as const;
const PLACES = ['in the morning', 'on Monday', 'last week', 'in the evening', 'near the market'];
const GUESTS = ['Anna', 'Thomas', 'Laura', 'Oscar', 'Maria', 'Henry'];

type Opinion = keyof typeof WORDS;
const OPINIONS: readonly Opinion[] = ['praise', 'complaint'];
const OTHER = { praise: 'complaint', complaint: 'praise' } as const;

/** One clause with that opinion of a thing; a third of them by denying the opposite. */
function clause(thing: number, opinion: Opinion): string {
  const name = draw(THINGS[thing] ?? THINGS[0]);
  return random.uniform() < 1 / 3 ? `the ${name} was not ${draw(WORDS[OTHER[opinion]])}` : `the ${name} was ${draw(WORDS[opinion])}`;
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function opinionNote(opinion: Opinion): string {
  const first = clause(random.integer(THINGS.length), opinion);
  const second = clause(random.integer(THINGS.length), opinion);
  return draw([
    `${capital(first)}.`,
    `${capital(first)} ${draw(PLACES)}, and ${second}.`,
    `${draw(GUESTS)} said "${first}", and ${draw(GUESTS)} said "${second}".`,
    `${capital(first)}.\n${capital(second)}.`,
  ]);
}

function question(): string {
  const name = draw(draw(THINGS));
  return draw([
    `Why was the ${name} ${draw(WORDS[draw(OPINIONS)])} ${draw(PLACES)}?`,
    `Where is the ${name}, and when can ${draw(GUESTS)} see it?`,
    `${draw(GUESTS)} asked "how big is the ${name}?"`,
  ]);
}

function note(): { text: string; label: string } {
  const label = draw([...OPINIONS, 'question'] as const);
  return { label, text: label === 'question' ? question() : opinionNote(label) };
}

/** 6 points for the same thing, 4 for the same opinion of it, less up to one point of disagreement between the people asked. */
function pair(): { first: string; second: string; score: number } {
  const [thing, opinion] = [random.integer(THINGS.length), draw(OPINIONS)];
  const sameThing = random.uniform() < 0.5;
  const sameOpinion = random.uniform() < 0.5;
  const otherThing = sameThing ? thing : (thing + 1 + random.integer(THINGS.length - 1)) % THINGS.length;
  const points = (sameThing ? 6 : 0) + (sameOpinion ? 4 : 0);
  const score = Math.min(10, Math.max(0, points + 2 * random.uniform() - 1));
  const second = clause(otherThing, sameOpinion ? opinion : OTHER[opinion]);
  return { first: `${capital(clause(thing, opinion))}.`, second: `${capital(second)}.`, score: Math.round(score * 10) / 10 };
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function notesFile(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const { text, label } = note();
    return `${row + 1},${quoted(text)},${label}\n`;
  });
  return `number,note,kind\n${lines.join('')}`;
}

const pairsFile = (rows: number): string => Array.from({ length: rows }, () => `${JSON.stringify(pair())}\n`).join('');

const folder = process.argv[2] ?? fileURLToPath(new URL('data/', import.meta.url));
const files = {
  'notes/train.csv': notesFile(400),
  'notes/dev.csv': notesFile(200),
  'notes/test.csv': notesFile(200),
  'alike/train.jsonl': pairsFile(500),
  'alike/dev.jsonl': pairsFile(200),
};
for (const [name, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}
