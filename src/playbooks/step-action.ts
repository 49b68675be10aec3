// One action step: a known action, inputs that fit it, retries and limits.

import { suggest } from '../yaml/suggest.ts';
import { parseDuration } from './duration.ts';
import { StepFormat } from './format.ts';
import { compileInputs } from './inputs.ts';
import { constantOf, type Reader } from './reader.ts';
import { DYN, outputShape, type Shape } from './shapes.ts';
import { type Built, baseOf, type Spot } from './step-base.ts';

const DEFAULT_RETRY = { attempts: 3, delay: '2s', factor: 2, max_delay: '60s' };
const DEFAULT_TIMEOUT = '60s';

export function actionStep(reader: Reader, raw: object, spot: Spot): Built | undefined {
  const parsed = reader.parse(StepFormat.action, raw, spot.path);
  if (parsed === undefined) return undefined;
  const base = baseOf(reader, parsed.when, spot);
  const action = reader.known.catalogue.get(parsed.action);
  const tolerant = parsed.on_error === 'continue';
  const path = [...spot.path, 'with'];
  const given = parsed.with ?? {};
  let inputs = constantOf(given);
  let output: Shape = DYN;
  if (action === undefined) {
    const names = reader.known.catalogue.list().map(({ name }) => name);
    reader.problem([...spot.path, 'action'], `unknown action ${parsed.action}`, suggest(parsed.action, names));
  } else {
    inputs = compileInputs(reader, given, { action, path, step: spot.path }, spot.names);
    output = outputShape(spot.id, action.output, { tolerant });
  }
  const retry = { ...DEFAULT_RETRY, ...parsed.retry };
  return {
    step: {
      ...base,
      kind: 'action',
      action: parsed.action,
      with: inputs,
      retry: {
        attempts: retry.attempts ?? DEFAULT_RETRY.attempts,
        delayMs: msOf(retry.delay ?? DEFAULT_RETRY.delay),
        factor: retry.factor ?? DEFAULT_RETRY.factor,
        maxDelayMs: msOf(retry.max_delay ?? DEFAULT_RETRY.max_delay),
      },
      timeoutMs: msOf(parsed.timeout ?? DEFAULT_TIMEOUT),
      onError: parsed.on_error ?? 'fail',
      unattended: parsed.unattended ?? '',
    },
    gives: parsed.when === undefined ? new Map([[spot.id, output]]) : new Map(),
  };
}

/** Of a text whose form was checked. */
function msOf(text: string): number {
  return parseDuration(text) ?? 0;
}
