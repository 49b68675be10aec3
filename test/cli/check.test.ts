// `picket check` and `picket schema` on what is shipped, and on folders with mistakes in them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { folder, REAL } from '../config/load.ts';
import { run } from './run.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = join(ROOT, 'picket.example.yaml');
const TEAMS = {
  TEAMS_APP_ID: '11111111-2222-3333-4444-555555555555',
  TEAMS_APP_PASSWORD: 'p',
  TEAMS_APP_TENANT: '11111111-2222-3333-4444-555555555555',
};

describe('picket check', () => {
  it('finds nothing wrong with what is shipped, with nothing configured', async () => {
    const { code, out, err } = await run(['check']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^No problems: nothing real is configured.*; \d+ playbooks, 1 automation rule, 4 cards\.$/);
  });

  it('finds nothing wrong with the example configuration, and tells which playbooks cannot run and why', async () => {
    const { code, out, err } = await run(['check'], { ...REAL, ...TEAMS, PICKET_CONFIG: EXAMPLE });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^note: block-ip cannot run: paloalto is not configured/m);
  });

  it('tells every problem with its place in a file named as from here, and ends with 1', async () => {
    const cwd = folder();
    mkdirSync(join(cwd, 'mine'));
    writeFileSync(
      join(cwd, 'mine/a.yaml'),
      'name: a\ndescription: A.\non: { entity: account }\nsteps:\n  - { id: x, action: entra.disable_usr }\n',
    );
    writeFileSync(join(cwd, 'mine/b.yaml'), 'name: [\n');
    writeFileSync(
      join(cwd, 'rules.yaml'),
      'rules:\n  - { name: r, order: 1, trigger: incident-created, actions: [{ run_playbook: nobody }] }\n',
    );
    const { code, err } = await run(['check'], { PICKET_PLAYBOOKS: 'mine', PICKET_RULES: 'rules.yaml' }, cwd);
    expect(code).toBe(1);
    expect(err).toMatch(/^mine\/a\.yaml:5:\d+ .*entra\.disable_usr.*did you mean entra\.disable_user/m);
    expect(err).toMatch(/^mine\/b\.yaml:\d+:\d+ /m);
    expect(err).toMatch(/^rules\.yaml:2:\d+ .*nobody/m);
    expect(err).toMatch(/\d+ problems found$/);
  });

  it('tells a folder that is not there', async () => {
    expect(await run(['check'], { PICKET_PLAYBOOKS: 'nowhere' })).toMatchObject({ code: 1, err: expect.stringContaining('nowhere') });
  });
});

describe('picket schema', () => {
  it('writes what is checked in', async () => {
    const cwd = folder();
    expect(await run(['schema'], {}, cwd)).toEqual({ code: 0, out: 'wrote playbooks/playbook.schema.json', err: '' });
    expect(readFileSync(join(cwd, 'playbooks/playbook.schema.json'), 'utf8')).toBe(
      readFileSync(join(ROOT, 'playbooks/playbook.schema.json'), 'utf8'),
    );
  });
});
