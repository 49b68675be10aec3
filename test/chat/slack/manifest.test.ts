// The manifest an operator pastes into Slack names exactly what the code listens to and calls.
import { existsSync, readFileSync } from 'node:fs';
import type { AppsManifestValidateArguments } from '@slack/web-api';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { BOT_EVENTS, BOT_SCOPES, COMMANDS, PATHS } from '../../../src/chat/slack/registration.ts';

const PUBLIC_URL = 'https://picket.example.com';
const text = readFileSync(new URL('../../../manifests/slack/manifest.yaml', import.meta.url), 'utf8').replaceAll(
  '{{publicUrl}}',
  PUBLIC_URL,
);
const manifest: unknown = parse(text);
const schemas = new URL('../../../../shared/specs/schemas/slack/manifest/', import.meta.url);

const Shape = z.looseObject({
  features: z.looseObject({
    slash_commands: z.array(
      z.looseObject({ command: z.string(), url: z.string(), description: z.string().max(2_000), usage_hint: z.string().max(1_000) }),
    ),
  }),
  oauth_config: z.object({ redirect_urls: z.array(z.string()), scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.looseObject({
    event_subscriptions: z.object({ request_url: z.string(), bot_events: z.array(z.string()) }),
    interactivity: z.object({ is_enabled: z.literal(true), request_url: z.string() }),
  }),
});

// A scope or an event that Slack does not know does not compile.
const known = {
  scopes: BOT_SCOPES,
  events: BOT_EVENTS,
} satisfies { scopes: readonly Scope[]; events: readonly BotEvent[] };
type Manifest = AppsManifestValidateArguments['manifest'];
type Scope = NonNullable<NonNullable<NonNullable<Manifest['oauth_config']>['scopes']>['bot']>[number];
type BotEvent = NonNullable<NonNullable<NonNullable<Manifest['settings']>['event_subscriptions']>['bot_events']>[number];

describe('the Slack manifest', () => {
  const given = Shape.parse(manifest);

  it('asks for the scopes the code needs, and no other', () => {
    expect([...given.oauth_config.scopes.bot].sort()).toEqual([...known.scopes].sort());
  });

  it('has every command and event of the code, at the paths of the code', () => {
    const events = `${PUBLIC_URL}${PATHS.events}`;
    expect(given.features.slash_commands.map(({ command, url }) => ({ command, url }))).toEqual(
      COMMANDS.map((name) => ({ command: `/${name}`, url: events })),
    );
    expect([...given.settings.event_subscriptions.bot_events].sort()).toEqual([...known.events].sort());
    expect([given.settings.event_subscriptions.request_url, given.settings.interactivity.request_url]).toEqual([events, events]);
    expect(given.oauth_config.redirect_urls).toEqual([`${PUBLIC_URL}${PATHS.redirect}`]);
  });

  it('leaves no placeholder but publicUrl', () => {
    expect(text).not.toContain('{{');
  });

  it.skipIf(!existsSync(schemas))('is valid by the published schema (skipped without ../shared/specs)', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync(new URL('manifest.schema.1.0.0.json', schemas), 'utf8')));
    expect(validate(manifest), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...Shape.parse(manifest), display_information: { name: 'x'.repeat(36) } })).toBe(false);
  });
});
