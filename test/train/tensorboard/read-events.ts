/** Event files read back, as far as the tests ask. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PbfReader } from 'pbf';
import { readRecords } from '../../../src/train/tensorboard/records.js';

export interface ReadEvent {
  wallTime: number;
  step: number;
  version: string | null;
  sessionStart: boolean;
  readonly scalars: Record<string, number>;
  readonly texts: Record<string, string>;
}

function parseEvent(data: Uint8Array): ReadEvent {
  const empty: ReadEvent = { wallTime: 0, step: 0, version: null, sessionStart: false, scalars: {}, texts: {} };
  return new PbfReader(data).readFields((field, event, pbf) => {
    if (field === 1) event.wallTime = pbf.readDouble();
    if (field === 2) event.step = pbf.readVarint(true);
    if (field === 3) event.version = pbf.readString();
    if (field === 5) pbf.readMessage(readSummary, event);
    if (field === 7) event.sessionStart = true;
  }, empty);
}

function readSummary(field: number, event: ReadEvent, pbf: PbfReader): void {
  if (field !== 1) return;
  const value = { tag: '', number: null as number | null, text: null as string | null };
  pbf.readMessage((inner, found, each) => {
    if (inner === 1) found.tag = each.readString();
    if (inner === 2) found.number = each.readFloat();
    if (inner === 8) {
      each.readMessage((part, holder, tensor) => {
        if (part === 8) holder.text = tensor.readString();
      }, found);
    }
  }, value);
  if (value.number !== null) event.scalars[value.tag] = value.number;
  if (value.text !== null) event.texts[value.tag] = value.text;
}

/** Of every file of the folder, in the order of their names. */
export async function eventsIn(folder: string): Promise<ReadEvent[]> {
  const names = (await readdir(folder)).filter((name) => name.includes('tfevents')).sort();
  const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return files.flatMap((file) => [...readRecords(file)].map(parseEvent));
}

/** Where a tag has values. */
export function scalarSteps(events: readonly ReadEvent[], tag: string): number[] {
  return events.filter(({ scalars }) => tag in scalars).map(({ step }) => step);
}
