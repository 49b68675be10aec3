// The actions as the configuration gives them, for looking at: nothing is called and nothing is posted.
import { createCatalogue } from '../connectors/registry.ts';
import { createLog } from '../log.ts';
import type { ActionCatalogue } from '../model/action.ts';
import type { ChatOutbox } from '../model/chat.ts';
import type { ConnectorSettings } from '../model/settings.ts';
import type { Terminal } from './terminal.ts';

export async function listActions(connectors: ConnectorSettings, { err }: Pick<Terminal, 'err'>): Promise<ActionCatalogue> {
  return createCatalogue({ settings: connectors, chat: nowhere, log: createLog({ level: 'error', write: err }) });
}

const nowhere: ChatOutbox = { post: refusePost, update: refusePost, postIncident: refusePost };

async function refusePost(): Promise<never> {
  throw new Error('a command line that only looks was asked to post');
}
