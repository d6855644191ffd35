/** Where signing in begins; it comes back to the screen one is on. */
export function signInAddress(): string {
  const { pathname } = window.location;
  return pathname === '/' ? '/auth/login' : `/auth/login?next=${encodeURIComponent(pathname)}`;
}
