/** What a session cannot be made of, and how it ends. */
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

it('is closed at the end of an `await using` block; its modules live on', async () => {
  const rig = makeRig({ hidden: 8, heads: 2, intermediate: 8, layers: 1 }, 0, { threads: 1 });
  {
    await using session = rig.session;
    expect(session.steps).toBe(0);
  }
  await expect(rig.session.saveParameters('never-written')).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' });
  expect([...rig.bert.tensors()]).not.toHaveLength(0);
  await rig.close();
});
