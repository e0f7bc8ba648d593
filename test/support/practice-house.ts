// The whole of Countersign beside a practice company that is registered with it as any other would be.
import { redirectPath } from "../../electron/core/oauth/authorization-code.ts";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { ask, type House, openHouse } from "./house.ts";
import { digest } from "./ports.ts";

export interface PracticeHouse {
  readonly house: House;
  readonly lab: Lab;
  /** Registration `home`: `practice-basic` at the lab's issuer. */
  readonly issuer: string;
  /** A person signs in through a registration, in a browser of few words. */
  signIn(
    issuer: string,
    who: string,
    wish?: { scopes?: string[]; resource?: string },
  ): Promise<void>;
  close(): Promise<void>;
}

export async function openPracticeHouse(
  options?: Parameters<typeof openHouse>[0],
): Promise<PracticeHouse> {
  const house = await openHouse(options);
  const lab = await startLab({
    log: { info: () => undefined, warn: () => undefined },
    redirects: (issuer) => [`${house.door}${redirectPath(issuer, digest)}`],
  });
  const { basic } = lab.issuer.clients;
  const { id: issuer } = await house.call("issuers.add", {
    name: "home",
    issuer: lab.issuer.url,
    clientId: basic.id,
    auth: { method: "client_secret_basic", secret: basic.secret ?? "" },
    allowPlainHttpOnLoopback: true,
    trustPem: lab.ca.certificatePem,
  });
  return {
    house,
    lab,
    issuer,
    async signIn(at, who, wish = {}) {
      const scopes = ["openid", "offline_access", "profile", "email", ...(wish.scopes ?? [])];
      const resource = wish.resource ?? `${lab.issuer.url}/account`;
      const { url } = await house.call("accounts.signIn", { issuer: at, scopes, resource });
      const back = new URL((await lab.signIn(url, who)) ?? "none:");
      const answer = await ask(house.door, back.pathname + back.search, { method: "GET" });
      if (answer.status !== 200) throw new Error(`the sign-in failed: ${answer.body}`);
    },
    async close() {
      await house.close();
      await lab.stop();
    },
  };
}
