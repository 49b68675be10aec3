// The one app registration that the stand-ins know. Invented values: they open nothing but the sandbox.

export const TENANT = '99999999-8888-4777-8666-555555555555';
export const TENANT_DOMAIN = 'contoso.com';
export const CLIENT_ID = '5b0c6f1e-2a3d-4e5f-8a9b-0c1d2e3f4a5b';
export const CLIENT_SECRET = 'sandbox-client-secret';
/** Object id of the app's service principal: the author of what it writes. */
export const APP_OBJECT_ID = '6c1d7a2f-3b4e-4f60-9bac-1d2e3f405162';
