/**
 * TensorBoard's `Event` message, as far as scalars and text need it. Field numbers are those of tensorboard/compat/proto: event.proto,
 * summary.proto, tensor.proto.
 */
import { PbfReader, PbfWriter } from 'pbf';

/** `file_version` 2 is what makes a reader heed session starts. */
const FILE_VERSION = 'brain.Event:2';
const SESSION_START = 1;
const DT_STRING = 7;

export interface EventTime {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
}

export type Scalars = Readonly<Record<string, number>>;

function encode({ wallTime, step }: EventTime, write: (event: PbfWriter) => void): Uint8Array {
  const event = new PbfWriter();
  event.writeDoubleField(1, wallTime);
  if (step > 0) event.writeVarintField(2, step);
  write(event);
  return event.finish();
}

/** The first record of every file. */
export function versionEvent(wallTime: number): Uint8Array {
  return encode({ wallTime, step: 0 }, (event) => event.writeStringField(3, FILE_VERSION));
}

/** Tells a reader that is already there to forget what it has seen from this step on: those steps are done again. */
export function sessionStartEvent(time: EventTime): Uint8Array {
  return encode(time, (event) => event.writeMessage(7, (status: number, log) => log.writeVarintField(1, status), SESSION_START));
}

/** Values are stored in single precision, as TensorBoard's own `simple_value` is. */
export function scalarsEvent(time: EventTime, scalars: Scalars): Uint8Array {
  return encode(time, (event) => event.writeMessage(5, writeScalars, scalars));
}

function writeScalars(scalars: Scalars, summary: PbfWriter): void {
  for (const [tag, number] of Object.entries(scalars)) summary.writeMessage(1, writeScalar, { tag, number });
}

function writeScalar({ tag, number }: { tag: string; number: number }, value: PbfWriter): void {
  value.writeStringField(1, tag);
  value.writeFloatField(2, number);
}

/** @param markdown shown by the text plugin */
export function textEvent(time: EventTime, tag: string, markdown: string): Uint8Array {
  return encode(time, (event) => event.writeMessage(5, writeText, { tag, markdown }));
}

function writeText(text: { tag: string; markdown: string }, summary: PbfWriter): void {
  summary.writeMessage(
    1,
    ({ tag, markdown }, value) => {
      value.writeStringField(1, tag);
      value.writeMessage(8, writeStringTensor, markdown);
      value.writeMessage(9, (plugin: string, metadata) => metadata.writeMessage(1, writePluginData, plugin), 'text');
    },
    text,
  );
}

function writePluginData(name: string, plugin: PbfWriter): void {
  plugin.writeStringField(1, name);
}

/** A tensor without dimensions, which is one string. */
function writeStringTensor(text: string, tensor: PbfWriter): void {
  tensor.writeVarintField(1, DT_STRING);
  tensor.writeMessage(2, () => undefined, null);
  tensor.writeStringField(8, text);
}

/** What tells where an event belongs: its step, and the tags of its values. */
export interface EventKey {
  step: number;
  readonly tags: string[];
}

export function readEventKey(data: Uint8Array): EventKey {
  return new PbfReader(data).readFields(
    (field, key, event) => {
      if (field === 2) key.step = event.readVarint(true);
      if (field === 5) event.readMessage(readTags, key.tags);
    },
    { step: 0, tags: [] },
  );
}

function readTags(field: number, tags: string[], summary: PbfReader): void {
  if (field !== 1) return;
  summary.readMessage((inner, found, value) => {
    if (inner === 1) found.push(value.readString());
  }, tags);
}
