import type { RefusalData } from '@perch/addin/host';

/** What the bridge itself refuses, before the server is asked: the code is stable, the message an English sentence. */
export class BridgeRefusal extends Error {
  readonly data: RefusalData;

  constructor(code: string, detail: string) {
    super(detail);
    this.data = { code, detail };
  }
}
