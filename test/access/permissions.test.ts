// Who may do what, and whether a refusal says why and who could.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countHolders, mayApprove, mayCancel, mayRun } from '../../src/access/permissions.ts';
import { person, slack, soc } from './people.ts';

const organisation = soc();
const bob = known('bob');
const carol = known('carol');
const dave = known('dave');
const erin = known('erin');
const inside = slack('T1', 'U1');
const outside = slack('T1', 'U1', { external: true });

function known(id: string) {
  const found = organisation.people.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

function playbook(...run: string[]) {
  return { name: 'block-user', permissions: { run } };
}

describe('who may run a playbook', () => {
  it('is who holds one of its roles, and any admin', () => {
    expect(mayRun(organisation, bob, playbook('analyst'))).toBeNull();
    expect(mayRun(organisation, dave, playbook('analyst', 'network-admins'))).toBeNull();
    expect(mayRun(organisation, carol, playbook('analyst'))).toBeNull();
  });

  it('is told to everybody else, with who could', () => {
    expect(mayRun(organisation, erin, playbook('analyst'))).toEqual({
      refused: true,
      why: 'Erin may not run block-user: that takes the role analyst.',
      remedy: 'Ask Bob.',
    });
    expect(mayRun(organisation, bob, playbook('network-admins', 'responder'))?.remedy).toBe('Ask Dave, Fay or somebody in responder.');
  });

  it('is an admin alone when the playbook names nobody', () => {
    expect(mayRun(organisation, bob, playbook())).toMatchObject({ why: expect.stringContaining('the role admin'), remedy: 'Ask Carol.' });
    expect(mayRun(organisation, carol, playbook())).toBeNull();
  });

  it('names an admin when nobody holds the role, and the operator when there is no admin either', () => {
    expect(mayRun(organisation, bob, playbook('forensics'))?.remedy).toBe('Ask Carol.');
    expect(mayRun({ ...organisation, people: [bob] }, bob, playbook('forensics'))?.remedy).toContain('whoever operates Picket');
  });

  it('stays readable with many holders', () => {
    const many = Array.from({ length: 40 }, (_, index) => person(`p${index}`, ['analyst']));
    expect(mayRun({ ...organisation, people: many }, erin, playbook('analyst'))?.remedy).toBe('Ask P0, P1, P2, P3, P4 or 35 more.');
  });
});

describe('who may approve', () => {
  it('is who holds one of the roles asked, and any admin', () => {
    expect(mayApprove(organisation, dave, inside, ['network-admins'])).toBeNull();
    expect(mayApprove(organisation, carol, inside, ['network-admins'])).toBeNull();
    expect(mayApprove(organisation, bob, inside, ['network-admins'])).toMatchObject({
      why: 'Bob may not decide this: that takes the role network-admins.',
      remedy: 'Ask Dave.',
    });
  });

  it('is never somebody acting through an external account, admin or not', () => {
    for (const one of [bob, carol, dave, erin]) {
      expect(mayApprove(organisation, one, outside, ['network-admins', 'analyst'])?.why).toContain('cannot approve');
    }
  });

  it('is nobody without a role, whatever is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.boolean(), (roles, external) => {
        expect(mayApprove(organisation, erin, { ...inside, external }, roles)).not.toBeNull();
      }),
    );
  });

  it('is counted, admins included and everybody once, unless a directory knows more', () => {
    expect(countHolders(organisation, ['network-admins'])).toBe(2);
    expect(countHolders(organisation, ['network-admins', 'analyst', 'admin'])).toBe(3);
    expect(countHolders(organisation, [])).toBe(1);
    expect(countHolders(organisation, ['network-admins', 'responder'])).toBeNull();
  });
});

describe('who may cancel a run', () => {
  const run = { number: 17, startedBy: 'bob' };
  it('is whoever started it, and an admin', () => {
    expect(mayCancel(organisation, bob, inside, run)).toBeNull();
    expect(mayCancel(organisation, carol, inside, run)).toBeNull();
    expect(mayCancel(organisation, dave, inside, run)).toMatchObject({
      why: 'Dave may not cancel run 17: whoever started it may, and admins.',
      remedy: 'Ask Bob or Carol.',
    });
    expect(mayCancel(organisation, bob, inside, { number: 18, startedBy: '' })?.remedy).toBe('Ask Carol.');
  });

  it('is not an admin acting through an external account', () => {
    expect(mayCancel(organisation, carol, outside, run)).not.toBeNull();
  });
});
