/** The session of the signed-in person, for everything below the sign-in. */
import { createContext, useContext } from 'react';
import type { Session } from '../../api/types';

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a signed-in session above it.');
  return session;
}
