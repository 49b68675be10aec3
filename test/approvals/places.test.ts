// Where a question is asked: every copy of the channels, each person once, and nobody who cannot be reached.
import { describe, expect, it } from 'vitest';
import { askPlaces } from '../../src/approvals/places.ts';
import { person, soc } from '../access/people.ts';

const SOC = { platform: 'slack', tenant: 'T1', conversation: 'C1', thread: '', person: '' } as const;
const settings = soc({
  channels: [{ name: 'soc', places: [SOC, { ...SOC, platform: 'teams', tenant: 'ten', conversation: '19:x' }] }],
  people: [
    person('carol', ['security-admins', 'network-admins'], {
      slack: [{ tenant: 'T1', user: 'U1' }],
      entra: [{ tenant: 'ten', user: 'o1' }],
    }),
    person('dave', ['network-admins']),
    person('fay', ['network-admins'], { email: '' }),
  ],
});
const ask = (given: { channels?: string[]; email?: string[]; direct?: string[] }) =>
  askPlaces(settings, { channels: [], email: [], direct: [], ...given }).map((place) =>
    `${place.platform} ${place.conversation} ${place.person}`.trim(),
  );

describe('a question', () => {
  it('stands in every place of its channel, once, however often the channel is named', () => {
    expect(ask({ channels: ['soc', 'soc'] })).toEqual(['slack C1', 'teams 19:x']);
  });

  it('goes by mail to every holder of a role, once for somebody with two, and to nobody without an address', () => {
    expect(ask({ email: ['security-admins', 'network-admins'] })).toEqual(['email carol@contoso.com carol', 'email dave@contoso.com dave']);
  });

  it('goes directly to every account of a person', () => {
    expect(ask({ direct: ['security-admins', 'network-admins'] })).toEqual(['slack U1 carol', 'teams o1 carol']);
  });

  it('goes directly to the console in the sandbox, where nobody has another account', () => {
    const places = askPlaces({ ...settings, mode: 'sandbox' }, { channels: [], email: [], direct: ['network-admins'] });
    expect(places.map(({ platform, conversation }) => `${platform} ${conversation}`)).toEqual([
      'console @carol',
      'console @dave',
      'console @fay',
    ]);
  });

  it('asks nobody for a channel or a role that is not there', () => {
    expect(ask({ channels: ['nowhere'], email: ['nobody'], direct: ['nobody'] })).toEqual([]);
  });
});
