// What an issuer remembers, in memory only: when the lab stops, nothing of it is left.

interface Entry {
  readonly payload: Record<string, unknown>;
  /** UTC milliseconds; Infinity for clients. */
  readonly expires: number;
}

/** More than a practice company ever needs; a flood of registrations ends here instead of in the memory. */
const MOST = 20_000;

export interface StoreRoom {
  destroy(id: string): Promise<void>;
  consume(id: string): Promise<void>;
  find(id: string): Promise<Record<string, unknown> | undefined>;
  findByUid(uid: string): Promise<Record<string, unknown> | undefined>;
  findByUserCode(code: string): Promise<Record<string, unknown> | undefined>;
  upsert(id: string, payload: Record<string, unknown>, seconds?: number): Promise<void>;
  revokeByGrantId(grantId: string): Promise<void>;
}

/** @returns a room of the store by the name of what it keeps (`AccessToken`, `Client`, …). */
export function createStore(): (model: string) => StoreRoom {
  const entries = new Map<string, Entry>();
  const alive = (key: string): Record<string, unknown> | undefined => {
    const entry = entries.get(key);
    if (entry && entry.expires > Date.now()) return entry.payload;
    entries.delete(key);
    return undefined;
  };
  const where = (
    model: string,
    field: string,
    value: string,
  ): Record<string, unknown> | undefined => {
    for (const [key, entry] of entries) {
      if (key.startsWith(`${model}:`) && entry.payload[field] === value) return alive(key);
    }
    return undefined;
  };

  return (model) => ({
    destroy: async (id) => {
      entries.delete(`${model}:${id}`);
    },
    consume: async (id) => {
      const found = alive(`${model}:${id}`);
      if (found) found["consumed"] = Math.floor(Date.now() / 1000);
    },
    find: async (id) => alive(`${model}:${id}`),
    findByUid: async (uid) => where(model, "uid", uid),
    findByUserCode: async (code) => where(model, "userCode", code),
    upsert: async (id, payload, seconds) => {
      if (entries.size >= MOST) {
        for (const key of entries.keys()) alive(key);
        if (entries.size >= MOST) throw new Error("the practice issuer keeps no more");
      }
      const expires = seconds === undefined ? Infinity : Date.now() + seconds * 1000;
      entries.set(`${model}:${id}`, { payload, expires });
    },
    revokeByGrantId: async (grantId) => {
      for (const [key, entry] of entries) {
        if (entry.payload["grantId"] === grantId) entries.delete(key);
      }
    },
  });
}
