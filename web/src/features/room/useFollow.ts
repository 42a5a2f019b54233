/** Follows and unfollows a room: shown at once, taken back with the reason when the server refuses. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, done } from '../../api/client';
import { problemSentence } from '../../api/problem';
import { keys } from '../../api/queries';
import { useLive } from '../../live/hooks';
import { toast } from '../../ui/toast';

export function useFollow(room: string) {
  const live = useLive();
  const queries = useQueryClient();
  const params = { path: { room } };
  return useMutation({
    mutationFn: (followed: boolean) =>
      done(
        followed
          ? api.PUT('/api/v1/rooms/{room}/follow', { params })
          : api.DELETE('/api/v1/rooms/{room}/follow', { params }),
      ),
    onMutate: (followed) => live.setFollowed(room, followed),
    onError: (error, followed) => {
      live.setFollowed(room, !followed);
      toast(problemSentence(error), { tone: 'error' });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.rooms }),
  });
}
