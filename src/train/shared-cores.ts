/** The cores, divided between the models that are trained at once. */
import type { Config } from '../config/schema.js';
import { usableCores } from '../util/cores.js';
import type { Session } from './session.js';

type Runtime = Config['runtime'];

export class SharedCores {
  private readonly lent = new Set<Session>();
  private working = 0;

  /** @param parallelRuns models that are trained at once where there are so many to train */
  constructor(
    private readonly parallelRuns: number,
    private readonly cores = usableCores(),
  ) {}

  /** `threads` as configured, or the share of one of the parallel runs; 0, LibTorch's default, where there is one. */
  runtimeOf(runtime: Runtime): Runtime {
    return this.divides(runtime) ? { ...runtime, threads: this.share(this.parallelRuns) } : runtime;
  }

  /** Counts as one of the parallel runs while it works: when it ends, those that go on have its cores. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.changeWorking(1);
    try {
      return await work();
    } finally {
      this.changeWorking(-1);
    }
  }

  /**
   * Gives a session its share, now and whenever runs begin or end, until it is taken back. Not where `threads` are configured; nor with
   * other engines than the fused one, whose results may depend on the thread count.
   */
  lend(session: Session, runtime: Runtime): void {
    if (!this.divides(runtime) || session.computes.engine !== 'fused') return;
    this.lent.add(session);
    this.divide();
  }

  takeBack(session: Session): void {
    this.lent.delete(session);
  }

  private divides({ threads }: Runtime): boolean {
    return threads === 0 && this.parallelRuns > 1;
  }

  private changeWorking(by: number): void {
    this.working += by;
    this.divide();
  }

  private divide(): void {
    for (const session of this.lent) session.threads = this.share(Math.max(1, this.working));
  }

  private share(runs: number): number {
    return Math.max(1, Math.floor(this.cores / runs));
  }
}
