// The saved bindings between platform accounts and people. Each change and its audit event commit together.
import { recordAudit } from '../audit/audit.ts';
import type { Actor } from '../model/person.ts';
import type { Db, Store } from '../store/db.ts';

/** An account, as a platform's verified token names it. */
export type Account = Pick<Actor, 'platform' | 'tenant' | 'user'>;

/** Somebody's e-mail address says that this account is theirs; an admin may confirm it. */
export interface Proposal extends Account {
  /** Id of the person. */
  readonly person: string;
  /** ISO UTC. */
  readonly at: string;
}

interface Row {
  readonly platform: 'slack' | 'teams';
  readonly tenant: string;
  readonly user_id: string;
  readonly person: string;
  readonly status: 'proposed' | 'bound';
  readonly by: string;
  readonly at: Date;
}

/** What made a binding without a person: the organisation's own directory vouches for the address. */
export const BY_SSO = 'sso';

/** Id of the person an account is bound to and by what, or null. */
export async function boundTo(db: Db, account: Account): Promise<{ readonly person: string; readonly by: string } | null> {
  const { rows } = await db.query<Row>(
    `SELECT person, by FROM identity WHERE platform = $1 AND tenant = $2 AND user_id = $3 AND status = 'bound'`,
    key(account),
  );
  return rows[0] ?? null;
}

/** The accounts bound to a person. */
export async function accountsOf(db: Db, person: string): Promise<readonly (Account & { readonly by: string })[]> {
  const { rows } = await db.query<Row>(
    `SELECT platform, tenant, user_id, by FROM identity WHERE person = $1 AND status = 'bound' ORDER BY platform, tenant, user_id`,
    [person],
  );
  return rows.map(({ platform, tenant, user_id, by }) => ({ platform, tenant, user: user_id, by }));
}

/** Binds on the word of the directory, unless an admin has bound the account meanwhile. */
export async function bindBySso(store: Store, account: Account, person: string): Promise<void> {
  await store.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `INSERT INTO identity (platform, tenant, user_id, person, status, by) VALUES ($1, $2, $3, $4, 'bound', $5)
       ON CONFLICT (platform, tenant, user_id) DO UPDATE SET person = $4, status = 'bound', by = $5, at = now()
       WHERE identity.status = 'proposed'`,
      [...key(account), person, BY_SSO],
    );
    if (rowCount === 1) await recordAudit(tx, { kind: 'identity bound', who: BY_SSO, what: { ...plain(account), person } });
  });
}

/** Leaves a proposal for an admin; repeated by the same account it is one. What is bound by a person stays. */
export async function propose(store: Store, account: Account, person: string): Promise<void> {
  await store.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `INSERT INTO identity (platform, tenant, user_id, person, status, by) VALUES ($1, $2, $3, $4, 'proposed', 'e-mail')
       ON CONFLICT (platform, tenant, user_id) DO UPDATE SET person = $4, status = 'proposed', by = 'e-mail', at = now()
       WHERE (identity.status = 'proposed' AND identity.person <> $4) OR (identity.status = 'bound' AND identity.by = $5)`,
      [...key(account), person, BY_SSO],
    );
    if (rowCount === 1) await recordAudit(tx, { kind: 'identity proposed', who: account.user, what: { ...plain(account), person } });
  });
}

/** Makes a proposal a binding; false when it is not there any more as it was shown. */
export async function accept(store: Store, proposal: Account & { readonly person: string }, admin: string): Promise<boolean> {
  return store.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `UPDATE identity SET status = 'bound', by = $5, at = now()
       WHERE platform = $1 AND tenant = $2 AND user_id = $3 AND person = $4 AND status = 'proposed'`,
      [...key(proposal), proposal.person, admin],
    );
    if (rowCount !== 1) return false;
    await recordAudit(tx, { kind: 'identity bound', who: admin, what: { ...plain(proposal), person: proposal.person } });
    return true;
  });
}

/** What waits for an admin, oldest first. */
export async function openProposals(db: Db): Promise<readonly Proposal[]> {
  const { rows } = await db.query<Row>(
    `SELECT platform, tenant, user_id, person, at FROM identity WHERE status = 'proposed' ORDER BY at, platform, tenant, user_id`,
  );
  return rows.map(({ platform, tenant, user_id, person, at }) => ({ platform, tenant, user: user_id, person, at: at.toISOString() }));
}

function key({ platform, tenant, user }: Account): readonly string[] {
  return [platform, tenant, user];
}

function plain({ platform, tenant, user }: Account): Record<string, string> {
  return { platform, tenant, user };
}
