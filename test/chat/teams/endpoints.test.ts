// Which addresses may be called with the bot's token, and where keys and tokens come from.
import { describe, expect, it } from 'vitest';
import { endpointsOf } from '../../../src/chat/teams/endpoints.ts';
import type { TeamsSettings } from '../../../src/model/settings.ts';

const settings: TeamsSettings = {
  appId: '00000000-0000-0000-0000-000000000001',
  appPassword: 'secret',
  appTenant: '00000000-0000-0000-0000-000000000002',
  tenants: ['00000000-0000-0000-0000-000000000002'],
  serviceHosts: ['smba.trafficmanager.net', 'smba.infra.gcc.teams.microsoft.com'],
  ssoManagedTenants: [],
  issuer: null,
};
const onLoopback = { ...settings, serviceHosts: ['127.0.0.1:4000'] };
const standIn = { openIdMetadataUrl: 'http://127.0.0.1:4000/openid', loginUrl: 'http://127.0.0.1:4000/login/', allowHttp: true };

describe('a service address', () => {
  it.each([
    'https://smba.trafficmanager.net/teams/',
    'https://smba.trafficmanager.net/emea/00000000-0000-0000-0000-000000000002/',
    'https://SMBA.trafficmanager.net',
    'https://smba.infra.gcc.teams.microsoft.com/teams',
  ])('%s may be called', (url) => {
    expect(endpointsOf(settings).mayCall(url)).toBe(true);
  });

  it.each([
    'http://smba.trafficmanager.net/teams/',
    'https://smba.trafficmanager.net:8443/teams/',
    'https://user:password@smba.trafficmanager.net/teams/',
    'https://user@smba.trafficmanager.net/teams/',
    'https://smba.trafficmanager.net.example.net/teams/',
    'https://smba.trafficmanager.net@example.net/teams/',
    'https://example.net/smba.trafficmanager.net',
    'https://example.net#smba.trafficmanager.net',
    'ftp://smba.trafficmanager.net/',
    '//smba.trafficmanager.net/',
    'http://127.0.0.1:4000/teams/',
    '',
  ])('%j may not', (url) => {
    expect(endpointsOf(settings).mayCall(url)).toBe(false);
  });

  it('without encryption may be called on loopback alone, and for a stand-in alone', () => {
    expect(endpointsOf({ ...onLoopback, issuer: standIn }).mayCall('http://127.0.0.1:4000/teams/')).toBe(true);
    expect(endpointsOf(onLoopback).mayCall('http://127.0.0.1:4000/teams/')).toBe(false);
    expect(endpointsOf({ ...settings, issuer: standIn }).mayCall('http://smba.trafficmanager.net/teams/')).toBe(false);
  });
});

describe('the addresses', () => {
  it('are those of the public cloud, with the tenant of the app', () => {
    expect(endpointsOf(settings)).toMatchObject({
      openIdMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
      loginUrl: `https://login.microsoftonline.com/${settings.appTenant}`,
      defaultServiceUrl: 'https://smba.trafficmanager.net/teams/',
    });
  });

  it('of a stand-in replace them', () => {
    expect(endpointsOf({ ...onLoopback, issuer: standIn })).toMatchObject({
      openIdMetadataUrl: standIn.openIdMetadataUrl,
      loginUrl: `http://127.0.0.1:4000/login/${settings.appTenant}`,
      defaultServiceUrl: 'http://127.0.0.1:4000/teams/',
    });
  });
});
