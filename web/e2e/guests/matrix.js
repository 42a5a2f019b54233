/** A widget that was written for Matrix and knows nothing of us: the unmodified package. */
import { WidgetApi } from 'matrix-widget-api';

const heard = [];
const told = new URLSearchParams(location.search);
const api = new WidgetApi(told.get('widgetId'), told.get('parentUrl'));
window.widget = { api, heard };
api.requestCapabilityToSendMessage('m.text');
api.requestCapabilityToReceiveMessage('m.text');
api.requestCapabilityToReceiveState('m.room.name', '');
api.requestCapabilityToReceiveState('m.room.member');
api.requestCapabilityToSendState('m.room.power_levels');
api.on('ready', () => {
  document.querySelector('#state').textContent = 'ready';
});
api.on('action:send_event', (event) => {
  event.preventDefault();
  api.transport.reply(event.detail, {});
  const { type, content } = event.detail.data;
  heard.push(type);
  if (type === 'm.room.message') document.querySelector('#message').textContent = content.body;
});
api.on('action:notify_capabilities', (event) => {
  document.querySelector('#approved').textContent = event.detail.data.approved.join(' ');
});
api.start();
api.sendContentLoaded();
