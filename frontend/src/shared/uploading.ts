import { language } from './language';

/** A file the server refused, or could not be reached with; the message is for the user, and empty in the latter case. */
export class UploadError extends Error {}

/** Sends a file and returns the id by which GraphQL takes it. Only the suffix of its name leaves this machine. */
export async function upload(file: File): Promise<string> {
  const suffix = /\.[a-z0-9]{1,7}$/i.exec(file.name)?.[0].toLowerCase() ?? '';
  const headers = { 'accept-language': language(), 'content-type': 'application/octet-stream' };
  let answer: Response;
  try {
    answer = await fetch(`/uploads?name=upload${suffix}`, { method: 'POST', headers, body: file });
  } catch {
    throw new UploadError('');
  }
  const body = (await answer.json().catch(() => ({}))) as { upload?: string; message?: string };
  if (!body.upload) throw new UploadError(body.message ?? '');
  return body.upload;
}
