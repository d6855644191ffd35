import { makeOperation, mapExchange, type Exchange, type Operation, type OperationResult } from 'urql';

const HEADER = 'idempotency-key';

/**
 * Gives each act of a person one key, by which the server does it once, however often it is sent.
 *
 * An act is a mutation with its variables until the server has answered it. When no answer came (the network, a
 * server on its way down), nobody knows whether it was done: the same act sent again, by a retry or by a second
 * press of the button, carries the same key. After an answer the same press is a new act.
 */
export function idempotencyExchange(newKey: () => string = () => crypto.randomUUID()): Exchange {
  const unanswered = new Map<number, string>();

  function keyed(operation: Operation): Operation {
    if (operation.kind !== 'mutation') return operation;
    const key = unanswered.get(operation.key) ?? newKey();
    unanswered.set(operation.key, key);
    const { fetchOptions } = operation.context;
    const options = (typeof fetchOptions === 'function' ? fetchOptions() : fetchOptions) ?? {};
    const headers = new Headers(options.headers);
    headers.set(HEADER, key);
    // an object, because urql spreads what it is given and would lose a Headers
    const sent = { ...options, headers: Object.fromEntries(headers) };
    return makeOperation(operation.kind, operation, { ...operation.context, fetchOptions: sent });
  }

  function answered(result: OperationResult): void {
    if (!result.error?.networkError) unanswered.delete(result.operation.key);
  }

  return mapExchange({ onOperation: keyed, onResult: answered });
}
