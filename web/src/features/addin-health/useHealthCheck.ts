/** Has pages looked at now, one after the other, and says how far that is. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '../../api/client';
import { problemSentence } from '../../api/problem';
import { keys } from '../../api/queries';
import { toast } from '../../ui/toast';

export function useHealthCheck(pool: string) {
  const queries = useQueryClient();
  /** Undefined while nothing is looked at. */
  const [progress, setProgress] = useState<{ at: number; of: number }>();

  const check = async (addins: readonly string[]) => {
    try {
      for (const [index, id] of addins.entries()) {
        setProgress({ at: index + 1, of: addins.length });
        await unwrap(
          api.POST('/api/v1/pools/{pool}/addins/{id}/health', { params: { path: { pool, id } } }),
        ).catch((error: unknown) => toast(problemSentence(error), { tone: 'error' }));
      }
    } finally {
      setProgress(undefined);
      void queries.invalidateQueries({ queryKey: keys.addinHealth(pool) });
    }
  };
  return { progress, check: (addins: readonly string[]) => void check(addins) };
}
