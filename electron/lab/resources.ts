// What tokens of the practice issuer can be for (RFC 8707): each server's identifier, its scopes, its kind of token.

export interface Resource {
  /** Short name, accepted as RFC 8693 `audience`. */
  readonly name: string;
  /** RFC 8707 resource indicator and `aud`. */
  readonly uri: string;
  readonly scopes: readonly string[];
  /** Opaque tokens can be introspected and revoked; JWTs are judged by the server alone. */
  readonly format: "jwt" | "opaque";
  /** Whether a token for it can be had by exchange. */
  readonly exchangeable: boolean;
}

export interface Resources {
  readonly all: readonly Resource[];
  /** By exact identifier: no case folding, no slash forgiven. */
  byUri(uri: string): Resource | null;
  byName(name: string): Resource | null;
}

export function createResources(all: readonly Resource[]): Resources {
  return {
    all,
    byUri: (uri) => all.find((resource) => resource.uri === uri) ?? null,
    byName: (name) => all.find((resource) => resource.name === name) ?? null,
  };
}
