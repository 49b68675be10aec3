// What a run needs next, told by whole walks.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Playbook, Scope } from '../../src/model/playbook.ts';
import { nextFor } from '../../src/playbooks/next.ts';
import { buildScope } from '../../src/playbooks/scope.ts';
import { describeAction, drive, incident, load, playbook, run, succeed } from './support.ts';

function scopeOf(loaded: Playbook): Scope {
  const built = buildScope({ playbook: loaded, subject: null, incident, alertId: '', inputs: {}, run });
  if ('refused' in built) throw new Error(built.why);
  return built.scope;
}

const APPROVAL = `- id: decision
  approval:
    question: Block \${{ account.display }} and \${{ ip.value }}?
    choices: { block: { label: Block, style: destructive }, ignore: Ignore }
    ask: { channels: [soc] }
    expires: { after: 4h }`;

describe('the next step', () => {
  it('walks the example to its end on Block', () => {
    const loaded = load(readFileSync(new URL('../../playbooks/stop-compromised-user.yaml', import.meta.url), 'utf8'));
    const { seen, last } = drive(loaded, scopeOf(loaded), succeed({ output: { sys_id: 's1' } }));
    expect(seen).toEqual([
      'action ticket',
      'action notify',
      'ask decision',
      'note step4',
      'action step4/then/disable',
      'action step4/then/block_ip',
      'action step4/then/note',
    ]);
    expect(last.kind).toBe('done');
  });

  it('says with the question what each choice will do', () => {
    const loaded = load(
      playbook(
        `${APPROVAL}\n- if: decision.choice == "block"\n  steps:\n  - { action: entra.disable_user, with: { user: "\${{ account }}" } }\n  else:\n  - { action: sentinel.close_incident, with: { classification: BenignPositive } }`,
      ),
    );
    const next = nextFor(loaded, scopeOf(loaded), new Map(), 'main', describeAction);
    expect(next).toMatchObject({
      kind: 'ask',
      path: 'decision',
      question: 'Block alice@contoso.com and 203.0.113.50?',
      effects: [
        { choice: 'block', lines: ['Disable alice@contoso.com'] },
        { choice: 'ignore', lines: ['Close the incident'] },
      ],
    });
  });
});
