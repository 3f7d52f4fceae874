/** AdamW on the tensor floor: PyTorch's trajectory again, this time composed by hand from modules, losses and the optimizer. */
import { describe, expect, it } from 'vitest';
import { Head, type HeadSpec } from '../../src/nn/head.js';
import { openModelFolder } from '../../src/nn/model-folder.js';
import { AdamW } from '../../src/optim/adamw.js';
import { decays, layerwiseScales } from '../../src/optim/layerwise.js';
import { scope, Tensor } from '../../src/tensor/index.js';
import { BERT_FIXTURE_MODEL, packedTokens, readFixture, relativeError, values } from '../nn/fixture.js';
import { makeBatch, makeRig, parametersOf } from '../train/random-model.js';

const OPTIONS = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, biasCorrection: false, clipNorm: 1 };

describe('AdamW on the tensor floor', () => {
  it("follows PyTorch's trajectory", async () => {
    const fixture = await readFixture('trajectory');
    const { bert, config } = await openModelFolder(BERT_FIXTURE_MODEL, { device: 'cpu', dropout: null });
    const specs: HeadSpec[] = [
      { task: 'pairs', kind: 'classification', labels: ['a', 'b', 'c'], scoreRange: null, activation: 'linear', dropout: 0 },
      { task: 'score', kind: 'regression', labels: [], scoreRange: [0, 5], activation: 'sigmoid', dropout: 0 },
    ];
    const heads = specs.map((spec) => Head.create(spec, config.hiddenSize, 'cpu'));
    for (const head of heads) head.load(new Map(head.parameterNames().map((name) => [name, fixture.get(`initial.${name}`) as never])));
    const modules = [bert, ...heads];
    const named = modules.flatMap((module) => module.parameterNames().map((name) => ({ name, tensor: module.parameter(name) })));
    const scales = layerwiseScales(
      named.map(({ name }) => name),
      { layers: config.layers, alpha: 0.9 },
    );
    const optimizer = new AdamW(
      named.map(({ name, tensor }, i) => ({
        parameters: [tensor],
        learningRateScale: scales[i] as number,
        weightDecay: decays(name) ? 0.01 : 0,
      })),
      OPTIONS,
    );
    for (let step = 0; step < 20; step++) {
      scope(() => {
        const tokens = packedTokens(fixture, `${step}.`);
        const taskIds = values(fixture, `${step}.taskIds`);
        const weights = values(fixture, `${step}.weights`);
        const { pooled } = bert.forward(tokens);
        let place = 0;
        const losses = [...taskIds].map((task, b) => {
          const width = (heads[task] as Head).outputs;
          const target = Tensor.from(values(fixture, `${step}.targets`).slice(place, place + width), { shape: [1, width] });
          place += width;
          const output = (heads[task] as Head).forward(pooled.narrow(0, b, 1));
          const loss = task === 0 ? output.crossEntropy(target) : output.mseLoss(target);
          return loss.mul(weights[b] as number);
        });
        const loss = losses.reduce((sum, each) => sum.add(each));
        loss.backward();
        expect(Math.abs(loss.item() - (values(fixture, 'losses')[step] as number))).toBeLessThan(1e-4);
        const norm = optimizer.step(values(fixture, 'learningRates')[step] as number);
        expect(norm / (values(fixture, 'gradientNorms')[step] as number)).toBeCloseTo(1, 4);
      });
    }
    expect(optimizer.steps).toBe(20);
    for (const { name, tensor } of named) {
      if (name.endsWith('attention.self.key.bias')) continue;
      expect(relativeError(tensor.data() as Float32Array, values(fixture, `final.${name}`)), name).toBeLessThan(1e-5);
    }
    optimizer.dispose();
  });

  it('leaves a parameter without a gradient where it is, which a session does not', async () => {
    const [used, unused] = [Tensor.from([1, 2]), Tensor.from([3, 4])];
    for (const weight of [used, unused]) weight.requiresGrad = true;
    const optimizer = new AdamW([{ parameters: [used, unused], weightDecay: 0.1 }], OPTIONS);
    used.sum().add(unused.sum()).backward();
    optimizer.step(0.1);
    const [usedBefore, unusedBefore] = [used.toArray(), unused.toArray()];
    used.sum().backward();
    optimizer.step(0.1);
    expect(used.toArray()).not.toEqual(usedBefore);
    expect(unused.toArray()).toEqual(unusedBefore);

    const rig = makeRig({ hidden: 8, heads: 2, intermediate: 8, layers: 1 }, 0, { threads: 1 });
    await rig.session.step(makeBatch([3, 3, 3], 1), { learningRate: 0.1 });
    const before = parametersOf(rig).get('heads.free.classifier.weight');
    // One example, of the first head.
    await rig.session.step(makeBatch([3], 2), { learningRate: 0.1 });
    expect(parametersOf(rig).get('heads.free.classifier.weight')).not.toEqual(before);
    await rig.close();
  });

  it('updates nothing when a gradient is not finite', () => {
    const weight = Tensor.from([1, 2]);
    weight.requiresGrad = true;
    const optimizer = new AdamW([{ parameters: [weight], weightDecay: 0.1 }], { ...OPTIONS, clipNorm: Infinity });
    weight.mul(Infinity).sum().backward();
    expect(optimizer.step(0.1)).toBe(Infinity);
    expect(optimizer.steps).toBe(0);
    expect(weight.toArray()).toEqual([1, 2]);
  });

  it('refuses a learning rate that is no finite number or negative, and changes nothing', () => {
    const weight = Tensor.from([1, 2]);
    weight.requiresGrad = true;
    const optimizer = new AdamW([{ parameters: [weight] }], OPTIONS);
    weight.sum().backward();
    for (const rate of [NaN, Infinity, -1]) {
      expect(() => optimizer.step(rate)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    }
    expect(optimizer.steps).toBe(0);
    expect(weight.toArray()).toEqual([1, 2]);
  });

  it('refuses what it cannot train', () => {
    const fixed = Tensor.from([1]);
    const weight = Tensor.from([1]);
    weight.requiresGrad = true;
    const invalid = (groups: ConstructorParameters<typeof AdamW>[0], message: string, options = OPTIONS) =>
      expect(() => new AdamW(groups, options)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(message) as string }) as Error,
      );
    invalid([{ parameters: [fixed] }], 'parameter 0');
    invalid([{ parameters: [weight] }, { parameters: [weight] }], 'parameter 1: the same tensor as parameter 0; it would be updated twice');
    using head = Head.create({ task: 'a', kind: 'regression', labels: [], scoreRange: [0, 1], activation: 'linear', dropout: 0 }, 4, 'cpu');
    const [first, second] = [0, 1].map(() => head.parameter('heads.a.classifier.weight')) as [Tensor, Tensor];
    invalid([{ parameters: [first] }, { parameters: [second] }], 'the same tensor as parameter 0');
    invalid([{ parameters: [weight], weightDecay: -1 }], 'weightDecay');
    invalid([{ parameters: [weight] }], 'beta1', { ...OPTIONS, beta1: 1 });
    const optimizer = new AdamW([{ parameters: [weight] }], OPTIONS);
    optimizer.dispose();
    expect(() => optimizer.step(0.1)).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }) as Error);
  });
});
