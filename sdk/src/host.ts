// For whoever writes the other side of the bridge: the protocol, its bounds and its validators.
export {
  type Check,
  eventChecks,
  isRecord,
  list,
  nullable,
  oneOf,
  optional,
  resultChecks,
  shape,
  text,
} from './checks.js';
export { type Decoded, decode, fits } from './frame.js';
export { paramsChecks } from './params.js';
export * from './protocol.js';
