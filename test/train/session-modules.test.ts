/** A session and the modules it works on: what it takes, what others may do to them meanwhile, and two sessions on one encoder. */
import { afterEach, describe, expect, it } from 'vitest';
import { Head } from '../../src/nn/head.js';
import { AdamW } from '../../src/optim/adamw.js';
import { Session } from '../../src/train/session.js';
import { Tensor, noGrad, scope } from '../../src/tensor/index.js';
import { readFixture } from '../nn/fixture.js';
import { batch, bytes, closeRigs, rig, type Rig } from './session-rig.js';

afterEach(closeRigs);

const WORDS = 'bert.embeddings.word_embeddings.weight';
const OPTIMIZER = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01, biasCorrection: false, clipNorm: 1 };
const RUNTIME = { engine: 'fused', precision: 'fp32', products: 'libtorch', firstTokensOnly: true, threads: 2 } as const;
const SPEC = { task: 'other', kind: 'classification', labels: ['a', 'b'], scoreRange: null, activation: 'linear', dropout: 0 } as const;

const sessionOn = ({ bert }: Rig, heads: readonly Head[]): Session =>
  Session.create({ bert, heads, optimizer: OPTIMIZER, layerDecay: 1, dropoutSeed: 7, runtime: RUNTIME });

describe('a session', () => {
  it('refuses a head of another hidden size, and one twice', async () => {
    const built = await rig(await readFixture('trajectory'), { engine: 'fused' });
    using narrow = Head.create(SPEC, 4, 'cpu');
    expect(() => sessionOn(built, [narrow])).toThrow(
      /^head 'other' was made for hidden states of size 4, and the encoder's are of size 32$/,
    );
    using head = Head.create(SPEC, 32, 'cpu');
    expect(() => sessionOn(built, [head, head])).toThrow(/^a session has one head for each task, and two were given for 'other'$/);
  });

  it('keeps a view of the word embeddings up to date, though it leaves rows alone that no batch uses', async () => {
    const fixture = await readFixture('trajectory');
    const built = await rig(fixture, { engine: 'fused' });
    const view = scope(() => built.bert.parameter(WORDS).detach());
    for (const step of [0, 1, 2]) await built.session.step(batch(fixture, step), { learningRate: 1e-3 });
    const seen = view.data();
    view.dispose();
    expect(seen).toEqual(built.bert.tensors().get(WORDS)?.data);
  });

  it('refuses a parameter that it is working on, and a view of one, and lets them go afterwards', async () => {
    const fixture = await readFixture('trajectory');
    const { bert, session } = await rig(fixture, { engine: 'plain' });
    using weight = bert.parameter('bert.pooler.dense.weight');
    using view = scope(() => weight.detach());
    const step = session.step(batch(fixture, 0), { learningRate: 1e-3 });
    const busy = expect.objectContaining({ code: 'ERR_MODULE_BUSY' }) as Error;
    for (const use of [() => weight.grad, () => weight.data(), () => view.data(), () => noGrad(() => weight.mul_(2))]) {
      expect(use).toThrow(busy);
    }
    expect(String(weight)).toMatch(/^Tensor\(.*a session is working/);
    using other = Tensor.full([2], 1);
    expect(other.data()).toEqual(Float32Array.of(1, 1));
    await step;
    expect(weight.data()).toEqual(bert.tensors().get('bert.pooler.dense.weight')?.data);
  });
});

describe('gradients of the tensor floor', () => {
  const lossOf = async ({ bert }: Rig): Promise<Tensor> => {
    const fixture = await readFixture('trajectory');
    return scope(() => bert.forward(batch(fixture, 0)).pooled.mul(1000).sum());
  };

  it.each(['plain', 'fused'] as const)('do not count in a step of the %s engine, and are there again after it', async (engine) => {
    const fixture = await readFixture('trajectory');
    const learnt = async (before: (built: Rig) => Promise<void>): Promise<{ norm: number; bytes: string }> => {
      const built = await rig(fixture, { engine });
      await before(built);
      const { gradientNorm } = await built.session.step(batch(fixture, 0), { learningRate: 1e-3 });
      return { norm: gradientNorm, bytes: bytes(built) };
    };
    let left: (() => Tensor | null) | undefined;
    let before: Float32Array | undefined;
    const undisturbed = await learnt(async () => {});
    const disturbed = await learnt(async (built) => {
      using loss = await lossOf(built);
      loss.backward();
      const weight = built.bert.parameter('bert.pooler.dense.weight');
      left = () => weight.grad;
      before = left()?.data() as Float32Array;
    });
    expect(disturbed).toEqual(undisturbed);
    expect(left?.()?.data()).toEqual(before);
  });

  it('are not computed, nor stepped by, while a session works on their parameters', async () => {
    const fixture = await readFixture('trajectory');
    const built = await rig(fixture, { engine: 'plain' });
    const parameters = [...built.bert.parameterNames()].map((name) => built.bert.parameter(name));
    const adamw = new AdamW([{ parameters }], { ...OPTIMIZER });
    // Its graph alone knows the parameters.
    for (const parameter of parameters) parameter.dispose();
    using loss = await lossOf(built);
    using weight = Tensor.ones([2]);
    weight.requiresGrad = true;
    const step = built.session.step(batch(fixture, 0), { learningRate: 1e-3 });
    const busy = expect.objectContaining({ code: 'ERR_MODULE_BUSY' }) as Error;
    expect(() => loss.backward()).toThrow(busy);
    expect(() => adamw.step(1e-3)).toThrow(busy);
    scope(() => weight.mul(3).sum().backward());
    expect(weight.grad?.data()).toEqual(Float32Array.of(3, 3));
    await step;
    expect(adamw.step(1e-3)).toBe(0);
    adamw.dispose();
  });
});

describe('two sessions on one encoder', () => {
  it('come to the same bytes whether one is closed before the other goes on or while it computes', async () => {
    const fixture = await readFixture('trajectory');
    const course = async (close: 'before' | 'meanwhile'): Promise<string> => {
      const built = await rig(fixture, { engine: 'fused' });
      const second = sessionOn(built, built.heads);
      for (const step of [0, 1, 2]) await built.session.step(batch(fixture, step), { learningRate: 1e-3 });
      if (close === 'before') await built.session.close();
      const going = second.step(batch(fixture, 3), { learningRate: 1e-3 });
      await built.session.close();
      await going;
      await second.close();
      return bytes(built);
    };
    const expected = await course('before');
    for (let round = 0; round < 20; round += 1) expect(await course('meanwhile')).toBe(expected);
  });
});
