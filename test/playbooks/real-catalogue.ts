// The actions as main has them, with nothing configured: for checking playbooks, not for calling.
import { createCatalogue } from '../../src/connectors/registry.ts';
import type { ActionCatalogue } from '../../src/model/action.ts';
import { quietLog } from '../support/quiet-log.ts';

export async function realCatalogue(): Promise<ActionCatalogue> {
  const connectors = { azure: null, sentinel: null, entra: null, defender: null, servicenow: null, paloalto: null, email: null };
  const unused = (): Promise<never> => Promise.reject(new Error('not called'));
  return createCatalogue({
    settings: { ...connectors, http: { allowedHosts: [], allowedPrivateHosts: [] } },
    chat: { post: unused, update: unused, postIncident: unused },
    log: quietLog,
  });
}
