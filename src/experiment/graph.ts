/**
 * Works through runs that depend on each other, several at once. What fails costs only what depends on it: the rest of the graph goes on.
 * Nothing about models in here.
 */
import { BornAgainError } from '../util/errors.js';

export interface GraphNode {
  readonly id: string;
  /** Ids that must be finished before. */
  readonly needs: readonly string[];
}

export interface GraphOptions<Node extends GraphNode> {
  /** Ids finished by an earlier call. */
  readonly finished: Iterable<string>;
  /** Nodes worked on at once. */
  readonly parallel: number;
  /** Aborting starts no further node; `work` is expected to stop by itself. */
  readonly signal?: AbortSignal | undefined;
  readonly work: (node: Node) => Promise<void>;
  /** A node failed, or one that it needs did (`after` names that one). */
  readonly onFailure: (node: Node, error: BornAgainError, after: string | null) => void;
}

/**
 * Resolves when nothing more can be done. Nodes start in the order given as soon as what they need is finished.
 * @throws BornAgainError ERR_CANCELLED, and whatever `work` throws that is no BornAgainError; running nodes are awaited first
 */
export async function runGraph<Node extends GraphNode>(nodes: readonly Node[], options: GraphOptions<Node>): Promise<void> {
  await new GraphRun(nodes, options).run();
}

class GraphRun<Node extends GraphNode> {
  private readonly finished: Set<string>;
  private readonly failed = new Map<string, BornAgainError>();
  private readonly running = new Map<string, Promise<void>>();
  private waiting: Node[];
  private fatal: { readonly error: unknown } | null = null;

  constructor(
    nodes: readonly Node[],
    private readonly options: GraphOptions<Node>,
  ) {
    this.finished = new Set(options.finished);
    this.waiting = nodes.filter(({ id }) => !this.finished.has(id));
  }

  async run(): Promise<void> {
    for (;;) {
      if (!this.stopping) this.startReady();
      if (this.running.size === 0) break;
      await Promise.race(this.running.values());
    }
    if (this.fatal !== null) throw this.fatal.error;
    const [next] = this.waiting;
    if (next !== undefined && this.options.signal?.aborted === true) {
      throw new BornAgainError('ERR_CANCELLED', `cancelled before ${next.id}`, { runId: next.id });
    }
  }

  private get stopping(): boolean {
    return this.fatal !== null || this.options.signal?.aborted === true;
  }

  private startReady(): void {
    this.waiting = this.waiting.filter((node) => !this.passOver(node));
    const ready = this.waiting.filter(({ needs }) => needs.every((id) => this.finished.has(id)));
    const started = new Set(ready.slice(0, Math.max(0, this.options.parallel - this.running.size)));
    this.waiting = this.waiting.filter((node) => !started.has(node));
    for (const node of started) this.running.set(node.id, this.attempt(node));
  }

  /** Nodes come after what they need, so one pass reaches everything that depends on a failure. */
  private passOver(node: Node): boolean {
    const after = node.needs.find((id) => this.failed.has(id));
    if (after === undefined) return false;
    this.fail(node, this.failed.get(after) as BornAgainError, after);
    return true;
  }

  private async attempt(node: Node): Promise<void> {
    try {
      await this.options.work(node);
      this.finished.add(node.id);
    } catch (error) {
      if (error instanceof BornAgainError && error.code !== 'ERR_CANCELLED') this.fail(node, error, null);
      else this.fatal ??= { error };
    } finally {
      this.running.delete(node.id);
    }
  }

  private fail(node: Node, error: BornAgainError, after: string | null): void {
    this.failed.set(node.id, error);
    this.options.onFailure(node, error, after);
  }
}
