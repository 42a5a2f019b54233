/**
 * A new nonce of a message. It grows with time, so that the store finds an author's newest in one place of its index; and
 * it can be made where the chat is served without TLS, which `crypto.randomUUID` cannot.
 */
export { v7 as newNonce } from 'uuid';
