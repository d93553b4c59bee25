/**
 * The state of the page as the fragment of its address: a version, then compressed JSON in the
 * alphabet of URLs. An address can come from anywhere, so it is checked when it is read.
 *
 * Source of the alphabet: RFC 4648, section 5.
 */

/** What can be shared. */
export interface Shared {
  /** `@NAME` of a scenario that the page has, or null: the text is the reader's own. */
  readonly scenario: string | null;
  readonly text: string | null;
  readonly seed: string;
  readonly strategies: string;
  readonly scheduler: { readonly strategy: string; readonly schedule: string };
}

const VERSION = '1.';
/** A bomb must not fill the memory. */
const CHARS_MAX = 1_000_000;

/** @returns without the # */
export async function fragmentOf(shared: Shared): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  const packed = await through(bytes, new CompressionStream('deflate-raw'), Number.MAX_VALUE);
  const letters = [...packed].map((byte) => String.fromCharCode(byte)).join('');
  const base64 = btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  return VERSION + base64;
}

/** @throws Error that says what is wrong with it */
export async function readFragment(fragment: string): Promise<Shared> {
  if (!fragment.startsWith(VERSION)) throw new Error(`it does not begin with ${VERSION}`);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const base64 = fragment.slice(VERSION.length).replaceAll('-', '+').replaceAll('_', '/');
    bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Error('it has invalid characters');
  }
  let data: unknown;
  try {
    const plain = await through(bytes, new DecompressionStream('deflate-raw'), CHARS_MAX);
    data = JSON.parse(new TextDecoder().decode(plain));
  } catch {
    throw new Error('it is cut short, or too long');
  }
  return checked(data);
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  const written = Promise.all([writer.write(bytes), writer.close()]);
  written.catch(() => {}); // reading fails with the same
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = stream.readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
    if (length <= most) continue;
    await reader.cancel();
    throw new Error(`more than ${most} bytes`);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function checked(data: unknown): Shared {
  const { scenario, text, seed, strategies, scheduler } = (data ?? {}) as Record<string, unknown>;
  const { strategy, schedule } = (scheduler ?? {}) as Record<string, unknown>;
  const isText = (value: unknown): value is string => typeof value === 'string';
  const named = scenario === null ? isText(text) : isText(scenario) && text === null;
  if (!named || ![seed, strategies, strategy, schedule].every(isText)) {
    throw new Error('a part is missing');
  }
  return data as Shared;
}
