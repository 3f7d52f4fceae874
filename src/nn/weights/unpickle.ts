/**
 * A pickle machine for data only. It knows the instructions that torch.save writes for dictionaries of tensors (protocols 2 to 5,
 * Lib/pickletools.py) and calls nothing but the functions its caller offers by name: a pickle that asks for anything else is refused
 * with that name, so an untrusted file cannot run code.
 */
import { shown } from './source.js';
import { PickleCursor } from './pickle-cursor.js';

export type PickleFunction = (args: readonly unknown[]) => unknown;

export interface PickleWorld {
  /** What stands for Python's `module.name`; null for a name that is not offered. */
  find(name: string): PickleFunction | object | null;
  /** What stands for a persistent id (torch.save: a storage). */
  persistent(id: unknown): unknown;
  /** Throws the error for a malformed pickle. */
  readonly fault: (what: string) => never;
  /** Throws the error for a name that is not offered. */
  readonly forbidden: (name: string) => never;
}

/** Tuples and lists become arrays, dictionaries maps, `None` null. Throws what `world` throws. */
export function unpickle(bytes: Uint8Array, world: PickleWorld): unknown {
  const machine = new Machine(new PickleCursor(bytes, world.fault), world);
  for (;;) {
    const code = machine.input.uint8();
    if (code === STOP) return machine.pop();
    const run = INSTRUCTIONS[code] ?? world.fault(`instruction 0x${code.toString(16).padStart(2, '0')} does not belong to weights`);
    run(machine);
  }
}

class Machine {
  readonly stack: unknown[] = [];
  readonly marks: number[] = [];
  readonly memo = new Map<number, unknown>();

  constructor(
    readonly input: PickleCursor,
    readonly world: PickleWorld,
  ) {}

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  top(): unknown {
    const floor = this.marks.at(-1) ?? 0;
    return this.stack.length > floor ? this.stack.at(-1) : this.fault('it takes a value where there is none');
  }

  popToMark(): unknown[] {
    return this.stack.splice(this.marks.pop() ?? this.fault('it takes a list that it never began'));
  }

  /** The last values in the order they were pushed. */
  take(length: number): unknown[] {
    return Array.from({ length }, () => this.pop()).reverse();
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) return this.fault('it appends to something that is no list');
    for (const item of items) list.push(item);
  }

  setItems(items: readonly unknown[]): void {
    const map = this.top();
    if (!(map instanceof Map) || items.length % 2 !== 0) return this.fault('it sets an item of something that is no dictionary');
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }

  recall(index: number): void {
    if (!this.memo.has(index)) this.fault(`it recalls value ${index}, which it never kept`);
    this.push(this.memo.get(index));
  }

  global([module, name]: readonly unknown[]): void {
    if (typeof module !== 'string' || typeof name !== 'string') return this.fault('it looks up a name that is no text');
    const full = shown(`${module}.${name}`);
    this.push(this.world.find(full) ?? this.world.forbidden(full));
  }

  call(): void {
    const args = this.pop();
    const callee = this.pop();
    if (typeof callee !== 'function' || !Array.isArray(args)) return this.fault('it calls something that is no function');
    this.push((callee as PickleFunction)(args));
  }

  /** An object's state after it was made: torch keeps versions of modules there, which weights do not need. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Map)) this.fault('it gives a state to something that is no dictionary');
  }

  fault(what: string): never {
    return this.world.fault(what);
  }
}

const STOP = 0x2e;

/** By opcode, with Lib/pickletools.py's names. */
const INSTRUCTIONS: Readonly<Record<number, (machine: Machine) => void>> = {
  0x80: (m) => void m.input.uint8(), // PROTO
  0x95: (m) => void m.input.uint64(), // FRAME
  0x28: (m) => void m.marks.push(m.stack.length), // MARK
  0x30: (m) => void m.pop(), // POP
  0x31: (m) => void m.popToMark(), // POP_MARK
  0x71: (m) => void m.memo.set(m.input.uint8(), m.top()), // BINPUT
  0x72: (m) => void m.memo.set(m.input.uint32(), m.top()), // LONG_BINPUT
  0x94: (m) => void m.memo.set(m.memo.size, m.top()), // MEMOIZE
  0x68: (m) => m.recall(m.input.uint8()), // BINGET
  0x6a: (m) => m.recall(m.input.uint32()), // LONG_BINGET
  0x4e: (m) => m.push(null), // NONE
  0x88: (m) => m.push(true), // NEWTRUE
  0x89: (m) => m.push(false), // NEWFALSE
  0x4a: (m) => m.push(m.input.int32()), // BININT
  0x4b: (m) => m.push(m.input.uint8()), // BININT1
  0x4d: (m) => m.push(m.input.uint16()), // BININT2
  0x8a: (m) => m.push(m.input.long(m.input.uint8())), // LONG1
  0x47: (m) => m.push(m.input.float64()), // BINFLOAT
  0x54: (m) => m.push(m.input.text(m.input.uint32())), // BINSTRING
  0x55: (m) => m.push(m.input.text(m.input.uint8())), // SHORT_BINSTRING
  0x58: (m) => m.push(m.input.text(m.input.uint32())), // BINUNICODE
  0x8c: (m) => m.push(m.input.text(m.input.uint8())), // SHORT_BINUNICODE
  0x8d: (m) => m.push(m.input.text(m.input.uint64())), // BINUNICODE8
  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x74: (m) => m.push(m.popToMark()), // TUPLE
  0x85: (m) => m.push(m.take(1)), // TUPLE1
  0x86: (m) => m.push(m.take(2)), // TUPLE2
  0x87: (m) => m.push(m.take(3)), // TUPLE3
  0x5d: (m) => m.push([]), // EMPTY_LIST
  0x61: (m) => m.append(m.take(1)), // APPEND
  0x65: (m) => m.append(m.popToMark()), // APPENDS
  0x7d: (m) => m.push(new Map()), // EMPTY_DICT
  0x73: (m) => m.setItems(m.take(2)), // SETITEM
  0x75: (m) => m.setItems(m.popToMark()), // SETITEMS
  0x63: (m) => m.global([m.input.line(), m.input.line()]), // GLOBAL
  0x93: (m) => m.global(m.take(2)), // STACK_GLOBAL
  0x52: (m) => m.call(), // REDUCE
  0x62: (m) => m.build(), // BUILD
  0x51: (m) => m.push(m.world.persistent(m.pop())), // BINPERSID
};
