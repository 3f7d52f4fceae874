/** A training loop of one's own on the tensor floor: `npx tsx examples/tensor-floor.ts`, after `npm run setup`. Fits y = 3x − 1. */
import { AdamW, memory, scope, Tensor } from 'bornagain';

const x = Tensor.randn([256, 1], { seed: 1 });
const y = x.mul(3).sub(1);
const weight = Tensor.zeros([1, 1]);
const bias = Tensor.zeros([1]);
for (const parameter of [weight, bias]) parameter.requiresGrad = true;

const optimizer = new AdamW([{ parameters: [weight, bias] }], {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  biasCorrection: true,
  clipNorm: Infinity,
});
for (let step = 0; step < 400; step++) {
  // Everything made inside is freed at the end of the step.
  scope(() => {
    x.linear(weight, bias).mseLoss(y).backward();
    optimizer.step(0.05);
  });
}
console.log(`y = ${weight.item().toFixed(3)} x + ${bias.item().toFixed(3)}`, memory());
