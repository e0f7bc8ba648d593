// The rules of both generations without a process: what goes where.
import { describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { createBackoff } from "../../../electron/core/stdio/backoff.ts";
import { legacyRouter } from "../../../electron/core/stdio/legacy.ts";
import { modernRouter } from "../../../electron/core/stdio/modern.ts";
import { encode } from "../../../electron/core/stdio/pieces.ts";
import type { Actions, Router } from "../../../electron/core/stdio/router.ts";
import { skim } from "../../../electron/core/stdio/skim.ts";

/** Actions as text: `child …`, `3 …`, `3! …` where the stream ends after it, `3 end`. */
const told = (actions: Actions): string[] =>
  actions.map((a) => {
    const text = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces).toString();
    if (a.to === "child") return `child ${text(a.line)}`;
    if (a.to === "agent") return `${a.stream}${a.last ? "!" : ""} ${text(a.message)}`;
    return a.to === "end" ? `${a.stream} end` : `report ${a.reason}`;
  });

function drive(router: Router) {
  const message = (body: string) => {
    const read = skim(encode(body));
    if (read === null) throw new Error(body);
    return read;
  };
  return {
    open: (id: number, body: string, many = true) =>
      told(router.open({ id, many }, message(body), encode(body))),
    pass: (body: string) => told(router.pass(message(body), encode(body))),
    line: (body: string) => told(router.line(encode(body))),
    listen: (id: number) => told(router.listen({ id, many: true })),
    gone: (id: number) => told(router.gone(id)),
  };
}

const note = (n: number) => `{"method":"notifications/message","params":{"n":${n}}}`;

describe("legacy", () => {
  it("sends what is unasked for on the GET stream, else on the oldest POST, never on two", () => {
    const at = drive(legacyRouter());
    at.open(1, '{"id":1,"method":"a"}');
    at.open(2, '{"id":2,"method":"b"}');
    expect(at.line(note(1))).toEqual([`1 ${note(1)}`]);
    at.listen(3);
    expect(at.line(note(2))).toEqual([`3 ${note(2)}`]);
    at.gone(3);
    expect(at.line('{"id":1,"result":{}}')).toEqual(['1! {"id":1,"result":{}}']);
    expect(at.line(note(3))).toEqual([`2 ${note(3)}`]);
  });

  it("sends progress on the stream of the request that named the token", () => {
    const at = drive(legacyRouter());
    at.listen(9);
    at.open(1, '{"id":1,"method":"a","params":{"_meta":{"progressToken":"t"}}}');
    const progress = '{"method":"notifications/progress","params":{"progressToken":"t"}}';
    expect(at.line(progress)).toEqual([`1 ${progress}`]);
  });

  it("keeps what has no stream, drops the oldest notifications, and refuses requests at the limit", () => {
    const at = drive(legacyRouter());
    for (let i = 0; i < 300; i++) expect(at.line(note(i))).toEqual([]);
    for (let i = 0; i < 256; i++) expect(at.line(`{"id":${i},"method":"ask"}`)).toEqual([]);
    expect(at.line('{"id":"x","method":"ask"}')[0]).toMatch(/^child .*"id":"x","error"/);
    expect(at.line(note(1))).toEqual([]);
    const flushed = at.listen(1);
    expect(flushed).toHaveLength(256);
    expect(flushed.every((line) => line.includes('"ask"'))).toBe(true);
  });

  it("flushes what was kept onto the next POST before its own answer", () => {
    const at = drive(legacyRouter());
    at.line(note(1));
    expect(at.open(4, '{"id":1,"method":"a"}', false)).toEqual(['child {"id":1,"method":"a"}']);
    expect(at.open(5, '{"id":2,"method":"a"}')).toEqual([
      `5 ${note(1)}`,
      'child {"id":2,"method":"a"}',
    ]);
  });

  it("does not take a closed stream for a cancellation, and gives its late answer to nobody", () => {
    const at = drive(legacyRouter());
    at.open(1, '{"id":1,"method":"a"}');
    expect(at.gone(1)).toEqual([]);
    expect(() => at.open(2, '{"id":1,"method":"b"}')).toThrow(Refusal);
    expect(at.line('{"id":1,"result":{}}')).toEqual([]);
    expect(at.open(3, '{"id":1,"method":"b"}')).toHaveLength(1);
  });

  it("ends the stream of a cancelled request", () => {
    const at = drive(legacyRouter());
    at.open(1, '{"id":"q","method":"a"}');
    const cancel = '{"method":"notifications/cancelled","params":{"requestId":"q"}}';
    expect(at.pass(cancel)).toEqual([`child ${cancel}`, "1 end"]);
    expect(at.line('{"id":"q","result":{}}')).toEqual([]);
  });

  it('tells 1 from "1"', () => {
    const at = drive(legacyRouter());
    at.open(1, '{"id":1,"method":"a"}');
    at.open(2, '{"id":"1","method":"a"}');
    expect(at.line('{"id":"1","result":{}}')).toEqual(['2! {"id":"1","result":{}}']);
  });

  it("replaces an older GET stream", () => {
    const at = drive(legacyRouter());
    at.listen(1);
    expect(at.listen(2)).toEqual(["1 end"]);
    at.gone(1);
    expect(at.line(note(1))).toEqual([`2 ${note(1)}`]);
  });
});

describe("modern", () => {
  it("cancels only where the id names one request", () => {
    const at = drive(modernRouter());
    at.open(1, '{"id":5,"method":"a"}');
    at.open(2, '{"id":5,"method":"b"}');
    const cancel = '{"method":"notifications/cancelled","params":{"requestId":5}}';
    expect(at.pass(cancel)).toEqual([]);
    at.line('{"id":1,"result":{}}');
    expect(at.pass(cancel)).toEqual([
      'child {"method":"notifications/cancelled","params":{"requestId":2}}',
      "2 end",
    ]);
  });

  it("restores the subscription id in what a subscription brings, and in its end", () => {
    const at = drive(modernRouter());
    at.open(1, '{"id":"sub","method":"subscriptions/listen"}');
    const key = '"io.modelcontextprotocol/subscriptionId"';
    const event = (id: string) => `{"method":"notifications/x","params":{"_meta":{${key}:${id}}}}`;
    expect(at.line(event("1"))).toEqual([`1 ${event('"sub"')}`]);
    const end = (id: string) => `{"id":${id},"result":{"_meta":{${key}:${id}}}}`;
    expect(at.line(end("1"))).toEqual([`1! ${end('"sub"')}`]);
  });

  it("drops what belongs to no open request, and cancels once", () => {
    const at = drive(modernRouter());
    at.open(1, '{"id":1,"method":"a"}');
    expect(at.gone(1)[0]).toContain('"requestId":1');
    expect(at.gone(1)).toEqual([]);
    expect(at.line('{"id":1,"result":{}}')).toEqual([]);
    expect(at.line(note(1))).toEqual([]);
  });

  it("answers a probe for a process that ended because of it, and nothing else", () => {
    const probing = modernRouter();
    drive(probing).open(1, '{"id":"p","method":"server/discover"}');
    expect(told(probing.ended())[0]).toMatch(/^1! .*"id":"p","error":\{"code":-32601/);
    expect(probing.verdict()).toBe("not-modern");
    const working = modernRouter();
    drive(working).open(1, '{"id":"p","method":"server/discover"}');
    drive(working).open(2, '{"id":"q","method":"tools/call"}');
    expect(working.ended()).toEqual([]);
  });

  it.each([
    ["-32601", 404],
    ["-32022", 400],
    ["-32602", 200],
  ])("gives error %s the HTTP status %i", (code, status) => {
    const router = modernRouter();
    drive(router).open(1, '{"id":1,"method":"a"}');
    const [action] = router.line(encode(`{"id":1,"error":{"code":${code}}}`));
    expect(action).toMatchObject({ to: "agent", last: true, status });
  });
});

describe("back-off", () => {
  it("doubles its ceiling up to a cap, jitters below it, and forgives after a stable life", () => {
    for (const random of [0, 0.5, 0.999]) {
      const backoff = createBackoff({
        stableMs: 10_000,
        firstMs: 1000,
        capMs: 60_000,
        random: () => random,
      });
      for (const ceiling of [1, 2, 4, 8, 16, 32, 60, 60]) {
        backoff.died(0, 50);
        expect(backoff.waitMs(0)).toBeCloseTo(ceiling * 1000 * random);
      }
      expect(backoff.waitMs(60_000)).toBe(0);
      backoff.died(0, 10_000);
      expect(backoff.waitMs(0)).toBe(0);
      backoff.died(0, 50);
      expect(backoff.waitMs(0)).toBeCloseTo(1000 * random);
    }
  });
});
