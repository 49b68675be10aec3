// What a run needs next, told by whole walks.
import { describe, expect, it } from 'vitest';
import type { Next, Playbook, Scope, StepRecord } from '../../src/model/playbook.ts';
import { nextFor } from '../../src/playbooks/next.ts';
import { buildScope } from '../../src/playbooks/scope.ts';
import { approval, DISABLE, NOTE } from './pieces.ts';
import { account, describeAction, drive, incident, load, playbook, run, succeed } from './support.ts';

function start(steps: string, entities = incident.entities): { readonly loaded: Playbook; readonly scope: Scope } {
  const loaded = load(playbook(steps, { on: 'incident: {}', head: 'inputs: { pause: { type: duration, default: 5m } }\n' }));
  const built = buildScope({ playbook: loaded, subject: null, incident: { ...incident, entities }, alertId: '', inputs: {}, run });
  if ('refused' in built) throw new Error(built.why);
  return { loaded, scope: built.scope };
}

function walked(steps: string, outcome: Parameters<typeof drive>[2] = succeed(), entities = incident.entities): ReturnType<typeof drive> {
  const { loaded, scope } = start(steps, entities);
  return drive(loaded, scope, outcome);
}

const TICKET = '{ id: ticket, action: servicenow.create_incident, with: { short_description: "${{ incident.title }}" } }';
const CLOSE = '{ action: servicenow.close_incident, with: { ticket: "${{ ticket.sys_id }}" } }';
const DECISION = approval().replace('${{ account.display }}', '${{ accounts[0].display }}');
const DISABLE_FIRST = DISABLE.replace('account', 'accounts[0]');

/** Records by path. */
function records(...entries: readonly (readonly [string, StepRecord['status'], unknown?])[]): ReadonlyMap<string, StepRecord> {
  return new Map(
    entries.map(([path, status, output = null]) => [path, { path, status, output, error: status === 'failed' ? 'it broke' : '' }]),
  );
}

function next(steps: string, known: ReadonlyMap<string, StepRecord>, line = 'main'): Next {
  const { loaded, scope } = start(steps);
  return nextFor(loaded, scope, known, line, describeAction);
}

describe('steps one after the other', () => {
  it('hand on outputs, and take the branch that was chosen', () => {
    const steps = `- ${TICKET}\n${DECISION}\n- if: decision.choice == "block"\n  steps:\n  - ${DISABLE_FIRST}\n  else:\n  - ${CLOSE}`;
    const given = succeed({ output: { sys_id: 's1' } });
    expect(walked(steps, given)).toMatchObject({
      seen: ['action ticket', 'ask decision', 'note step3', 'action step3/then/step3_then1'],
      last: { kind: 'done' },
    });
    const ignored = walked(steps, succeed({ choice: 'ignore', output: { sys_id: 's1' } }));
    expect(ignored).toMatchObject({
      seen: ['action ticket', 'ask decision', 'note step3', 'action step3/else/step3_else1'],
      last: { kind: 'done' },
    });
    expect(next(`- ${TICKET}\n- ${CLOSE}`, records(['ticket', 'done', { sys_id: 's9' }]))).toMatchObject({
      kind: 'action',
      path: 'step2',
      input: { ticket: 's9' },
    });
  });

  it('stay parked on what is started or waiting', () => {
    expect(next(`- ${TICKET}`, records(['ticket', 'started']))).toEqual({ kind: 'parked', path: 'ticket' });
    expect(next(DECISION, records(['decision', 'waiting']))).toEqual({ kind: 'parked', path: 'decision' });
    expect(next('- { wait: 5m }', records(['step1', 'waiting']))).toEqual({ kind: 'parked', path: 'step1' });
  });

  it('wait as long as the file or an input says', () => {
    expect(next('- { wait: 2h }', records())).toMatchObject({ kind: 'wait', path: 'step1', ms: 7_200_000 });
    expect(next('- { wait: "${{ inputs.pause }}" }', records())).toMatchObject({ kind: 'wait', ms: 300_000 });
    expect(next('- { wait: "${{ incident.title }}" }', records())).toMatchObject({
      kind: 'failed',
      path: 'step1',
      error: expect.stringMatching(/^line 5: "Impossible travel" is not a duration/),
    });
  });

  it('are skipped when their when is false, and the rest goes on', () => {
    const steps = `- { when: incident.number == 1, ${NOTE.slice(2)}\n- ${NOTE}`;
    expect(walked(steps)).toMatchObject({ seen: ['note step1', 'action step2'], last: { kind: 'done' } });
    expect(next(steps, records())).toMatchObject({ kind: 'note', status: 'skipped', output: null });
  });
});

describe('what goes wrong', () => {
  it('ends the line at the step that failed', () => {
    expect(next(`- ${TICKET}\n- ${NOTE}`, records(['ticket', 'failed']))).toMatchObject({
      kind: 'failed',
      path: 'ticket',
      error: 'it broke',
      step: { id: 'ticket' },
    });
  });

  it('is passed over and told where the file says so', () => {
    const steps = `- { id: ticket, on_error: continue, ${TICKET.slice(TICKET.indexOf('action'))}\n- { action: chat.post, with: { channel: soc, text: "\${{ ticket.ok ? ticket.sys_id : ticket.error }}" } }`;
    expect(next(steps, records(['ticket', 'failed']))).toMatchObject({ kind: 'action', input: { text: 'it broke' } });
    expect(next(steps, records(['ticket', 'done', { sys_id: 's1' }]))).toMatchObject({ kind: 'action', input: { text: 's1' } });
  });

  it('in an expression is a failure with its line, never a false condition', () => {
    const steps = `- { if: "accounts[3].upn == 'x'", steps: [${NOTE}] }`;
    expect(next(steps, records())).toMatchObject({
      kind: 'failed',
      path: 'step1',
      error: expect.stringContaining('line 5: No such key: index out of bounds'),
    });
  });
});

describe('a loop', () => {
  const two = [account, { ...account, key: 'b', display: 'b@contoso.com', value: 'b@contoso.com' }];
  const steps = `- for: { each: accounts, as: person }\n  steps:\n  - { id: say, action: chat.post, with: { channel: soc, text: "\${{ person.display }}" } }\n  - ${NOTE}`;

  it('does its steps for each item in order, under paths of their own', () => {
    const said: unknown[] = [];
    const { seen, last } = walked(
      steps,
      (needed) => {
        if (needed.kind === 'action' && 'text' in needed.input) said.push(needed.input.text);
        return succeed()(needed);
      },
      two,
    );
    expect(seen).toEqual([
      'note step1',
      'action step1[0]/say',
      'action step1[0]/step1_do2',
      'action step1[1]/say',
      'action step1[1]/step1_do2',
    ]);
    expect(said).toEqual(['alice@contoso.com', 'b@contoso.com']);
    expect(last.kind).toBe('done');
  });

  it('keeps to the list as it was, and does nothing for an empty one', () => {
    expect(walked(steps, succeed(), []).seen).toEqual(['note step1']);
    expect(next(steps, records(['step1', 'done', { items: [{ display: 'kept' }] }]))).toMatchObject({
      kind: 'action',
      input: { text: 'kept' },
    });
  });

  it('over more than 500 items fails', () => {
    const many = Array.from({ length: 501 }, (_, index) => ({ ...account, key: `k${index}` }));
    expect(walked(steps, succeed(), many).last).toMatchObject({
      kind: 'failed',
      error: expect.stringContaining('the list has 501 items, more than 500'),
    });
  });
});

describe('parallel branches', () => {
  const steps = `- id: both\n  parallel:\n  - { name: a, steps: [${TICKET}, { parallel: [{ name: x, steps: [${NOTE}] }, { name: y, steps: [${CLOSE}] }] }] }\n  - { name: b, steps: [{ if: true, steps: [${NOTE}] }] }\n- ${CLOSE}`;

  it('are lines of their own, nested ones too, and join with what they left', () => {
    const { seen, last } = walked(steps, succeed({ output: { sys_id: 's1' } }));
    expect(seen).toEqual([
      'fork both',
      'action both:a/ticket',
      'fork both:a/both_a2',
      'action both:a/both_a2:x/both_a2_x1',
      'action both:a/both_a2:y/both_a2_y1',
      'note both:b/both_b1',
      'action both:b/both_b1/then/both_b1_then1',
      'action step2',
    ]);
    expect(last.kind).toBe('done');
  });

  it('park the line that forked until they are joined, and fail it when one failed', () => {
    expect(next(steps, records())).toMatchObject({ kind: 'fork', lines: ['both:a', 'both:b'] });
    expect(next(steps, records(['both', 'waiting']))).toEqual({ kind: 'parked', path: 'both' });
    expect(next(steps, records(['both', 'failed']))).toMatchObject({ kind: 'failed', path: 'both' });
  });

  it('go on when a sibling has failed', () => {
    expect(next(steps, records(['both', 'failed']), 'both:a')).toMatchObject({ kind: 'action', path: 'both:a/ticket' });
    expect(next(steps, records(['both', 'waiting'], ['both:b/both_b1', 'done', { taken: 'else' }]), 'both:b')).toEqual({ kind: 'done' });
  });

  it('that do not exist fail', () => {
    expect(next(steps, records(['both', 'waiting']), 'both:c')).toMatchObject({ kind: 'parked' });
    expect(next(`- ${NOTE}`, records(['step1', 'done', {}]), 'both:c')).toMatchObject({
      kind: 'failed',
      step: null,
      error: 'the playbook has no line both:c',
    });
  });
});

it('needs the same when asked again with the same records', () => {
  const steps = `- ${TICKET}\n${DECISION}\n- if: decision.choice == "block"\n  steps:\n  - ${DISABLE_FIRST}\n- for: { each: ips, as: address }\n  steps:\n  - ${CLOSE}`;
  const { loaded, scope } = start(steps);
  const known = new Map<string, StepRecord>();
  const again = (): string =>
    JSON.stringify(nextFor(loaded, JSON.parse(JSON.stringify(scope)), new Map([...known].toReversed()), 'main', describeAction));
  for (let count = 0; count < 20; count += 1) {
    const needed = nextFor(loaded, scope, known, 'main', describeAction);
    expect(again()).toBe(JSON.stringify(needed));
    if (needed.kind === 'done' || needed.kind === 'failed' || needed.kind === 'parked') break;
    known.set(needed.path, { path: needed.path, ...succeed({ output: { sys_id: 's1' } })(needed) });
  }
  expect(known.size).toBe(6);
});
