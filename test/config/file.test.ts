// Every mistake in picket.yaml is named with its place in the file and, where one is near, the word that was meant.
import { describe, expect, it } from 'vitest';
import { REAL, refusal } from './load.ts';

describe('a mistake in picket.yaml', () => {
  it.each([
    ['an unknown key', 'people: {}\npeeple: {}\n', 'picket.yaml:2:1 unknown field peeple (did you mean people?)'],
    ['an unknown key inside', 'people:\n  ana: { name: Ana, rolls: [x] }\n', 'picket.yaml:2:21 unknown field rolls (did you mean roles?)'],
    ['a secret', 'slack: { signingSecret: x }\n', 'picket.yaml:1:1 unknown field slack'],
    ['broken YAML', 'people:\n  ana: [\n', 'picket.yaml:3:1 YAML: '],
    ['a key twice', 'people: {}\npeople: {}\n', 'picket.yaml:2:1 YAML: Map keys must be unique'],
    ['a list for a map', 'people: [ana]\n', 'picket.yaml:1:9 people must be a map'],
    ['no name', 'people:\n  ana: {}\n', 'picket.yaml:2:8 name is missing'],
    ['a wrong identity', 'people:\n  ana: { name: Ana, slack: U01 }\n', 'must be team id and user id'],
    ['a wrong address', 'people:\n  ana: { name: Ana, email: ana }\n', '2:28 email must be one e-mail address'],
    [
      'an unknown role',
      'roles: { analyst: }\nadminRoles: [analyst]\npeople:\n  ana: { name: Ana, roles: [analist] }\n',
      'did you mean analyst?',
    ],
    ['an unknown admin role', 'roles: { analyst: }\n', 'there is no role admin'],
    [
      'one address for two',
      'people:\n  a: { name: A, email: x@contoso.com }\n  b: { name: B, email: X@contoso.com }\n',
      ':3:17 x@contoso.com belongs to a',
    ],
    ['one account for two', 'people:\n  a: { name: A, slack: T1/U1 }\n  b: { name: B, slack: T1/U1 }\n', 'T1/U1 belongs to a already'],
    [
      'a channel on a platform that is not there',
      'channels:\n  soc: { slack: T1/C1 }\n',
      'picket.yaml:2:10 Slack is not configured: set SLACK',
    ],
    ['a channel nowhere', 'channels:\n  soc: {}\n', 'channel soc is nowhere'],
    [
      'an unknown channel',
      'channels: { soc: { console: soc } }\nincidentChannels: [sok]\n',
      'picket.yaml:2:20 there is no channel sok (did you mean soc?)',
    ],
    ['a name that is none', 'people:\n  Ana Lee: { name: Ana }\n', 'picket.yaml:2:3 Ana Lee must be a name'],
    ['a URL for a host', 'http: { allowedHosts: ["https://example.com/x"] }\n', 'must be a host name'],
    ['text instead of a map', 'just text\n', 'picket.yaml:1:1'],
  ])('%s is named with its place', (_name, yaml, message) => {
    expect(refusal({}, yaml)).toContain(message);
  });

  it('refuses the console beside a real system, since anybody could act as anybody there', () => {
    expect(refusal(REAL, 'channels: { soc: { console: soc } }\n')).toContain('sandbox alone');
  });

  it('finds nothing in an empty file', () => {
    expect(refusal({}, '')).toBe('');
    expect(refusal({}, '# nothing yet\npeople:\nchannels:\nhttp:\n')).toBe('');
  });
});
