// What every connector promises, whatever it speaks to. A connector's tests call `describeConnector` with a world to break.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCatalogue } from '../../src/connectors/registry.ts';
import type { ActionContext } from '../../src/model/action.ts';
import { ActionError } from '../../src/model/errors.ts';
import type { ConnectorSettings } from '../../src/model/settings.ts';
import { contextOf, QUICK, silentChat } from '../connectors/context.ts';
import { quietLog } from '../support/quiet-log.ts';

/** Ways in which an outside system fails. Each holds until the world is closed, unless it says otherwise. */
export interface Faults {
  /** The next call is answered "too fast, wait so many seconds"; absent where the protocol has no such answer. */
  tooFast?(seconds: number): void;
  /** "Not now." */
  unavailable(): void;
  /** No answer. */
  silent(): void;
  /** An answer of something else altogether. */
  nonsense(): void;
  /** The next call with effect is done, but its answer never arrives. */
  loseAnswer(): void;
}

export interface ConnectorWorld {
  readonly settings: ConnectorSettings;
  /** What the engine would tell the action, where that depends on the world. */
  readonly context?: Partial<ActionContext>;
  /** Instead of the sample's input, where that depends on the world. */
  readonly input?: Readonly<Record<string, unknown>>;
  readonly faults: Faults;
  /** Calls that reached it or were to reach it, sign-in aside. */
  attempts(): number;
  /** How many effects stand in the target: tickets, comments, mails, blocks. */
  effects(): Promise<number> | number;
  close(): Promise<void>;
}

export interface ConnectorSample {
  readonly connector: string;
  /** An action with an effect, and what to call it with. */
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  open(): Promise<ConnectorWorld>;
}

/** Everything of one connector that is the same for all. */
export function describeConnector(sample: ConnectorSample): void {
  const { connector, action: name, input } = sample;

  describe(`${connector} as a connector (${name})`, () => {
    let world: ConnectorWorld;
    beforeEach(async () => {
      world = await sample.open();
    });
    afterEach(() => world.close());

    const run = async (more: Partial<ActionContext> = {}, settings = world.settings): Promise<Record<string, unknown>> => {
      const catalogue = await createCatalogue({ settings, chat: silentChat, log: quietLog, timing: QUICK });
      const action = catalogue.get(name);
      if (action === undefined) throw new Error(`${name} is not in the catalogue`);
      return action.run(world.input ?? input, contextOf({ ...world.context, ...more }));
    };

    it('is listed without settings, says which are missing, and fails with the same words', async () => {
      const catalogue = await createCatalogue({ settings: NOTHING, chat: silentChat, log: quietLog });
      expect(catalogue.list().map((action) => action.name)).toContain(name);
      const reason = catalogue.unavailable(name);
      expect(reason).toMatch(/is not configured: set ([A-Z]+_[A-Z_]+|http\.)/);
      await expect(run({}, NOTHING)).rejects.toMatchObject({ code: 'action', retryable: false });
    });

    it('is available with settings and has one effect', async () => {
      const catalogue = await createCatalogue({ settings: world.settings, chat: silentChat, log: quietLog });
      expect(catalogue.unavailable(name)).toBe('');
      await run();
      expect(await world.effects()).toBe(1);
    });

    it('says before what it will do, in one line', async () => {
      const catalogue = await createCatalogue({ settings: NOTHING, chat: silentChat, log: quietLog });
      const line = catalogue.get(name)?.describe(input) ?? '';
      expect(line).toMatch(/^[A-Z][^\n]{5,200}$/);
    });

    it('waits as long as it is told when it is too fast', async ({ skip }) => {
      if (world.faults.tooFast === undefined) return skip('this protocol has no answer that names a time');
      world.faults.tooFast(1);
      const started = performance.now();
      await run();
      expect(performance.now() - started).toBeGreaterThanOrEqual(950);
      expect(await world.effects()).toBe(1);
    });

    it('gives up on a system that is not available, with a reason and without an effect', async () => {
      world.faults.unavailable();
      const error = await failure(run());
      expect(error.retryable).toBe(true);
      expectReadable(error);
      expect(world.attempts()).toBeLessThanOrEqual(QUICK.retries + 1);
    });

    it('does not wait for ever on a system that is silent', async () => {
      world.faults.silent();
      const started = performance.now();
      expectReadable(await failure(run()));
      expect(performance.now() - started).toBeLessThan(6 * QUICK.attemptMs);
    });

    it('does not stumble over nonsense', async () => {
      world.faults.nonsense();
      const error = await failure(run());
      expect(error.connector).toMatch(/^[a-z]+$/);
      expectReadable(error);
    });

    it('has one effect when the answer was lost and the step is repeated', async () => {
      const { key } = contextOf();
      world.faults.loseAnswer();
      await run({ key }).catch((error: unknown) => {
        if (!(error instanceof ActionError)) throw error;
      });
      await run({ key, repeated: true });
      expect(await world.effects()).toBe(1);
    });

    it('has one effect when the process died after the answer and the step is repeated', async () => {
      const { key } = contextOf();
      await run({ key });
      await run({ key, repeated: true });
      expect(await world.effects()).toBe(1);
    });

    it('stops when the run is cancelled', async () => {
      world.faults.silent();
      const stop = new AbortController();
      const running = failure(run({ signal: stop.signal }));
      setTimeout(() => stop.abort(), 50);
      const started = performance.now();
      const error = await running;
      expect(performance.now() - started).toBeLessThan(QUICK.attemptMs);
      expect(error.message).toMatch(/stopped/);
      expect(error.retryable).toBe(false);
    });
  });
}

const NOTHING: ConnectorSettings = {
  azure: null,
  sentinel: null,
  entra: null,
  defender: null,
  servicenow: null,
  paloalto: null,
  email: null,
  http: { allowedHosts: [], allowedPrivateHosts: [] },
};

async function failure(work: Promise<unknown>): Promise<ActionError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ActionError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** On a card: one sentence or a few, no stack, no markup of a proxy's error page. */
function expectReadable(error: ActionError): void {
  expect(error.message).toMatch(/^\S.{10,600}$/s);
  expect(error.message).not.toMatch(/\n\s+at |undefined|\[object|<html/i);
}
