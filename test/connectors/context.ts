// What the engine would tell an action, for calling one directly.
import { createHash, randomUUID } from 'node:crypto';
import type { ActionContext } from '../../src/model/action.ts';
import type { ChatOutbox } from '../../src/model/chat.ts';
import type { Incident } from '../../src/model/incident.ts';
import { quietLog } from '../support/quiet-log.ts';

export function contextOf(more: Partial<ActionContext> = {}): ActionContext {
  return {
    key: createHash('sha256').update(randomUUID()).digest('hex'),
    repeated: false,
    signal: AbortSignal.timeout(20_000),
    run: { id: randomUUID(), number: 17, playbook: 'stop-compromised-user', url: 'https://picket.example.com/runs/17' },
    incident: null,
    place: null,
    log: quietLog,
    ...more,
  };
}

/** An incident as a run holds it, known by its ARM id. */
export function incidentOf(armId: string): Incident {
  return {
    id: randomUUID(),
    source: 'sentinel',
    key: armId.toLowerCase(),
    armId,
    number: 4711,
    etag: '',
    title: 'Impossible travel',
    description: '',
    severity: 'High',
    status: 'New',
    classification: '',
    classificationReason: '',
    classificationComment: '',
    owner: null,
    tags: [],
    tactics: [],
    techniques: [],
    productNames: [],
    providerName: '',
    analyticRuleIds: [],
    url: '',
    createdTime: '',
    lastModifiedTime: '',
    firstActivityTime: '',
    lastActivityTime: '',
    alerts: [],
    alertsCount: 0,
    entities: [],
  };
}

/** Fails on every call: for tests in which nothing is said in chat. */
export const silentChat: ChatOutbox = {
  post: () => Promise.reject(new Error('nothing was to be posted')),
  update: () => Promise.reject(new Error('nothing was to be updated')),
  postIncident: () => Promise.reject(new Error('no card was to be posted')),
};

/** Short limits, so that failures are seen soon. */
export const QUICK = { attemptMs: 400, retries: 2, pauseMs: 5, maxPauseMs: 2000, breakAfter: 20, breakMs: 300, followMs: 60, lookMs: 20 };
