// Deliveries of senders that repeat themselves. A delivery is remembered after it was saved, not before: a crash between the two
// lets the sender's repetition in, and receiving the same body twice changes nothing.
import type { Db } from '../store/db.ts';

export interface Deliveries {
  /** True when this delivery was taken before, on any replica. */
  wasTaken(key: string): Promise<boolean>;
  remember(key: string, options: { readonly forMs: number }): Promise<void>;
}

/** Deliveries kept in the database, by the database's clock. */
export function createDeliveries(db: Db): Deliveries {
  return {
    wasTaken: async (key) => {
      const { rowCount } = await db.query('SELECT 1 FROM delivery WHERE key = $1 AND until > clock_timestamp()', [key]);
      return (rowCount ?? 0) > 0;
    },
    remember: async (key, { forMs }) => {
      await db.query(
        `INSERT INTO delivery (key, until) VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond')
         ON CONFLICT (key) DO UPDATE SET until = excluded.until`,
        [key, forMs],
      );
    },
  };
}
