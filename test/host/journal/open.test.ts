import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { CallRow } from "../../../electron/core/journal.ts";
import { connect } from "../../../electron/host/journal/connection.ts";
import { callId, ended, eventually, folder, intent, opened } from "./kit.ts";

describe("a record", () => {
  test("is kept as it was given, and its outcome joins it", async () => {
    const file = path.join(folder(), "journal.db");
    const journal = opened(file);
    const record = intent(1, { account: "ann@example.org", rules: ["r1", "r2"], tenant: "work" });
    await journal.intent(record);
    expect(journal.get(record.id)).toEqual({
      ...record,
      seq: 1,
      outcome: "pending",
      code: null,
      rpcCode: null,
      httpStatus: null,
      detail: null,
      resultBytes: 0,
      firstByteMs: null,
      totalMs: null,
      evidence: null,
      count: 1,
    });
    const end = ended({ outcome: "rpc-error", rpcCode: -32_601, detail: "no such tool" });
    journal.end(record.id, end);
    journal.close();
    const again = opened(file);
    expect(again.get(record.id)).toEqual({ ...record, ...end, seq: 1, count: 1 });
    expect(again.get("call_unknown0")).toBeUndefined();
    expect(again.count()).toBe(1);
    expect(again.lastSeen("agt_0000000001")).toBe(record.at);
    expect(again.lastSeen("agt_0000000002")).toBeNull();
  });

  test("is one row whatever a field holds: newline, ANSI, bidi, NUL, quotes, lone surrogate", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    const hostile = [
      'x\n{"outcome":"ok","tool":"forged"}',
      "x\r\n2026-11-24 ok forged",
      "\u001b[2J\u001b[31mred\u001b]0;title\u0007",
      "\u202eexe.txt\u2066\u2069",
      "visible\0hidden",
      "'); DROP TABLE calls; --",
      '" OR words MATCH "x',
      "\u2028\u2029\u0085",
      "=cmd|' /C calc'!A0",
      "\ud800",
      "\ue000o0123456789abcdef01234567",
    ];
    for (const [n, text] of hostile.entries()) {
      const given = { tool: text, agentName: text, input: JSON.stringify({ text }), method: text };
      await journal.intent(intent(n, given));
      journal.end(callId(n), ended({ outcome: "failed", detail: text }));
    }
    journal.flush();
    expect(journal.count()).toBe(hostile.length);
    for (const [n, text] of hostile.entries()) {
      const row = journal.get(callId(n));
      // A NUL is shown by its sign, never an end of the text; UTF-8 has no lone surrogates.
      const kept = text.replace("\0", "\u2400").replace("\ud800", "\ufffd");
      expect([row?.tool, row?.agentName, row?.method, row?.detail]).toEqual([
        kept,
        kept,
        kept,
        kept,
      ]);
      const found = journal.search({ tool: text.replace("\0", "\u2400"), limit: 10 });
      if (text !== "\ud800") expect(found.rows.map((one) => one.id)).toEqual([callId(n)]);
    }
  });

  test("is cut where it is longer than the journal holds, between characters", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    await journal.intent(intent(1, { input: `"${"é".repeat(20_000)}"`, tool: "t".repeat(5000) }));
    journal.end(callId(1), ended({ outcome: "failed", detail: "日本".repeat(1000) }));
    journal.flush();
    const row = journal.get(callId(1));
    expect(row?.input).toBe(`"${"é".repeat(8191)}`);
    expect(row?.inputCut).toBe(true);
    expect(row?.tool).toHaveLength(1024);
    expect(row?.detail).toBe("日本".repeat(170) + "日");
  });

  test("keeps the agent's own certificate, and is found by its subject and thumbprint", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    const thumbprint = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2";
    const agentCertificate = { subject: "CN=nightly-report,O=Acme", thumbprint };
    await journal.intent(intent(1, { authMethod: "certificate", agentCertificate }));
    await journal.intent(intent(2));
    expect(journal.get(callId(1))?.agentCertificate).toEqual(agentCertificate);
    expect(journal.get(callId(2))?.agentCertificate).toBeNull();
    for (const text of ["nightly-report", thumbprint]) {
      const { rows } = journal.search({ text, limit: 10 });
      expect(rows.map(({ id }) => id)).toEqual([callId(1)]);
    }
  });

  test("that cannot be stored is refused alone; the others of its group are kept", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    const results = await Promise.allSettled([
      journal.intent(intent(1)),
      journal.intent(intent(1)),
      journal.intent(intent(2, { at: Number.NaN })),
      journal.intent(intent(3)),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      "fulfilled",
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    expect(results[1]).toMatchObject({ reason: { code: "journal_unwritable" } });
    expect(journal.count()).toBe(2);
    expect(journal.trouble()).toBeNull();
  });
});

describe("an outcome", () => {
  test("may be told before its intent is written, and the first one stands", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    const written = Array.from({ length: 700 }, async (_, n) => journal.intent(intent(n)));
    for (let n = 0; n < 700; n++) {
      journal.end(callId(n), ended({ outcome: "denied", code: "call_denied" }));
    }
    await Promise.all(written);
    journal.flush();
    journal.end(callId(5), ended());
    journal.flush();
    expect(journal.search({ outcome: ["denied"], limit: 1 }).matched).toBe(700);
    expect(journal.get(callId(5))?.outcome).toBe("denied");
  });

  test("is written without a flush within a moment, and for an unknown call does nothing", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    await journal.intent(intent(1));
    journal.end("call_nobody000", ended());
    journal.end(callId(1), ended());
    await eventually(() => journal.get(callId(1))?.outcome === "ok");
    expect(journal.count()).toBe(1);
  });
});

describe("the file", () => {
  test.skipIf(process.platform === "win32")("is private, with its side files", async () => {
    const dir = folder();
    const file = path.join(dir, "journal.db");
    fs.writeFileSync(file, "", { mode: 0o644 });
    const journal = opened(file);
    await journal.intent(intent(1));
    const modes = fs.readdirSync(dir).map((name) => fs.statSync(path.join(dir, name)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  });

  test("syncs every commit that a call waits for, also after the index was written without", async () => {
    const file = path.join(folder(), "journal.db");
    const connection = connect(file);
    const setting = (name: string): unknown => connection.prepare(`PRAGMA ${name}`).get()?.[name];
    expect(setting("journal_mode")).toBe("wal");
    // 2 is FULL: the log is synced at every commit (https://sqlite.org/pragma.html#pragma_synchronous).
    let during: unknown;
    expect(setting("synchronous")).toBe(2);
    connection.transaction(false, () => void (during = setting("synchronous")));
    expect(during).toBe(1);
    const failing = (): void => connection.transaction(false, () => connection.prepare("nonsense"));
    expect(failing).toThrow();
    connection.transaction(true, () => void (during = setting("synchronous")));
    expect(during).toBe(2);
    connection.close();
  });
});

describe("closing", () => {
  test("writes what waits, refuses what comes later, and may happen twice", async () => {
    const file = path.join(folder(), "journal.db");
    const journal = opened(file);
    const first = journal.intent(intent(1));
    journal.end(callId(1), ended());
    journal.close();
    journal.close();
    await first;
    await expect(journal.intent(intent(2))).rejects.toMatchObject({ code: "journal_unwritable" });
    expect(opened(file).get(callId(1))?.outcome).toBe("ok");
  });
});

describe("watching", () => {
  test("tells rows in groups after they are written; who throws or left hurts nobody", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    const seen: CallRow[][] = [];
    const stopped: unknown[] = [];
    journal.watch(() => {
      throw new Error("a broken listener");
    });
    journal.watch((rows) => void seen.push([...rows]));
    journal.watch((rows) => void stopped.push(rows))();
    await Promise.all([journal.intent(intent(1)), journal.intent(intent(2))]);
    expect(seen).toEqual([]);
    await eventually(() => seen.length === 1);
    expect(seen[0]?.map((row) => [row.seq, row.outcome])).toEqual([
      [1, "pending"],
      [2, "pending"],
    ]);
    journal.end(callId(2), ended());
    await eventually(() => seen.length === 2);
    expect(seen[1]?.map((row) => [row.seq, row.outcome])).toEqual([[2, "ok"]]);
    expect(stopped).toEqual([]);
  });
});
