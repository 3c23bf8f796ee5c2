/** On a slow line a long answer may take minutes; `alive` is called for each piece of it. */
export async function wholeBody(response: Response, alive: () => void): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body?.getReader();
  while (reader !== undefined) {
    alive();
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
  }
  return new Blob(pieces);
}
