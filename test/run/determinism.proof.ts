/** What the test beside it asks of a sample of strategies, of all of them. */
import './determinism.test.ts';
