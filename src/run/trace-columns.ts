/** The events of a trace, in columns of numbers whose memory doubles when it is full. */
import { grownFloat64, grownInt32 } from '../base/grow.ts';

export class TraceColumns {
  count = 0;
  kind = new Uint8Array(1024);
  task = new Uint16Array(1024);
  fromNs = new Float64Array(1024);
  toNs = new Float64Array(1024);
  a = new Int32Array(1024);
  b = new Int32Array(1024);
  c = new Int32Array(1024);

  reserve(count: number): void {
    if (count <= this.kind.length) return;
    const kind = new Uint8Array(this.kind.length * 2);
    kind.set(this.kind);
    this.kind = kind;
    const task = new Uint16Array(this.task.length * 2);
    task.set(this.task);
    this.task = task;
    this.fromNs = grownFloat64(this.fromNs, count);
    this.toNs = grownFloat64(this.toNs, count);
    this.a = grownInt32(this.a, count);
    this.b = grownInt32(this.b, count);
    this.c = grownInt32(this.c, count);
  }
}
