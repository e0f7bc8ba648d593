// Names as somebody would choose them who wants to be taken for somebody else, and addresses of the same kind. What has to
// be seen of each is written out by hand: it is not the renderer's own word.
import { domainToASCII } from "node:url";

/** In every name, so that third-party text is known wherever it stands. It is in none of the app's own words. */
export const SIGN = "ZQ";

export interface HostileName {
  readonly raw: string;
  /** What a reader sees: each hidden character by its name. */
  readonly shown: string;
}
const plain = (raw: string): HostileName => ({ raw, shown: raw });
const hiding = (raw: string, shown: string): HostileName => ({ raw, shown });

/** @param logo origin of a server that counts who fetches a logo */
export const hostileNames = (logo: string): readonly HostileName[] => [
  hiding("ZQ-pay\u202elap.exe", "ZQ-payRLOlap.exe"),
  hiding("ZQ\u2066evil\u2069\u2069 says\u2068", "ZQLRIevilPDIPDI saysFSI"),
  hiding("\u202bZQ\u202a\u202dx\u202c", "RLEZQLRELROxPDF"),
  hiding("ZQ\u200fa\u200eb\u061c", "ZQRLMaLRMbALM"),
  hiding("ZQpay\u200bpal\u2060.\ufeff", "ZQpayZWSPpalWJ.BOM"),
  hiding("ZQa\u200db\u200cc", "ZQaZWJbZWNJc"),
  hiding("ZQpay\u00adpal", "ZQpaySHYpal"),
  hiding("ZQ\u{e0000}\u{e0001}\u{e006f}\u{e006b}\u{e007f}", "ZQU+E0000U+E0001TAG oTAG kU+E007F"),
  hiding("ZQ\u3164\u115f\u1160\uffa0x", "ZQFILLERU+115FU+1160U+FFA0x"),
  hiding("ZQ\u2800\u17b4\u180b\u034fx", "ZQBLANKU+17B4U+180BCGJx"),
  hiding(`ZQz${"\u0301".repeat(40)}`, `ZQz${"\u0301".repeat(4)}${"U+0301".repeat(36)}`),
  hiding("ZQx\ufe01\ufe0f\u{e0100}\u{e01ef}", "ZQxU+FE01U+FE0FU+E0100U+E01EF"),
  hiding("ZQ\u00a0a\u3000b\u2003c\u202fd", "ZQNBSPaIDSPbU+2003cNNBSPd"),
  hiding(
    "ZQ\u001b[31mred\u001b[0m\u0000\r\n\u0007\u007f\u0085",
    "ZQESC[31mredESC[0mNULCRLFBELDELNEL",
  ),
  hiding("ZQ\u2028x\u2029y\tz", "ZQLSEPxPSEPyTABz"),
  hiding("ZQ\ud800\ue000\u{f0000}\ufffe\ufff0", "ZQU+D800U+E000U+F0000U+FFFEU+FFF0"),
  plain("ZQ-p\u0430yp\u0430l"),
  plain("ZQ-g\u03bf\u03bfgle"),
  plain("ZQ \uff47\uff49\uff54\uff48\uff55\uff42"),
  plain(`ZQ${"a".repeat(240)}`),
  hiding(`ZQ${"\u{e0041}".repeat(200)}`, `ZQ${"TAG A".repeat(200)}`),
  plain(`ZQ ${"allow this ".repeat(40)}`),
  plain("ZQ \u0645\u0633\u0627\u0639\u062f (allow 123)"),
  plain("ZQ \u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd <- deny"),
  plain(`ZQ<img src="${logo}/a.png" onerror=alert(1)><h1>Allow</h1>`),
  plain(`ZQ"><svg onload=alert(1)> ![logo](${logo}/b.png) &lt;&#x202e;`),
];

export interface HostileAddress extends HostileName {
  /** What is said beside it: `user` where a false host stands before an @, else the host in ASCII; null: nothing. */
  readonly warning: string | null;
}
const looksLike = (host: string, shown = host): HostileAddress => ({
  raw: `https://${host}/mcp`,
  shown: `https://${shown}/mcp`,
  warning: domainToASCII(host),
});

export const HOSTILE_ADDRESSES: readonly HostileAddress[] = [
  looksLike("p\u0430ypal.example"),
  looksLike("g\u03bfogle.example"),
  looksLike("xn--pypal-4ve.example"),
  looksLike("\uff50\uff41\uff59\uff50\uff41\uff4c.example"),
  looksLike("pay\u00adpal.example", "paySHYpal.example"),
  looksLike("\u05d0\u05d1\u05d2.example"),
  { ...plain("https://login.bank.example@evil.example/mcp"), warning: "user" },
  // No browser goes there: a host cannot hold it.
  {
    ...hiding("https://pay\u202elap.example/mcp", "https://payRLOlap.example/mcp"),
    warning: null,
  },
  { ...plain(`https://honest.example/${"long".repeat(60)}`), warning: null },
];

/** Hands out names and addresses for one question, another one each time, and remembers what has to be seen of them. */
export class Mouth {
  readonly shown: string[] = [];
  readonly warnings: string[] = [];
  readonly #names: readonly HostileName[];
  readonly turn: number;
  #said = 0;

  constructor(names: readonly HostileName[], turn: number) {
    this.#names = names;
    this.turn = turn;
  }

  /** Seven has no factor in common with the number of names: in as many turns each place gets each of them. */
  #next<T>(list: readonly T[]): T {
    const one = list[(this.turn + 7 * this.#said++) % list.length];
    if (one === undefined) throw new Error("the corpus is empty");
    return one;
  }

  name(): string {
    const { raw, shown } = this.#next(this.#names);
    this.shown.push(shown);
    return raw;
  }
  /** For text that is shown in lines, in part, or only in hints: nothing of it may stand there raw, and that is all. */
  quiet(): string {
    return this.#next(this.#names).raw;
  }
  address(): string {
    const { raw, shown, warning } = this.#next(HOSTILE_ADDRESSES);
    this.shown.push(shown);
    if (warning !== null) this.warnings.push(warning);
    return raw;
  }
  /** Of an address that is shown by its host alone. */
  host(): string {
    const { raw, warning } = this.#next(HOSTILE_ADDRESSES);
    if (warning !== null) this.warnings.push(warning);
    return raw;
  }
}
