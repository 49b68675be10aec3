// What would surely fail: a person who asks for it is told at once and nobody is woken; a rule's run asks, and says what will not be done.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentArrives } from '../support/app.ts';
import { until } from '../support/effects.ts';
import { runEnds, type Soc, startSoc } from '../support/soc.ts';

describe('a private address', () => {
  let soc: Soc;
  beforeAll(async () => {
    soc = await startSoc();
  });
  afterAll(async () => soc.close());

  it('is refused to whoever asks to block it, before any admin is asked', async () => {
    await soc.hands.console.command('bob', 'run block-ip 10.0.0.1');
    await runEnds(soc, 1, 'failed');
    await until(
      async () => (await soc.hands.console.texts('bob')).some((text) => text.includes('10.0.0.1 is') && text.includes('not blocked')),
      'the card tells why',
    );
    expect((await soc.database.store.query('SELECT 1 FROM approval')).rows).toEqual([]);
    expect(await soc.hands.email.texts('carol')).toEqual([]);
  });

  it('does not keep the admins from being asked about an account that is in danger', async () => {
    await incidentArrives(soc.app, soc.sandbox, {
      entities: [
        { kind: 'Account', properties: { accountName: 'alice', upnSuffix: 'contoso.com' } },
        { kind: 'Ip', properties: { address: '10.0.0.1' } },
      ],
    });
    await until(
      async () =>
        (await soc.hands.console.texts('carol')).some(
          (text) => text.includes('Not possible: 10.0.0.1') && text.includes('Disable the account alice@contoso.com'),
        ),
      'the question says what will not be done',
    );
    expect((await soc.database.store.query('SELECT 1 FROM approval')).rows).toHaveLength(1);
  });
});
