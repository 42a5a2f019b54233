// For whoever writes the other side of the bridge: the protocol, its bounds and its validators.
export { eventChecks, isRecord, paramsChecks, resultChecks } from './checks.js';
export { type Decoded, decode, fits } from './frame.js';
export * from './protocol.js';
