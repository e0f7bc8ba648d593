// The package brings no types. This is the part of its public interface that the lab uses, and no more.
declare module "oidc-provider" {
  import type { X509Certificate } from "node:crypto";
  import type { IncomingMessage, ServerResponse } from "node:http";

  export interface OidcContext {
    readonly provider: Provider;
    readonly client: OidcClient;
    readonly params: Record<string, string | string[] | undefined>;
    readonly issuer: string;
    readonly route: string;
    readonly grantId?: string;
  }
  export interface Ctx {
    readonly req: IncomingMessage;
    readonly res: ServerResponse;
    readonly oidc: OidcContext;
    readonly method: string;
    body: unknown;
    type: string;
    status: number;
    get(header: string): string;
    set(header: string, value: string): void;
  }
  export interface OidcClient {
    readonly clientId: string;
    readonly clientName?: string;
    readonly clientAuthMethod: string;
    readonly applicationType: string;
    readonly jwks?: { keys: Record<string, unknown>[] };
    readonly tlsClientCertificateBoundAccessTokens?: boolean;
    readonly dpopBoundAccessTokens?: boolean;
    grantTypeAllowed(type: string): boolean;
  }
  export interface TokenModel {
    readonly jti: string;
    readonly kind: string;
    readonly clientId: string;
    readonly accountId?: string;
    readonly grantId?: string;
    readonly exp: number;
    readonly aud?: string;
    readonly jkt?: string;
    readonly "x5t#S256"?: string;
    readonly extra?: Record<string, unknown>;
    readonly tokenType: string;
    readonly expiration: number;
    scope?: string;
    resourceServer: ResourceServer | undefined;
    setThumbprint(kind: "x5t" | "jkt", value: X509Certificate | string): void;
    save(): Promise<string>;
  }
  export interface NewToken {
    client: OidcClient;
    accountId: string;
    grantId?: string;
    gty: string;
    scope?: string;
    expiresIn?: number;
  }
  export interface ResourceServer {
    readonly scope: string;
    identifier(): string;
  }
  export interface GrantModel {
    readonly isExpired: boolean;
    addOIDCScope(scope: string): void;
    addOIDCClaims(claims: string[]): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  }
  export interface Interaction {
    readonly uid: string;
    readonly prompt: { name: string; details: Record<string, unknown> };
    readonly params: Record<string, string | undefined>;
    readonly session?: { accountId: string };
    readonly grantId?: string;
  }
  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    readonly issuer: string;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    on(event: string, listener: (...args: never[]) => void): this;
    registerGrantType(
      name: string,
      handler: (ctx: Ctx) => Promise<void>,
      parameters: readonly string[],
      repeatable?: readonly string[],
    ): void;
    urlFor(name: string): string;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
      options: { mergeWithLastSubmission: boolean },
    ): Promise<void>;
    readonly Client: { find(id: string): Promise<OidcClient | undefined> };
    readonly AccessToken: {
      new (fields: NewToken): TokenModel;
      find(value: string): Promise<TokenModel | undefined>;
    };
    readonly Grant: {
      new (fields: { accountId: string; clientId: string }): GrantModel;
      find(id: string): Promise<GrantModel | undefined>;
    };
    readonly ReplayDetection: {
      unique(issuer: string, jti: string, expires: number): Promise<boolean>;
    };
    readonly ResourceServer: new (
      identifier: string,
      info: Record<string, unknown>,
    ) => ResourceServer;
  }
  export const errors: Record<
    | "InvalidRequest"
    | "InvalidTarget"
    | "InvalidGrant"
    | "InvalidClientAuth"
    | "InvalidClientMetadata"
    | "InvalidDpopProof"
    | "UnauthorizedClient",
    new (description?: string) => Error
  > & { InvalidScope: new (description: string, scope: string) => Error };
}
