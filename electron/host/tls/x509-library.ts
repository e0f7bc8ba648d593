// The library that writes certificates and requests, ready to use. Loaded on demand only: most days nobody makes
// a certificate, and a start should not pay for it.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

// The DOM's and Node's types of the same interface differ in name only.
export const subtle = (webcrypto as unknown as Crypto).subtle;
x509.cryptoProvider.set(webcrypto as unknown as Crypto);

export { x509 };
