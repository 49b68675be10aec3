// What a command of `/playbook` is and what it works with.
import type { Access } from '../../access/access.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Incidents } from '../../incidents/incidents.ts';
import type { ActionCatalogue } from '../../model/action.ts';
import type { Refusal } from '../../model/errors.ts';
import type { Actor, Person } from '../../model/person.ts';
import type { Place } from '../../model/place.ts';
import type { Playbook } from '../../model/playbook.ts';
import type { View } from '../../model/views.ts';
import type { Db } from '../../store/db.ts';
import type { Words } from '../grammar.ts';
import type { AccountLookup } from '../targets.ts';

/** The rooms that commands call. */
export interface Desk {
  readonly db: Db;
  readonly engine: Engine;
  readonly access: Access;
  readonly incidents: Incidents;
  readonly catalogue: ActionCatalogue;
  readonly accounts: AccountLookup;
  readonly playbooks: () => ReadonlyMap<string, Playbook>;
  /** A link to the run's log for this person alone. */
  readonly runLogUrl: (runId: string, personId: string) => Promise<string>;
}

/** Who asked, where, with what. The person is identified and the words are split. */
export interface Asked {
  readonly person: Person;
  readonly actor: Actor;
  readonly place: Place;
  readonly words: Words;
}

export interface Said {
  readonly visibility: 'private' | 'public';
  readonly view: View;
}

export interface ChatCommand {
  readonly name: string;
  /** `run <playbook> <target> [name=value ...]`. */
  readonly usage: string;
  readonly summary: string;
  run(desk: Desk, asked: Asked): Promise<Said | Refusal>;
}
