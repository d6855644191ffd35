import { useSearch } from '@tanstack/react-router';
import { createContext, useContext } from 'react';
import type { SessionQuery } from '../../gql/graphql';

export type Assignment = SessionQuery['viewer']['assignments'][number];

/** Who works here now, and on which school years there is something to see. */
export interface Session {
  viewer: SessionQuery['viewer'];
  assignment: Assignment;
  /** School years with records, newest first; never empty. */
  years: string[];
}

export const SessionContext = createContext<Session | null>(null);

/** The session; screens below the shell always have one. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('used outside the shell');
  return session;
}

/** The school year in the address, else the newest with records. */
export function useSchoolYear(): string {
  const { years } = useSession();
  const { nam } = useSearch({ strict: false });
  return nam ?? years[0] ?? '';
}
