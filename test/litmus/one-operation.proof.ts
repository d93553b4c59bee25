/** What the test beside it asks of one operation, of all of them, stopped at each of their steps. */
import './one-operation.test.ts';
