// A playbook on one alert of an incident: its id stands on the incident's card, and a run on it ends at its own time limit.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentArrives } from '../support/app.ts';
import { until } from '../support/effects.ts';
import { runEnds, type Soc, startSoc } from '../support/soc.ts';

const NOTE_ALERT = `# Open a ticket for one alert.
name: note-alert
description: Open a ticket for one alert.
on: { alert: {} }
permissions: { run: [analyst], approve: [admin] }
time_limit: 6s
steps:
  - id: ticket
    action: servicenow.create_incident
    with: { short_description: "Alert: \${{ alert.title }}", urgency: 2 }
  - wait: 1h
`;

describe('playbooks on alerts', () => {
  let soc: Soc;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'picket-playbooks-'));
    await writeFile(join(folder, 'note-alert.yaml'), NOTE_ALERT);
    soc = await startSoc({ playbooks: folder });
  });
  afterAll(async () => {
    await soc.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('run on the id that the card shows, refuse any other, and stop at their time limit', async () => {
    const { number } = await incidentArrives(soc.app, soc.sandbox, { severity: 'Low', title: 'A sign-in to look at' });
    const card = async (): Promise<string> => (await soc.hands.console.texts('bob')).find((text) => text.includes(`#${number}`)) ?? '';
    await until(async () => (await card()) !== '', 'the incident stands in the channel');
    const [, alertId = ''] = /A sign-in to look at \(([0-9a-f-]{36})\)/.exec(await card()) ?? [];
    expect(alertId).not.toBe('');

    const unknown = await soc.hands.slack.command('bob', 'run note-alert 00000000-0000-4000-8000-000000000000');
    expect(unknown).toContain('There is no alert');
    expect(await soc.hands.slack.command('bob', `run note-alert ${alertId}`)).toContain('accepted');
    await runEnds(soc, 1, 'waiting');
    const { rows } = await soc.database.store.query<{ input: { short_description: string } }>(
      `SELECT input FROM run_step WHERE path = 'ticket'`,
    );
    expect(rows.map((row) => row.input.short_description)).toEqual(['Alert: A sign-in to look at']);
    await until(
      async () => (await soc.database.store.query(`SELECT 1 FROM run WHERE summary = 'stopped at its time limit'`)).rows.length === 1,
      'the run is stopped',
    );
  });
});
