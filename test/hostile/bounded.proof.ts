/** What the test beside it asks of a sample of kinds, of all of them. */
import './bounded.test.ts';
