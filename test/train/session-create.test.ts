/** What a session cannot be made of. */
import { expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { Head } from '../../src/nn/head.js';
import { Session } from '../../src/train/session.js';
import { makeRig } from './random-model.js';

it('refuses two heads of one task, whose parameters would have one name', async () => {
  const rig = makeRig({ hidden: 8, heads: 2, intermediate: 8, layers: 1 }, 0, { threads: 1 });
  const { bert, heads } = rig;
  const [first] = heads as [Head];
  const second = Head.create(first.spec, 8, 'cpu');
  const { optimizer, runtime } = configSchema.parse({});
  const create = () => Session.create({ bert, heads: [...heads, second], optimizer, layerDecay: 1, dropoutSeed: 1, runtime });
  expect(create).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', details: { task: 'three' } }) as Error);
  await rig.close();
  second.dispose();
});
