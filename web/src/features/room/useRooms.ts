/** The rooms of the rail, as the server lists them. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { roomsQuery } from '../../api/queries';
import { type RailRooms, railRooms } from './railRooms';

export interface RoomsRead {
  rooms: RailRooms | undefined;
  error: unknown;
  retry: () => void;
}

export function useRooms(): RoomsRead {
  const { i18n } = useTranslation();
  const followed = useQuery(roomsQuery({ relation: 'followed' }));
  const member = useQuery(roomsQuery({ relation: 'member' }));
  const rooms = useMemo(
    () => followed.data && member.data && railRooms(followed.data, member.data, i18n.language),
    [followed.data, member.data, i18n.language],
  );
  return {
    rooms,
    error: followed.error ?? member.error,
    retry: () => void Promise.all([followed.refetch(), member.refetch()]),
  };
}
