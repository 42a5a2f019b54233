/** A page that was written for FDC3 and knows nothing of us: the unmodified package of the standard. */
import { getAgent } from '@finos/fdc3';

const heard = [];
const agent = getAgent({ timeoutMs: 10_000 });
window.guest = { agent, heard };
agent.then(
  async (fdc3) => {
    await fdc3.addContextListener(null, (context) => {
      heard.push(context);
      document.querySelector('#context').textContent = context.id?.ticker ?? context.name ?? context.type;
    });
    await fdc3.addIntentListener('ViewInstrument', (context) => {
      document.querySelector('#intent').textContent = context.id.ticker;
    });
    document.querySelector('#state').textContent = 'connected';
  },
  (error) => {
    document.querySelector('#state').textContent = String(error);
  },
);
