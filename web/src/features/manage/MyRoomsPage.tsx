/** My Rooms: the rooms that the person manages; for administrators all rooms, too, and deleting them. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { DoorOpen, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, done } from '../../api/client';
import { keys, roomsQuery } from '../../api/queries';
import type { Room } from '../../api/types';
import { useTitle } from '../../app/useTitle';
import { formatNumber } from '../../i18n/format';
import { Button } from '../../ui/Button';
import { DeleteDialog } from '../../ui/DeleteDialog';
import { EditMenu } from '../../ui/EditMenu';
import { EmptyState } from '../../ui/EmptyState';
import { ListPage } from '../../ui/ListPage';
import { SegmentedControl } from '../../ui/SegmentedControl';
import { toast } from '../../ui/toast';
import { useSession } from '../session/useSession';
import { useRoomColumns } from './useRoomColumns';

const route = getRouteApi('/signed-in/manage/');

/** More rows than anybody reads; the search narrows them. */
const ROWS_MAX = 200;

export function MyRoomsPage() {
  const { t } = useTranslation(['manage', 'form']);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { administrator, may_create_rooms } = useSession();
  const { search: searched = '', rooms: asked } = route.useSearch();
  const shown = administrator && asked === 'all' ? 'all' : 'managed';
  const [search, setSearch] = useState(searched);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isDeleting, setDeleting] = useState(false);
  const name = search.trim();
  const rooms = useQuery(
    roomsQuery({ relation: shown, limit: ROWS_MAX, ...(name && { name, search_description: true }) }),
  );
  const columns = useRoomColumns();
  useTitle(t('my_rooms'));

  const rows = rooms.data ?? [];
  const selected = rows.filter(({ id }) => chosen.has(id));
  const [first] = selected;

  const changeSearch = (text: string) => {
    setSearch(text);
    void navigate({
      to: '/manage',
      search: ({ rooms }) => ({ ...(rooms && { rooms }), ...(text && { search: text }) }),
      replace: true,
    });
  };
  const open = ({ id }: Room) =>
    navigate({ to: '/manage/room/$room', params: { room: id }, search: (before) => before });
  const create = () => navigate({ to: '/manage/new', search: (before) => before });

  return (
    <>
      <ListPage
        title={shown === 'all' ? t('all_rooms') : t('my_rooms')}
        chooser={
          administrator && (
            <SegmentedControl
              label={t('shown_rooms')}
              options={[
                { id: 'managed', label: t('my_rooms') },
                { id: 'all', label: t('all_rooms') },
              ]}
              value={shown}
              onChange={(rooms) =>
                void navigate({
                  to: '/manage',
                  search: ({ search }) => ({
                    ...(search && { search }),
                    ...(rooms === 'all' && { rooms }),
                  }),
                })
              }
            />
          )
        }
        searchLabel={t('search')}
        search={search}
        onSearch={changeSearch}
        commands={
          <>
            {may_create_rooms && (
              <Button variant="quiet" icon={<Plus aria-hidden />} onPress={() => void create()}>
                {t('create_new')}
              </Button>
            )}
            <EditMenu
              selectedCount={selected.length}
              onShowDetails={() => first && void open(first)}
              {...(administrator && { onDelete: () => setDeleting(true) })}
              onSelectAll={() => setChosen(new Set(rows.map(({ id }) => id)))}
            />
          </>
        }
        query={rooms}
        rows={rows}
        columns={columns}
        selected={new Set(selected.map(({ id }) => id))}
        onSelect={setChosen}
        onOpen={(room) => void open(room)}
        empty={
          <EmptyState
            icon={<DoorOpen aria-hidden />}
            title={t('empty_title')}
            {...(may_create_rooms && {
              action: (
                <Button variant="primary" icon={<Plus aria-hidden />} onPress={() => void create()}>
                  {t('create_title')}
                </Button>
              ),
            })}
          >
            {may_create_rooms ? t('empty_words') : t('empty_words_manager')}
          </EmptyState>
        }
        count={
          rows.length === ROWS_MAX ? t('count_cut', { count: ROWS_MAX }) : t('count', { count: rows.length })
        }
      />
      {isDeleting && selected.length > 0 && (
        <DeleteDialog
          title={t('delete_title', { count: selected.length })}
          rows={selected}
          consequence={({ head, participant_count }) =>
            [
              head === 0
                ? t('delete_without_messages')
                : t('delete_messages', { count: head, number: formatNumber(head) }),
              participant_count > 0 && t('delete_participants', { count: participant_count }),
            ]
              .filter(Boolean)
              .join(' ')
          }
          remove={({ id }) => done(api.DELETE('/api/v1/rooms/{room}', { params: { path: { room: id } } }))}
          onClose={() => setDeleting(false)}
          onDone={(count) => {
            setDeleting(false);
            toast(t('deleted', { count }), { tone: 'ok' });
          }}
          onSettled={() => void queries.invalidateQueries({ queryKey: keys.rooms })}
        >
          {t('delete_words')}
        </DeleteDialog>
      )}
    </>
  );
}
