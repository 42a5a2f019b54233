/** Create a Room, Edit a Room: what is read before the form can be shown. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/problem';
import { addinsQuery, categoriesQuery, keys, roomDetailQuery } from '../../api/queries';
import { useFrames } from '../../live/hooks';
import { ErrorState } from '../../ui/ErrorState';
import { ThingGone } from '../../ui/form/ThingGone';
import { Loading } from '../../ui/Loading';
import { choosePool } from '../admin/usePanel';
import { useSession } from '../session/useSession';
import { RoomForm } from './RoomForm';
import { newRoomValues, roomValues } from './roomValues';

const newRoute = getRouteApi('/signed-in/manage/new');
const editRoute = getRouteApi('/signed-in/manage/room/$room');

export function NewRoomPage() {
  const { pools, person } = useSession();
  const { pool: asked } = newRoute.useSearch();
  const pool = choosePool(pools, asked);
  const categories = useQuery(categoriesQuery(pool.fqdn));
  const addins = useQuery(addinsQuery(pool.fqdn));

  if (categories.error)
    return <ErrorState error={categories.error} onRetry={() => void categories.refetch()} />;
  if (!categories.data || addins.isPending) return <Loading />;
  const mine = categories.data.filter(({ may_create_rooms }) => may_create_rooms);
  const only = mine.length === 1 ? mine[0] : undefined;
  return (
    <RoomForm
      key={pool.fqdn}
      pool={pool.fqdn}
      start={newRoomValues(person, only?.id ?? null)}
      categories={mine}
      addins={addins.data ?? []}
    />
  );
}

export function EditRoomPage() {
  const { room: id } = editRoute.useParams();
  const { t } = useTranslation('manage');
  const queries = useQueryClient();
  const detail = useQuery(roomDetailQuery(id));
  const room = detail.data;
  const pool = room?.pool ?? '';
  const categories = useQuery({ ...categoriesQuery(pool), enabled: room !== undefined });
  const addins = useQuery({ ...addinsQuery(pool), enabled: room !== undefined });

  useFrames((frame) => {
    if (frame.type === 'catalogue_changed' && frame.kind === 'room' && frame.pool === pool) {
      void queries.invalidateQueries({ queryKey: keys.roomDetail(id) });
    }
  });

  if (detail.error instanceof ProblemError && [403, 404].includes(detail.error.status))
    return <ThingGone to="/manage" title={t('gone_title')} back={t('back_to_list')} />;
  const failed = [detail, categories].find(({ error }) => error);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!room || !categories.data || addins.isPending) return <Loading />;
  const targets = categories.data.filter(
    ({ id, may_create_rooms }) => may_create_rooms && id !== room.category.id,
  );
  return (
    <RoomForm
      key={id}
      pool={pool}
      room={room}
      start={roomValues(room)}
      categories={[room.category, ...targets]}
      addins={addins.data ?? (room.addin ? [room.addin] : [])}
    />
  );
}
