// Names that RFCs give to grants and kinds of tokens.
export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"; // RFC 8693 section 2.1
export const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"; // RFC 7523 section 2.1
export const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"; // RFC 8628 section 3.4
export const ID_JAG_PROFILE = "urn:ietf:params:oauth:grant-profile:id-jag";

const TYPE = "urn:ietf:params:oauth:token-type:"; // RFC 8693 section 3
export const ACCESS_TOKEN_TYPE = `${TYPE}access_token`;
export const ID_TOKEN_TYPE = `${TYPE}id_token`;
export const JWT_TYPE = `${TYPE}jwt`;
export const ID_JAG_TYPE = `${TYPE}id-jag`;
