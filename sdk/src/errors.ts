// What can go wrong for a page, as types: one class, a stable code, a sentence.
import type { Capability } from './protocol.js';

/** A refusal or failure with a stable `code`: the server's own (`DataCollision`, `NotPresenter` …) or one of the bridge's. */
export class AddinError extends Error {
  override readonly name: string = 'AddinError';
  /** Stable, for programs; also the key to translate by. */
  readonly code: string;

  /** `detail` is an English sentence that says what to do. */
  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }

  /** The sentence; the same as `message`, under the name the protocol gives it. */
  get detail(): string {
    return this.message;
  }
}

/** The add-in has not been granted what the page asked. An administrator grants, and a room's manager may withhold. */
export class NotGrantedError extends AddinError {
  override readonly name = 'NotGrantedError';
  /** What would be needed; undefined when the room does not say. */
  readonly capability: Capability | undefined;

  constructor(detail: string, capability: Capability | undefined) {
    super('ActionNotGranted', detail);
    this.capability = capability;
  }
}

/** The page is not in the pane of a room: opened in a window of its own, or framed by something else. */
export class NotInRoomError extends AddinError {
  override readonly name = 'NotInRoomError';

  constructor() {
    super('NotInRoom', 'This page is not in the pane of a room. Open it from a room it is the add-in of.');
  }
}

/** The session ended (the pane was closed or reloaded, the add-in changed) or the room did not answer in time. */
export class DisconnectedError extends AddinError {
  override readonly name = 'DisconnectedError';

  constructor(detail = 'The room no longer answers. Reload the pane.') {
    super('Disconnected', detail);
  }
}
