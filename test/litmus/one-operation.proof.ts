/** What the test beside it asks of one operation, of all of them, stopped at each step. */
import './one-operation.test.ts';
