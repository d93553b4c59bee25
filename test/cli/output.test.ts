import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { Output } from '../../src/cli/output.ts';
import { Sink } from './support.ts';

test('output: small pieces leave in blocks, in order', async () => {
  const sink = new Sink();
  const output = new Output(sink, 'standard output');
  const pieces = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`);

  for (const piece of pieces) await output.write(piece);
  await output.flush();

  expect(sink.text).toBe(pieces.join(''));
  expect(sink.chunks.length).toBeLessThan(5);
});

test('output: a slow reader is waited for, one block in flight', async () => {
  let inFlight = 0;
  let most = 0;
  const slow = new Writable({
    highWaterMark: 1,
    write(_chunk, _encoding, done) {
      most = Math.max(most, ++inFlight);
      setTimeout(() => {
        inFlight--;
        done();
      }, 1);
    },
  });
  const output = new Output(slow, 'standard output');

  for (let i = 0; i < 8; i++) {
    await output.write(Buffer.alloc(65_536));
    expect(slow.writableLength).toBe(0);
  }
  await output.flush();

  expect(most).toBe(1);
});

test('output: a reader that has gone is no error, and the rest is dropped', async () => {
  const sink = new Sink();
  const output = new Output(sink, 'standard output');
  sink.failWith = 'EPIPE';

  await output.write('a');
  await output.flush();
  await output.write('b');
  await output.flush();

  expect(sink.text).toBe('');
});

test('output: a full disk is exit code 3', async () => {
  const sink = new Sink();
  const output = new Output(sink, 'standard output');
  sink.failWith = 'ENOSPC';

  await output.write('a');
  const error = await output.flush().catch((fault: unknown) => fault);

  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({
    exitCode: 3,
    message: 'cannot write standard output: write ENOSPC',
  });
});
