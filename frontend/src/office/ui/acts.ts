import type { MessageDescriptor } from '@lingui/core';
import type { TypedDocumentNode } from 'urql';
import type { RefusedFragment } from '../gql/graphql';

/** A mutation on one thing; every act's document names its answer so, and takes the thing as `id`. */
export type ActMutation = TypedDocumentNode<{ answer: { userErrors: RefusedFragment[] } }, { id: string; reason: string }>;

type Look = 'primary' | 'quiet' | 'danger';

/** An act that is confirmed in a dialog, with a reason when it is remembered with one. */
export interface PlainAct {
  label: MessageDescriptor;
  look: Look;
  effect: MessageDescriptor;
  done: MessageDescriptor;
  reason?: true;
  mutation: ActMutation;
}

/** An act that has a form of its own. */
export interface FormAct {
  label: MessageDescriptor;
  look: Look;
  form: true;
}

export type ActView = PlainAct | FormAct;

/** How every action of a kind of thing is carried out; one that the server learns fails the build until it stands there. */
export type ActTable<Action extends string> = Record<Action, ActView>;

/** A thing with what its viewer may do, and why not the rest; both come from the server. */
export interface Actable<Action extends string> {
  id: string;
  viewerActions: Action[];
  viewerRefusals: { action: Action; message: string }[];
}
