// Clients are built when an action first needs them, so that what is not used costs no memory and what is not configured only fails its own actions.
import { ActionError } from '../model/errors.ts';

/** Gives the client, built once. Throws ActionError when its connector is not configured. */
export type Lazy<T> = () => T;

export function lazily<T>(build: () => T): Lazy<T> {
  let built: { readonly value: T } | undefined;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}

/** Stands for the client of a connector that is not configured. */
export function missing(connector: string, reason: string): Lazy<never> {
  return () => {
    throw new ActionError(reason, { connector });
  };
}
