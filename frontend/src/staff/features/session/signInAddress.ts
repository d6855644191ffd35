/** Where signing in begins; it comes back to the screen one is on. */
export function signInAddress(provider?: string): string {
  return address('/auth/login', provider === undefined ? {} : { provider });
}

/** Where somebody who is signed in proves again who they are. */
export function stepUpAddress(): string {
  return address('/auth/step-up', {});
}

function address(path: string, parameters: Record<string, string>): string {
  const { pathname } = window.location;
  const query = new URLSearchParams(pathname === '/' ? parameters : { ...parameters, next: pathname }).toString();
  return query === '' ? path : `${path}?${query}`;
}
