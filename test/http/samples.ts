// A run log and an approval for tests of pages: plausible, and hostile wherever text comes from outside.
import type { ApprovalPageData } from '../../src/http/pages/approval.ts';
import type { Approval, RunLog } from '../../src/model/run.ts';

export const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)> "\'><!channel> [x](javascript:alert(1)) ${7*7} \u202Egnp.exe';

export const RUN_ID = '5f0e2f2a-7a41-4a1e-9f3e-0c9d7f1b2a01';
export const APPROVAL_ID = '9d0a4c1e-2b3f-4a5d-8c6e-7f8091a2b3c4';

export const openApproval: Approval = {
  id: APPROVAL_ID,
  runId: RUN_ID,
  path: 'decision',
  question: `Block alice@contoso.com and 203.0.113.50? ${HOSTILE}`,
  choices: [
    { id: 'block', label: 'Block', style: 'destructive' },
    { id: 'ignore', label: 'Ignore', style: 'default' },
  ],
  effects: {
    block: ['Disable alice@contoso.com in Entra ID', 'Block 203.0.113.50 on the firewall'],
    ignore: ['Close incident #4711 as benign positive'],
  },
  approvers: ['admin'],
  quorum: 1,
  level: 0,
  createdAt: '2026-03-01T03:12:00.000Z',
  expiresAt: '2026-03-01T07:12:00.000Z',
  votes: [],
  decision: null,
};

/** What the page of this approval shows. */
export function pageData(approval: Approval): ApprovalPageData {
  return {
    approval,
    view: {
      card: 'approval',
      question: approval.question,
      state: approval.decision === null ? 'Waiting for 1 of: admin' : 'Closed',
      tone: 'warning',
      run: 'Run 17 · stop-compromised-user',
      effects: [],
      evidence: [
        { name: 'Incident', value: '#4711 Sign-in from an unfamiliar location' },
        { name: 'Account', value: 'alice@contoso.com' },
        { name: 'IP', value: '203.0.113.50' },
      ],
      votes: [],
      deadline: '',
      buttons: [],
    },
    incident: {
      card: 'incident',
      number: '#4711',
      title: `Sign-in from an unfamiliar location ${HOSTILE}`,
      severity: 'High',
      tone: 'attention',
      status: 'Active',
      description: HOSTILE,
      facts: [{ name: 'Product', value: HOSTILE }],
      entities: [{ name: 'Account', value: 'alice@contoso.com' }],
      runs: [],
      decisions: [],
      buttons: [],
      url: 'https://portal.example.com/incidents/4711',
    },
  };
}

export const sampleRun: RunLog = {
  id: RUN_ID,
  number: 17,
  playbook: 'stop-compromised-user',
  status: 'failed',
  subject: { kind: 'incident', incidentId: 'i' },
  subjectDisplay: `#4711 ${HOSTILE}`,
  cause: { kind: 'rule', rule: 'compromised users' },
  summary: 'Failed at block_ip.',
  error: 'The firewall answered nonsense: <html>.',
  createdAt: '2026-03-01T03:11:58.000Z',
  startedAt: '2026-03-01T03:11:58.100Z',
  finishedAt: '2026-03-01T03:13:20.000Z',
  incident: null,
  place: null,
  steps: [
    step({ path: 'ticket', action: 'servicenow.create_incident', input: { short_description: HOSTILE }, output: { number: 'INC0010001' } }),
    step({
      path: 'disable',
      action: 'entra.disable_user',
      input: {
        user: 'alice@contoso.com',
        headers: { Authorization: 'Bearer hunter2-a' },
        list: [{ client_secret: 'hunter2-b', api_key: 'hunter2-c' }],
      },
      output: { sessionToken: 'hunter2-d', password: 'hunter2-e', monkey: 'visible' },
    }),
    step({ path: 'block_ip', action: 'paloalto.block_ip', attempt: 2, status: 'failed', error: HOSTILE, input: { ip: '203.0.113.50' } }),
    step({ path: 'note', kind: 'if', status: 'waiting', finishedAt: '' }),
  ],
  approvals: [
    {
      ...openApproval,
      votes: [{ person: 'carol', name: 'Carol Ortiz', choice: 'block', via: 'slack', at: '2026-03-01T03:13:00.000Z' }],
      decision: { outcome: 'chosen', choice: 'block', by: ['Carol Ortiz'], via: 'slack', at: '2026-03-01T03:13:00.000Z' },
    },
  ],
};

function step(changes: Partial<RunLog['steps'][number]>): RunLog['steps'][number] {
  return {
    path: 'step',
    line: 'main',
    attempt: 1,
    kind: 'action',
    action: '',
    status: 'done',
    input: null,
    output: null,
    error: '',
    startedAt: '2026-03-01T03:12:00.000Z',
    finishedAt: '2026-03-01T03:12:00.340Z',
    ...changes,
  };
}
