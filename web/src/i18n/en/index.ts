import addin from './addin.json';
import admin from './admin.json';
import author from './author.json';
import card from './card.json';
import category from './category.json';
import common from './common.json';
import form from './form.json';
import grant from './grant.json';
import health from './health.json';
import manage from './manage.json';
import message from './message.json';
import pane from './pane.json';
import problem from './problem.json';
import room from './room.json';
import search from './search.json';
import session from './session.json';
import trigger from './trigger.json';
import webhook from './webhook.json';

export const resources = {
  addin,
  admin,
  author,
  card,
  category,
  common,
  form,
  grant,
  health,
  manage,
  message,
  pane,
  problem,
  room,
  search,
  session,
  trigger,
  webhook,
};
