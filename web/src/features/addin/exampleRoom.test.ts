import { describe, expect, it } from 'vitest';
import type { Principal } from '../../api/types';
import { exampleRoom } from './exampleRoom';

const control: Principal = {
  id: 'control',
  kind: 'user',
  address: 'sip:control@contoso.example',
  display_name: 'Control',
  administrator: true,
  disabled: false,
};

function room() {
  return exampleRoom(control, 'pchat01.contoso.example', 'Preview', { locale: 'en', theme: 'dark' });
}

describe('The room of a preview', () => {
  it('sends a ticker as its context, as a room would', () => {
    expect(room().context()?.context).toMatchObject({ type: 'fdc3.instrument', id: { ticker: 'MSFT' } });
  });

  it('keeps what the page stores', async () => {
    const preview = room();
    await preview.store('topic', 'Month end', 0);
    expect(await preview.load('topic')).toMatchObject({ value: 'Month end', version: 1 });
    expect(await preview.load('other')).toBeNull();
  });

  it('takes no posts, and says so', async () => {
    const preview = room();
    const refused = await preview.send({ text: 'hello' }).catch(preview.refusal);
    expect(refused).toMatchObject({ code: 'UserNotJoined' });
  });
});
