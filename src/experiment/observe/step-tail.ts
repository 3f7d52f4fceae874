/** Follows a run's `steps.jsonl` while it grows: each call reads only what is new, and starts anew where the file was cut or replaced. */
import { open } from 'node:fs/promises';
import type { StepLogEntry } from '../../train/run-log.js';
import { ifThere } from '../../util/if-there.js';
import type { CurvePoint } from './state.js';

/** Enough for a curve on a screen. */
const POINTS = 150;

export class StepTail {
  private inode = -1n;
  private offset = 0;
  private torn: Buffer = Buffer.alloc(0);
  private losses: number[] = [];
  private entry: StepLogEntry | null = null;

  constructor(private readonly path: string) {}

  /** The last whole line. */
  get last(): StepLogEntry | null {
    return this.entry;
  }

  /** The losses so far, as means of equally many steps. */
  get curve(): CurvePoint[] {
    const size = Math.max(1, Math.ceil(this.losses.length / POINTS));
    return Array.from({ length: Math.ceil(this.losses.length / size) }, (_, point) => {
      const own = this.losses.slice(point * size, (point + 1) * size);
      return [point * size + own.length, own.reduce((sum, loss) => sum + loss, 0) / own.length] as const;
    });
  }

  /** Throws ERR_IO. */
  async update(): Promise<void> {
    await ifThere(this.path, async () => {
      const handle = await open(this.path, 'r');
      try {
        const { ino, size } = await handle.stat({ bigint: true });
        if (ino !== this.inode || Number(size) < this.offset) this.restart(ino);
        const bytes = Buffer.alloc(Number(size) - this.offset);
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, this.offset);
        this.offset += bytesRead;
        this.take(Buffer.concat([this.torn, bytes.subarray(0, bytesRead)]));
      } finally {
        await handle.close();
      }
    });
  }

  private restart(inode: bigint): void {
    this.inode = inode;
    this.offset = 0;
    this.torn = Buffer.alloc(0);
    this.losses = [];
    this.entry = null;
  }

  private take(bytes: Buffer): void {
    const end = bytes.lastIndexOf('\n') + 1;
    this.torn = bytes.subarray(end);
    for (const line of bytes.subarray(0, end).toString('utf8').split('\n')) {
      if (line === '') continue;
      this.entry = JSON.parse(line) as StepLogEntry;
      this.losses.push(this.entry.loss);
    }
  }
}
